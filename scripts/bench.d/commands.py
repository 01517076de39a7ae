"""Runs commands, says what they took, and sees to it that none of them is left."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

MEMORY_SAMPLE_SECONDS = 0.01
# For a farm or a pool to end its workers when it's asked to end.
PATIENCE_SECONDS = 5


class Interrupted(KeyboardInterrupt):
    """A signal has come; its number is the first argument."""


def interruptible(main):
    """Runs a subcommand's `main` so that a signal ends it as it should: first what it has started, then itself."""

    def interrupt(number, _):
        # Ending takes seconds at most; nothing is to interrupt that.
        for other in (signal.SIGINT, signal.SIGTERM):
            signal.signal(other, signal.SIG_IGN)
        raise Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        main()
    except Interrupted as interrupted:
        signal.signal(interrupted.args[0], signal.SIG_DFL)
        os.kill(os.getpid(), interrupted.args[0])


def leave_interrupts():
    """For a pool's processes: a terminal's ^C is for their parent, which ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@dataclass
class Run:
    status: int
    seconds: float
    # User and system time of the command and of all processes that it waited for.
    cpu_seconds: float
    # Of the command alone.
    own_cpu_seconds: float


@contextmanager
def started(command, errors, output=subprocess.DEVNULL):
    """A process that runs `command` in a session of its own, which nobody gets to interrupt but this program, and
    which is ended with it."""
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True
    )
    try:
        yield child
    except BaseException:
        end(child)
        raise


def end(child):
    """Asks a process and what it started to end, and sees to it."""
    if child.returncode is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
            child.wait(timeout=PATIENCE_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass


def run(command, errors):
    """Runs `command` to its end; its stderr goes to the file `errors`, its stdout nowhere."""
    start = time.perf_counter()
    with started(command, errors) as child:
        # Left to be waited for: until then its clock can be read.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        seconds = time.perf_counter() - start
        own = process_seconds(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return Run(child.returncode, seconds, usage.ru_utime + usage.ru_stime, own)


def output(command):
    """What `command` says on stdout; its stderr is ours."""
    with started(command, None, subprocess.PIPE) as child:
        said, _ = child.communicate()
    if child.returncode != 0:
        sys.exit(f"bench: {' '.join(command)} ended with status {child.returncode}")
    return said.decode()


def process_seconds(pid):
    """User and system time of a process and its threads, not of its children."""
    # clock_getcpuclockid(3): the bits of the number the other way round, and CPUCLOCK_SCHED.
    return time.clock_gettime(~pid << 3 | 2)


def several(commands):
    """Runs commands, as many at once as there are processors, and gives the key and status of each as it ends. What
    one says on stderr is in the file KEY.errors."""
    waiting, running = list(commands), {}
    with ExitStack() as children:
        while waiting or running:
            while waiting and len(running) < len(os.sched_getaffinity(0)):
                key = waiting.pop(0)
                errors = children.enter_context(open(f"{key}.errors", "w"))
                child = children.enter_context(started(commands[key], errors))
                running[child.pid] = key, child
            pid, status = os.wait()
            key, child = running.pop(pid)
            child.returncode = os.waitstatus_to_exitcode(status)
            yield key, child.returncode


@dataclass
class Memory:
    # The largest resident set that any one process reached.
    largest_process: int
    # The largest sum over all processes at one time, shared pages counted once.
    all_processes: int


def memory(command, errors):
    """Runs `command` and watches its processes. Watching takes time: don't time the same run.

    Not ru_maxrss: a process inherits that from whoever spawned it, in this case from Python.
    """
    peak = Memory(0, 0)
    with started(command, errors) as child:
        while child.poll() is None:
            pids = descendants(child.pid)
            largest = [field(f"/proc/{pid}/status", "VmHWM:") for pid in pids]
            shares = [field(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in pids]
            peak.largest_process = max(peak.largest_process, *largest)
            peak.all_processes = max(peak.all_processes, sum(shares))
            time.sleep(MEMORY_SAMPLE_SECONDS)
    return peak


def descendants(root):
    """`root` and every process below it, by one look at /proc."""
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as file:
                # The name may hold anything, so count from the last parenthesis: state, parent.
                parent = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def field(path, name):
    """A field of a /proc file in bytes; 0 when the process is gone."""
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(name):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
