"""What the Python peers' jobs do. They leave marks in the cell's scratch directory, which is the current one."""

import os
import pathlib
import signal
import subprocess
import time

# What the caller puts there before it opens a pool.
inherited = None
# What a worker puts there when it starts.
state = None
leaked = []

FOREVER = 3600


def mark(name, text=""):
    """Written whole: whoever sees the file sees the text."""
    new = pathlib.Path(f"{name}.{os.getpid()}.new")
    new.write_text(str(text))
    new.rename(f"{name}.mark")


def marked(name):
    return pathlib.Path(f"{name}.mark").exists()


def wait_for(name):
    while not marked(name):
        time.sleep(0.1)


def square(n):
    return n * n


def killed_at_3(n):
    if n == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return n * n


def killed_once_at_3(n):
    if n == 3 and not marked("killed"):
        mark("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    return n * n


def exits_at_3(n):
    if n == 3:
        os._exit(0)
    return n * n


class Complaint(Exception):
    """Pickled, as any exception with two arguments that gives one to its base; it can't be made again from that."""

    def __init__(self, what, why):
        super().__init__(f"{what}: {why}")


def complains_at_3(n):
    if n == 3:
        raise Complaint(n, "not today")
    return n * n


def endless_at_3(n):
    return endless(n) if n == 3 else n * n


def endless_but_first(n):
    return endless(n) if n > 0 else n


def endless(n):
    mark(f"endless-{n}", os.getpid())
    time.sleep(FOREVER)


def starts_another(n):
    other = subprocess.Popen(["sleep", str(FOREVER)])
    mark("started", other.pid)
    other.wait()


def nap(n):
    time.sleep(2)
    return n * n


def slow_first(n):
    if n == 0:
        wait_for("go")
    return n * n


def late_first(n):
    """0 ends after 1."""
    if n == 0:
        wait_for("done-1")
    if n == 1:
        mark("done-1")
    return n * n


def open_state():
    global state
    state = 100


def use_state(n):
    global state
    state += 1
    return state


def worker(n):
    return os.getpid()


def slow_worker(n):
    time.sleep(0.5)
    return os.getpid()


def leak(n):
    leaked.append(b"x" * 400_000_000)
    return os.getpid()


def look_for_inherited(n):
    return inherited


def read_file(n):
    return pathlib.Path("/etc/passwd").read_bytes()[:1]


def nested(peer, n):
    import peers

    inner = peers.PEERS[peer]()
    return inner.outcomes(inner.open(1), square, [n])[0]
