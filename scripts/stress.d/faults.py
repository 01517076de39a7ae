"""What is done to a run while it works."""
import collections
import os
import pathlib
import resource
import signal
import time

import checks
import lab


class Faults:
    """Injects faults by chance, and keeps count of them."""

    def __init__(self, random):
        self.random = random
        self.count = collections.Counter()
        self.excuses = checks.Excuses()
        # (when, run, pid) of who is stopped and will be continued.
        self.stopped = []

    def storm(self, run, torments, until=lambda: False):
        """Torments a run, mostly when it has done something since the last time: deaths with nothing done in
        between are counted against it, rightly."""
        size = -1
        end = time.monotonic() + lab.PATIENCE
        while run.runs and not until():
            time.sleep(self.random.uniform(0.002, 0.025))
            self.continue_due()
            if time.monotonic() > end:
                # It says so itself if it hangs.
                break
            if run.progress() > size:
                size = run.progress()
                self.random.choice(torments)(run)
        self.continue_all()

    # MARK: Workers

    def kill_worker(self, run):
        number = self.random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV])
        if self.hit_worker(run, number):
            self.excuses.kills += 1
            self.count[f"workers {number.name}"] += 1

    def pause_worker(self, run):
        pid = self.hit_worker(run, signal.SIGSTOP)
        if pid:
            self.excuses.stops += 1
            self.count["workers stopped and continued"] += 1
            self.stopped.append((time.monotonic() + self.random.uniform(0.005, 0.3), run, pid))

    def stop_worker(self, run):
        """For good: only a deadline can help."""
        if self.random.random() < 0.05 and self.hit_worker(run, signal.SIGSTOP):
            self.excuses.stops += 1
            self.count["workers stopped for good"] += 1

    def hit_worker(self, run, number):
        children = run.children()
        pid = self.random.choice(children) if children else 0
        return pid if pid and run.signal(pid, number) else 0

    # MARK: The coordinator

    def pause_coordinator(self, run):
        # Once in a while for longer than a picture may take: nobody is to blame for that.
        is_long = self.random.random() < 0.03
        length = lab.TIMEOUT + 0.5 if is_long else self.random.uniform(0.001, 0.1)
        if run.signal(run.process.pid, signal.SIGSTOP):
            time.sleep(length)
            run.signal(run.process.pid, signal.SIGCONT)
            self.count["coordinator stopped and continued"] += 1

    def end_coordinator(self, run, number):
        # Who is stopped can't go; whoever stopped it has to let it.
        self.continue_all()
        if run.signal(run.process.pid, number):
            self.count[f"coordinator {number.name}"] += 1

    def continue_due(self):
        now = time.monotonic()
        for item in [item for item in self.stopped if item[0] <= now]:
            self.stopped.remove(item)
            item[1].signal(item[2], signal.SIGCONT)

    def continue_all(self):
        for _, run, pid in self.stopped:
            run.signal(pid, signal.SIGCONT)
        self.stopped = []

    # MARK: What it needs

    def starve_of_descriptors(self, run):
        try:
            used = len(os.listdir(f"/proc/{run.process.pid}/fd"))
            if used == 0:  # it has ended, and nobody has waited for it yet
                return
            limit = resource.prlimit(run.process.pid, resource.RLIMIT_NOFILE)
            soft = used + self.random.randrange(-2, 12)
            resource.prlimit(run.process.pid, resource.RLIMIT_NOFILE, (soft, limit[1]))
            self.count["too few descriptors"] += 1
        except OSError:
            pass

    def feed_descriptors(self, run):
        try:
            limit = resource.prlimit(run.process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(run.process.pid, resource.RLIMIT_NOFILE, (limit[1], limit[1]))
        except OSError:
            pass

    def fill_disk(self, directory):
        with open(directory / "filler", "ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(1 << 16))
            except OSError:
                pass
        self.count["disk filled"] += 1
        self.excuses.is_full = True

    # MARK: Inputs

    def tamper(self, run, sources):
        """Does something to a picture that may be read at that moment."""
        name = self.random.choice(sources)
        path = pathlib.Path(run.source) / name
        # Before it's done: a run that reads it in the next moment is excused.
        self.excuses.tampered.add(name)
        way = self.random.choice(["removed", "truncated", "made a FIFO", "made a directory"])
        if not path.is_file() or path.is_symlink():
            return
        if way == "truncated":
            os.truncate(path, int(path.stat().st_size * self.random.uniform(0, 0.8)))
        else:
            path.unlink()
        if way == "made a FIFO":
            os.mkfifo(path)
        elif way == "made a directory":
            path.mkdir()
        self.count[f"inputs {way}"] += 1
