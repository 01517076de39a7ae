"""scripts/bench pool: jobs that do next to nothing, so that only handing them out takes time: the farm's pool beside
Python's, which also get every job alone, and beside processes that do no more than send back what comes through a pipe,
one message at a time. And commands that do nothing, a process for each: farm map beside GNU parallel and xargs.
"""

import argparse
import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import commands
import measure
from measure import note, spread

POOLS = Path(__file__).with_name("pools.py")
# As many times the jobs for the farm, so that a run of it takes more than an instant.
FARM_TIMES = 50
# A process for each job takes that much longer.
COMMANDS_PER_JOB = 0.01
RUNNERS = {
    "farm map": lambda processes: [measure.built("farm"), "map", "-j", str(processes), "--", "true"],
    "GNU parallel": lambda processes: ["parallel", f"-j{processes}", "true"],
    "xargs": lambda processes: ["xargs", f"-P{processes}", "-n1", "true"],
}
PROGRAMS = {"GNU parallel": "parallel", "xargs": "xargs"}


def farm_bench(subcommand, processes, jobs):
    command = [measure.built("farm-bench"), subcommand, "--procs", str(processes), "--jobs", str(jobs)]
    return json.loads(commands.output(command))["jobsPerSecond"]


def python_pool(name, processes, jobs):
    return float(commands.output([sys.executable, str(POOLS), name, str(processes), str(jobs)]))


def runner(name, processes, jobs):
    """Commands per second, starting the runner included."""
    script = 'jobs=$1; shift; seq "$jobs" | "$@"'
    command = ["sh", "-c", script, "sh", str(jobs), *RUNNERS[name](processes)]
    run = commands.run(command, subprocess.DEVNULL)
    if run.status != 0:
        sys.exit(f"bench: {name} ended with status {run.status}")
    return jobs / run.seconds


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench pool", description=__doc__)
    parser.add_argument("--jobs", type=int, default=20_000, help="jobs in a run (%(default)s)")
    parser.add_argument(
        "--procs", type=measure.process_counts, default="1 2", help='processes ("%(default)s")'
    )
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    options = parser.parse_args()
    if options.jobs < 1000 or options.rounds < 1:
        parser.error("--jobs must be at least 1000, --rounds at least 1")
    return options


def measured(options, tools, jobs):
    """Rates by tool and number of processes; the tools take turns."""
    rates = {
        (tool, processes): [] for processes in options.procs for tool in tools
        # For one process it starts none.
        if (tool, processes) != ("joblib", 1)
    }  # fmt: skip
    for number in range(options.rounds):
        note(f"round {number + 1} of {options.rounds}: {', '.join(tools)}")
        for (tool, processes), own in rates.items():
            own.append(tools[tool](processes, jobs))
    return rates


def report(rates, reference):
    rows = []
    for (tool, processes), own in rates.items():
        # Round by round: what disturbs the machine in one round disturbs neighbours alike.
        ratios = [theirs / ours for ours, theirs in zip(own, rates[reference, processes])]
        rows.append([tool, processes, spread(own), spread(ratios, 2)])
    measure.print_table(["", "procs", "jobs/s", "ratio"], rows)
    print(f"ratio: {reference}'s jobs/s over the pool's with as many processes, round by round", end="\n\n")


def main():
    options = arguments()
    versions = json.loads(commands.output([sys.executable, str(POOLS), "--list"]))
    if missing := {"joblib", "loky", "pebble", "mpire"} - set(versions):
        note(f"left out: {', '.join(sorted(missing))}; --install gets them")
    pools = {"farm": lambda processes, jobs: farm_bench("pool", processes, FARM_TIMES * jobs)}
    pools |= {name: partial(python_pool, name) for name in versions}
    pools["bare pipes"] = partial(farm_bench, "pipes")
    runners = {}
    for name in RUNNERS:
        if shutil.which(PROGRAMS.get(name, "sh")):
            runners[name] = partial(runner, name)
        else:
            note(f"{name} left out: not installed; --install gets it")

    # Not while others are timed.
    for product in ("farm", "farm-bench"):
        measure.built(product)
    rates = measured(options, pools, options.jobs)
    few = int(options.jobs * COMMANDS_PER_JOB)
    rates_of_commands = measured(options, runners, few)
    print(f"{options.jobs} jobs ({FARM_TIMES * options.jobs} of the farm's), {options.rounds} rounds: median (lowest-highest)")
    report(rates, "farm")
    print(f"{few} commands, {options.rounds} rounds: median (lowest-highest)")
    report(rates_of_commands, "farm map")
    print("; ".join(f"{name} {version}" for name, version in versions.items()))
    if options.json:
        results = [
            {"tool": tool, "processes": processes, "jobsPerSecond": own}
            for (tool, processes), own in {**rates, **rates_of_commands}.items()
        ]
        record = {
            "machine": measure.machine(), "versions": versions, "jobs": options.jobs, "commands": few,
            "results": results,
        }  # fmt: skip
        Path(options.json).write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    commands.interruptible(main)
