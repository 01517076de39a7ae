"""scripts/bench scale: the farm with one worker, two, … twice as many as there are processors, in turns: how much faster
more workers are, and what the coordinator takes for itself."""

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import commands
import measure
import tools
from measure import note, spread


def arguments():
    cpus = measure.machine()["cpus"]
    parser = argparse.ArgumentParser(prog="scripts/bench scale", description=__doc__)
    parser.add_argument("--corpus", metavar="DIR", help="pictures (default: generated ones)")
    parser.add_argument("--count", type=int, default=600, help="how many to generate (%(default)s)")
    parser.add_argument("--size", type=int, default=256, help="box in pixels (%(default)s)")
    parser.add_argument(
        "--procs", type=measure.process_counts, default=" ".join(map(str, range(1, 2 * cpus + 1))),
        help='workers ("%(default)s"); the first number is what the others are compared with',
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    options = parser.parse_args()
    if options.rounds < 1 or options.size < 1 or options.count < 1:
        parser.error("--rounds, --size and --count must be at least 1")
    return options


def go(options, workers):
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as work:
        with open(Path(work, "errors"), "w") as errors:
            output = Path(work, "thumbs")
            task = tools.Task(options.corpus, len(options.pictures), options.size, workers, str(output))
            run = commands.run(tools.TOOLS["farm"].command(task), errors)
        # 1: some pictures can't be done, the same ones each time.
        if run.status not in (0, 1):
            sys.exit(f"bench: the farm ended with status {run.status}: {Path(work, 'errors').read_text()}")
        return run


def bench(options):
    options.pictures = tools.pictures_below(options.corpus)
    if not options.pictures:
        sys.exit(f"bench: no pictures in {options.corpus}")
    runs = {workers: [] for workers in options.procs}
    go(options, options.procs[-1])  # warms the page cache
    for number in range(options.rounds):
        note(f"round {number + 1} of {options.rounds}")
        # Each is the first as often as the others: whatever comes first in a round may find it colder.
        turn = number % len(options.procs)
        for workers in options.procs[turn:] + options.procs[:turn]:
            runs[workers].append(go(options, workers))
    report(options, runs)


def report(options, runs):
    count, first = len(options.pictures), options.procs[0]
    print(f"{count} pictures, {options.rounds} rounds: median (lowest-highest)")
    rows = []
    for workers, own in runs.items():
        # Round by round: what disturbs the machine in one round disturbs neighbours alike.
        efficiency = [
            first * one.seconds / (workers * run.seconds) for one, run in zip(runs[first], own)
        ]  # fmt: skip
        rates = [count / run.seconds for run in own]
        share = [run.own_cpu_seconds / run.seconds for run in own]
        hundred = statistics.median(100 * run.own_cpu_seconds / count for run in own)
        rows.append(
            [workers, spread([run.seconds for run in own], 3), spread(rates, 1), spread(efficiency, 3),
             f"{statistics.median(run.cpu_seconds for run in own):.2f}",
             f"{statistics.median(share):.2%}", f"{hundred:.2%}"]
        )  # fmt: skip
    header = ["workers", "seconds", "pictures/s", "efficiency", "CPU s", "coordinator", "at 100/s"]
    measure.print_table(header, rows)
    print(f"efficiency: {first} x time({first}) / (n x time(n)), round by round; 1 is perfect up to")
    print(f"{measure.machine()['cpus']} workers, as many as there are processors here")
    print("coordinator: its own share of a processor, as it was and if it had 100 pictures a second")
    if options.json:
        results = [
            {"workers": workers, "runs": [asdict(run) for run in own]} for workers, own in runs.items()
        ]
        record = {"machine": measure.machine(), "pictures": count, "results": results}
        Path(options.json).write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    commands.interruptible(lambda: measure.with_corpus(arguments(), bench))
