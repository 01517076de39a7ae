"""What all benchmarks need: the programs, pictures, medians, a table, a word about the machine."""

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# As in scripts/bench.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "farm-bench")


@cache
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
    """The type of --procs: numbers with spaces or commas between them."""
    words = re.split(r"[,\s]+", text.strip(", "))
    if not all(word.isdigit() and int(word) >= 1 for word in words):
        raise argparse.ArgumentTypeError(f"'{text}' aren't numbers of 1 and more")
    return [int(word) for word in words]


def note(text):
    print(f"bench: {text}", file=sys.stderr)
