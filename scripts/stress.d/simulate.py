"""The simulations of the scheduler and of the engine with fresh seeds, in release."""
import os
import re
import subprocess
import sys
import time

import lab

# In each profile of the scheduler's, and of the engine's: a quarter of a minute, between which the time is looked at.
RUNS = 2000
SCRATCH = ["-c", "release", "--scratch-path", ".build/release-tests"]
FILTER = ["--filter", "SchedulerSimulation|EngineSimulation"]


def told(output):
    """Whose simulation failed, what it said, and the seed that replays it."""
    issues = re.findall(
        r" at (\w+)SimulationTests\.swift[^\n]*\n[^\n]*?↳ ([^\n]*); FARM_SEED=(\d+) replays it", output)
    return issues or re.findall(r"the (\w+)'s simulation (traps|never ends); FARM_SEED=(\d+) replays it", output)


def run(minutes, seed):
    # Builds as scripts/test does, and not by `swift build`, which makes no release for testing. There's no such test.
    subprocess.run(["swift", "test", *SCRATCH, "--filter", "^$"], cwd=lab.ROOT, check=True, stdout=sys.stderr)
    end = time.monotonic() + minutes * 60
    runs, steps = {"": 0, "engine ": 0}, {"": 0, "engine ": 0}
    first = seed
    while time.monotonic() < end:
        done = subprocess.run(
            ["swift", "test", "--skip-build", "--no-parallel", *SCRATCH, *FILTER],
            cwd=lab.ROOT, env=dict(os.environ, FARM_SEED=str(seed), FARM_RUNS=str(RUNS)),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        counts = re.findall(r"(?m)^(engine |)simulation: (\d+) runs, (\d+) steps", done.stdout)
        for name, some_runs, some_steps in counts:
            runs[name] += int(some_runs)
            steps[name] += int(some_steps)
        if done.returncode != 0 or {count[0] for count in counts} != set(runs):
            return fail(done.stdout, seed)
        seed += RUNS
    print(f"stress: simulations, seeds {first} to {seed - 1}: the scheduler's {runs['']} runs, {steps['']} steps; "
          f"the engine's {runs['engine ']} runs, {steps['engine ']} steps; no violation")
    return 0


def fail(output, seed):
    failures = told(output)
    if not failures:
        print(output)
        print(f"stress: the simulations failed with seeds from {seed}")
    for name, words, number in failures:
        print(f"stress: VIOLATION in the {name.lower()}'s simulation, seed {number}: {words}\n"
              f"stress: again: FARM_SEED={number} swift test {' '.join(SCRATCH)} --filter {name.title()}Simulation")
    return 1
