"""A round: a fresh output, one or two runs, faults of one kind or several, and the comparison."""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

import checks
import lab
from checks import require
from faults import Faults


class Round:
    def __init__(self, reference, random, number):
        self.reference, self.random = reference, random
        self.work = reference.work / f"round-{number}"
        self.work.mkdir(mode=0o755)
        self.output = self.work / "out"
        self.runs, self.helpers = [], []
        self.jobs = 0
        self.injector = Faults(random)
        kinds = [self.storm, self.cut, self.pause, self.twins, self.inputs, self.descriptors, self.disk, self.replaced]
        if os.geteuid() == 0:
            kinds.append(self.processes)
        # In turns, so that a short session has seen them all.
        self.scenario = kinds[(number - 1) % len(kinds)]
        self.kind = self.scenario.__name__

    @property
    def faults(self):
        return self.injector.count

    def play(self):
        self.scenario()
        self.jobs = sum(len(run.records()) for run in self.runs)

    def clean(self):
        for run in self.runs:
            run.end()
        for helper in self.helpers:
            helper.kill()
            helper.wait()
        shutil.rmtree(self.work, ignore_errors=True)

    # MARK: Means

    def start(self, source=None, output=None, **more):
        run = lab.Run(source or self.reference.pictures, output or self.output, self.work,
                      workers=self.random.randint(2, 6), **more)
        self.runs.append(run)
        return run

    def workers_torments(self):
        return [self.injector.kill_worker] * 3 + [self.injector.pause_worker] * 2 + [self.injector.stop_worker]

    def finish(self, run):
        run.wait()
        checks.nobody_left(run)

    def complete(self, run, output=None, missing=frozenset()):
        self.finish(run)
        output = output or self.output
        checks.complete(run, lab.contents(output), self.reference, self.injector.excuses, missing)
        checks.quarantine(lab.quarantined(output), self.runs)

    def rerun(self, output=None, **more):
        """Without faults: does what is missing, and nothing else."""
        output = output or self.output
        before = lab.contents(output)
        run = self.start(output=output, **more)
        self.finish(run)
        checks.complete(run, lab.contents(output), self.reference, checks.Excuses())
        done = run.summary()["upToDate"]
        require(done == len(before), f"{len(before)} thumbnails were there, {done} were left alone")
        # What goes well is released; what was up to date, its worker having died after the file was in place, isn't tried.
        tried = {record["source"] for record in run.records() if record["status"] != "upToDate"}
        left = [entry["source"] for entry in lab.quarantined(output).values() if entry["source"] in tried]
        require(not left, f"still in quarantine: {left[:5]}")

    # MARK: Scenarios

    def storm(self):
        """Workers die and stand still."""
        run = self.start()
        self.injector.storm(run, self.workers_torments())
        self.complete(run)

    def replaced(self):
        """The same, where each thumbnail takes the place of another."""
        shutil.copytree(self.reference.work / "reference", self.output)
        run = self.start(options=["--force"])
        self.injector.storm(run, self.workers_torments())
        self.complete(run)

    def cut(self):
        """The coordinator is ended midway."""
        number = self.random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
        limit = self.random.uniform(0, 0.9) * self.reference.record_bytes
        run = self.start()
        torments = [self.injector.kill_worker] * 3 + [self.injector.pause_worker]
        self.injector.storm(run, torments, until=lambda: run.progress() > limit)
        self.injector.end_coordinator(run, number)
        if number == signal.SIGINT and self.random.random() < 0.5:
            time.sleep(self.random.uniform(0, 0.05))
            self.injector.end_coordinator(run, number)
        self.finish(run)
        outputs = lab.contents(self.output) if self.output.exists() else {}
        # It may have ended by itself just before.
        checks.interrupted(run, outputs, self.reference, self.injector.excuses, {-number, 0, 1})
        self.rerun()

    def pause(self):
        """The coordinator stands still now and then; that's no picture's fault."""
        run = self.start()
        self.injector.storm(run, [self.injector.pause_coordinator] * 3 + [self.injector.kill_worker])
        self.complete(run)

    def twins(self):
        """Two farms on one output."""
        first = self.start()
        time.sleep(self.random.uniform(0, 0.5))
        second = self.start()
        self.injector.count["second farm"] += 1
        torments = [lambda run: self.injector.kill_worker(self.random.choice([first, second]))]
        self.injector.storm(first, torments, until=lambda: not second.runs)
        self.injector.storm(second, [self.injector.kill_worker])
        self.finish(first)
        self.complete(second)
        self.complete(first)

    def inputs(self):
        """Pictures change under the farm's hands."""
        source = self.work / "in" / self.reference.pictures.name
        shutil.copytree(self.reference.pictures, source)
        run = self.start(source=source)
        torments = [lambda run: self.injector.tamper(run, self.reference.sources)] * 4
        self.injector.storm(run, torments + [self.injector.kill_worker])
        self.complete(run, missing=self.injector.excuses.tampered)

    def descriptors(self):
        """Descriptors run out, at the start or midway."""
        injector = self.injector
        run = self.start()
        injector.storm(run, [injector.starve_of_descriptors, injector.feed_descriptors] + [injector.kill_worker] * 4)
        self.starved(run, "Too many open files")
        self.rerun()

    def processes(self):
        """Fewer processes than workers: as a user of its own, since root may have any number."""
        user = 200_000 + self.random.randrange(100_000)
        self.output.mkdir()
        os.chown(self.output, user, user)
        limit = self.random.randint(4, 9)

        def become():
            resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)

        run = self.start(preexec_fn=become)
        self.injector.count["too few processes"] += 1
        self.injector.storm(run, [self.injector.kill_worker])
        self.starved(run, "Resource temporarily unavailable")
        self.rerun()

    def starved(self, run, reason):
        """As many as can be done are done; whatever isn't is put down to the shortage."""
        self.finish(run)
        # 2: found before any work, at the first look at the output.
        require(run.status in (0, 1, 2, 3), f"status {run.status}: {run.errors()[-500:]}")
        require(run.status < 2 or reason in run.errors(), f"it gave up for another reason: {run.errors()[-500:]}")
        records = [record for record in run.records()
                   if record["status"] != "failed" or reason not in record["error"]["message"]]
        names = [self.reference.name(record) for record in records]
        wanted = iter(self.reference.sources)
        require(all(name in wanted for name in names), "the records aren't in order, or not of these pictures")
        checks.no_foreign_files(lab.contents(self.output) if self.output.exists() else {}, self.reference)

    def disk(self):
        """The disk fills midway."""
        mount = self.work / "disk"
        mount.mkdir()
        script = 'mount -t tmpfs -o size=24m none "$0" && echo ready && exec sleep 1000'
        enter = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        helper = subprocess.Popen([*enter, "sh", "-c", script, str(mount)], stdout=subprocess.PIPE)
        self.helpers.append(helper)
        require(helper.stdout.readline() == b"ready\n", "no file system of its own for this round")
        inside = pathlib.Path(f"/proc/{helper.pid}/root{mount}")
        join = ["nsenter", "-m", "-t", str(helper.pid)]
        if os.geteuid() != 0:
            join[1:1] = ["-U", "--preserve-credentials"]
        limit = self.random.uniform(0, 0.8) * self.reference.record_bytes
        run = self.start(output=mount / "out", launcher=join)
        self.injector.storm(run, [self.injector.kill_worker], until=lambda: run.progress() > limit)
        self.injector.fill_disk(inside)
        self.injector.storm(run, [self.injector.kill_worker])
        self.finish(run)
        outputs = lab.contents(inside / "out") if (inside / "out").exists() else {}
        if run.status == 3:
            require("No space left on device" in run.errors(), f"why? {run.errors()[-500:]}")
        checks.interrupted(run, outputs, self.reference, self.injector.excuses, {0, 1, 3})
        (inside / "filler").unlink()
        rerun = self.start(output=mount / "out", launcher=join)
        self.finish(rerun)
        checks.complete(rerun, lab.contents(inside / "out"), self.reference, checks.Excuses())
        require(rerun.summary()["upToDate"] == len(outputs), "what was there wasn't left alone")
