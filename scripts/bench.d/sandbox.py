"""scripts/bench sandbox: what the sandbox costs: the same pictures through the farm without it, with it, and
with pictures read and thumbnails written by the coordinator, in turns."""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import commands
import measure
from measure import note, spread

# The first is what the others are compared with.
MODES = {
    "off": ["--sandbox", "off"],
    "require": ["--sandbox", "require"],
    "isolate": ["--isolate", "--sandbox", "require"],
}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench sandbox", description=__doc__)
    parser.add_argument("--corpus", metavar="DIR", help="pictures (default: generated ones)")
    parser.add_argument("--count", type=int, default=600, help="how many to generate (%(default)s)")
    parser.add_argument("--procs", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    options = parser.parse_args()
    if options.rounds < 1 or options.procs < 1:
        parser.error("--rounds and --procs must be at least 1")
    return options


def go(options, mode):
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as work:
        command = [options.farm, "thumbs", "--procs", str(options.procs), "--force", "--quiet"]
        with open(Path(work, "errors"), "w") as errors:
            run = commands.run(command + MODES[mode] + ["-o", work, options.corpus], errors)
        # 1: some pictures can't be done, the same ones each time.
        if run.status not in (0, 1):
            sys.exit(f"bench: {mode} ended with status {run.status}: is the sandbox there? farm doctor")
        return run


def bench(options):
    options.farm = measure.built("farm")
    runs = {mode: [] for mode in MODES}
    go(options, "off")  # warms the page cache
    for number in range(options.rounds):
        note(f"round {number + 1} of {options.rounds}")
        # Each is the first as often as the others: whatever comes first in a round may find it colder.
        order = list(MODES)[number % len(MODES):] + list(MODES)[:number % len(MODES)]
        for mode in order:
            runs[mode].append(go(options, mode))
    report(options, runs)


def report(options, runs):
    print(f"{options.procs} processes, {options.rounds} rounds: median (lowest-highest)")
    rows = []
    for mode, own in runs.items():
        # Round by round: what disturbs the machine in one round disturbs neighbours alike.
        time = [one.seconds / base.seconds for one, base in zip(own, runs["off"])]
        work = [one.cpu_seconds / base.cpu_seconds for one, base in zip(own, runs["off"])]
        rows.append(
            [mode, spread([run.seconds for run in own], 3), spread(time, 3),
             f"{statistics.median(run.cpu_seconds for run in own):.3f}", spread(work, 3)]
        )  # fmt: skip
    measure.print_table(["sandbox", "seconds", "ratio", "CPU s", "CPU ratio"], rows)
    print("ratio: to off, round by round; under 1.03 is the goal")
    if options.json:
        results = [
            {"mode": mode, "seconds": [run.seconds for run in own],
             "cpuSeconds": [run.cpu_seconds for run in own]}
            for mode, own in runs.items()
        ]  # fmt: skip
        record = {"machine": measure.machine(), "results": results}
        Path(options.json).write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    commands.interruptible(lambda: measure.with_corpus(arguments(), bench))
