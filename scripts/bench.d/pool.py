"""scripts/bench pool: jobs that do next to nothing, so that only handing them out takes time:
the farm's pool beside multiprocessing's Pool.map(chunksize=1), which also sends every job alone."""

import argparse
import json
import subprocess
import time
from multiprocessing import Pool
from pathlib import Path

import commands
import measure
from measure import note, spread


def square(number):
    return number * number


def python_pool(processes, jobs):
    """Jobs per second, once the processes are there."""
    with Pool(processes) as pool:
        pool.map(square, range(100 * processes), chunksize=1)
        start = time.perf_counter()
        pool.map(square, range(jobs), chunksize=1)
        return jobs / (time.perf_counter() - start)


def farm_pool(program, processes, jobs):
    command = [program, "pool", "--procs", str(processes), "--jobs", str(jobs)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)["jobsPerSecond"]


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench pool", description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000, help="jobs in a run (%(default)s)")
    parser.add_argument(
        "--procs", type=measure.process_counts, default="1 2", help='processes ("%(default)s")'
    )
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    options = parser.parse_args()
    program = measure.built("farm-bench")

    rates = {}
    for number in range(options.rounds):
        note(f"round {number + 1} of {options.rounds}")
        for processes in options.procs:
            for tool, rate in (
                ("farm", farm_pool(program, processes, options.jobs)),
                ("Pool.map", python_pool(processes, options.jobs)),
            ):
                rates.setdefault((tool, processes), []).append(rate)

    print(f"{options.jobs} jobs, {options.rounds} rounds: median (lowest-highest)")
    rows = []
    for (tool, processes), own in rates.items():
        ratios = [a / b for a, b in zip(own, rates["Pool.map", processes])]
        rows.append([tool, processes, spread(own), spread(ratios, 2)])
    measure.print_table(["tool", "procs", "jobs/s", "ratio"], rows)
    print("ratio: to Pool.map with as many processes, round by round")
    if options.json:
        results = [
            {"tool": tool, "processes": processes, "jobsPerSecond": own}
            for (tool, processes), own in rates.items()
        ]
        record = {"machine": measure.machine(), "jobs": options.jobs, "results": results}
        Path(options.json).write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    commands.interruptible(main)
