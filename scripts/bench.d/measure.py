"""Runs a command and says what it took; medians and a table for what came of it."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEMORY_SAMPLE_SECONDS = 0.01


def built(product):
    """The release binary of `product`, built first if its sources are newer."""
    if subprocess.run([ROOT / "scripts/build", product]).returncode != 0:
        sys.exit(f"bench: no {product}")
    return str(ROOT / ".build/release" / product)


def with_corpus(options, bench):
    """Calls `bench(options)` with pictures in `options.corpus`, made for the time being if there are none."""
    if options.corpus:
        return bench(options)
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as options.corpus:
        count = ["--count", str(options.count), "--seed", "1"]
        subprocess.run([built("farm-bench"), "pictures", *count, options.corpus], check=True)
        bench(options)


@dataclass
class Run:
    status: int
    seconds: float
    # User and system time of the command and of all processes that it waited for.
    cpu_seconds: float


def run(command, errors):
    """Runs `command` to its end; its stderr goes to the file `errors`, its stdout nowhere."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    return Run(child.returncode, seconds, usage.ru_utime + usage.ru_stime)


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
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
    peak = Memory(0, 0)
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


def spread(values, digits=0):
    """Median (lowest to highest)."""
    median, low, high = statistics.median(values), min(values), max(values)
    return f"{median:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def print_table(header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        first, *rest = (str(cell) for cell in row)
        print("  ".join([first.ljust(widths[0])] + [c.rjust(w) for c, w in zip(rest, widths[1:])]))


def machine():
    """What the figures depend on, for the record."""
    with open("/proc/cpuinfo") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def process_counts(text):
    """The type of --procs: numbers with spaces between them."""
    counts = [int(number) for number in text.split()]
    if not counts or min(counts) < 1:
        raise ValueError
    return counts


def note(text):
    print(f"bench: {text}", file=sys.stderr)
