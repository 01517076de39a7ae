"""The pictures, what becomes of them without faults, and running programs that can be found again."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import uuid

from checks import Violation

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FARM = str(ROOT / ".build/release/farm")
BENCH = str(ROOT / ".build/release/farm-bench")
# In seconds, of --timeout: long for pictures of milliseconds on the busiest machine, short for who waits for it.
TIMEOUT = 4
# A run that takes longer hangs: without faults it takes a few seconds.
PATIENCE = 180


def pictures(count):
    """A tree of pictures, some of them broken; made once and kept."""
    place = ROOT / ".build/stress" / f"pictures-{count}"
    if place.exists():
        return place
    new = place.with_name(place.name + f".{os.getpid()}")
    flat = new / "flat"
    flat.mkdir(parents=True)
    subprocess.run(
        [BENCH, "pictures", "--count", str(count), "--seed", "1", "--size", "64x48..240x180", str(flat)],
        check=True)
    for number, path in enumerate(sorted(flat.iterdir())):
        directory = new / f"{number % 7}" / f"{number % 3}"
        directory.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        # Every hundredth is cut, so that ordinary failures are among the others.
        (directory / path.name).write_bytes(data[: len(data) // 2] if number % 100 == 99 else data)
    shutil.rmtree(flat)
    new.rename(place)
    return place


# Where an output remembers pictures that crashed their workers.
QUARANTINE = ".farm-quarantine"


def contents(directory):
    """The bytes of all files below a directory, by relative path, without the quarantine's."""
    return {str(path.relative_to(directory)): path.read_bytes()
            for path in pathlib.Path(directory).rglob("*")
            if not path.is_dir() and QUARANTINE not in path.relative_to(directory).parts}


def quarantined(directory):
    """What an output's quarantine has: each entry by its file's name."""
    place = pathlib.Path(directory) / QUARANTINE
    return {path.name: json.loads(path.read_text()) for path in place.iterdir()} if place.exists() else {}


class Reference:
    """A run without faults."""

    def __init__(self, source, work):
        self.pictures, self.work = source, pathlib.Path(work)
        # For runs as another user.
        self.work.chmod(0o755)
        run = Run(source, self.work / "reference", self.work, workers=4)
        run.wait()
        self.sources = [self.name(record) for record in run.records()]
        self.failures = {self.name(record): record["error"]["message"]
                         for record in run.records() if record["status"] == "failed"}
        self.outputs = contents(self.work / "reference")
        self.record_bytes = run.progress()
        if run.status != 1 or len(self.outputs) + len(self.failures) != len(self.sources):
            raise SystemExit(f"stress: without faults the run fails:\n{run.errors()[-2000:]}")

    @staticmethod
    def name(record):
        """A source's path below the pictures' directory, where all lie at the same depth."""
        return "/".join(record["source"].split("/")[-3:])


class Run:
    """`farm thumbs` in a process of its own."""

    def __init__(self, source, output, work, workers, options=(), launcher=(), **process):
        # All that it starts inherits this, so it's found whatever becomes of its parents.
        self.tag = f"FARM_STRESS={uuid.uuid4().hex}"
        stem = work / f"run-{self.tag[-8:]}"
        self.paths = (stem.with_suffix(".json"), stem.with_suffix(".errors"))
        self.source, self.output = source, output
        # What the faults of another run have brought into quarantine is no picture's fault.
        command = [*launcher, FARM, "thumbs", f"-j{workers}", "-s48", "--json", f"--timeout={TIMEOUT}",
                   "--retry-quarantined", *options, str(source), "-o", str(output)]
        name, value = self.tag.split("=")
        with open(self.paths[0], "wb") as out, open(self.paths[1], "wb") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                env=dict(os.environ, **{name: value}), **process)

    @property
    def status(self):
        return self.process.poll()

    @property
    def runs(self):
        return self.process.poll() is None

    def progress(self):
        return os.stat(self.paths[0]).st_size

    def wait(self):
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.end()
            raise Violation(f"it hangs; it said: {self.errors()[-1000:]}") from None

    def lines(self):
        return self.paths[0].read_text(errors="surrogateescape").splitlines(keepends=True)

    def records(self):
        whole = (json.loads(line) for line in self.lines() if line.endswith("\n"))
        return [record for record in whole if record["type"] == "picture"]

    def summary(self):
        lines = self.lines()
        last = json.loads(lines[-1]) if lines and lines[-1].endswith("\n") else {}
        return last if last.get("type") == "summary" else None

    def errors(self):
        return self.paths[1].read_text(errors="replace")

    # MARK: Processes

    def children(self):
        pid = self.process.pid
        try:
            text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
            # Workers are children of the thread that starts them, each thread lists its own.
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                text += " " + (task / "children").read_text()
        except OSError:
            return []
        return sorted({int(word) for word in text.split()})

    def is_mine(self, pid):
        try:
            return self.tag.encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return False

    def alive(self):
        """All processes of the run that live; a zombie has no environment."""
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and self.is_mine(name)]

    def signal(self, pid, number):
        """False if there's no such process of this run any more; another's is never touched."""
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            return False
        try:
            if not self.is_mine(pid):
                return False
            signal.pidfd_send_signal(handle, number)
            return True
        except OSError:
            return False
        finally:
            os.close(handle)

    def end(self):
        """Leaves nobody behind."""
        for _ in range(100):
            left = self.alive()
            for pid in left:
                self.signal(pid, signal.SIGKILL)
            if not left:
                break
            time.sleep(0.02)
        self.process.wait()
