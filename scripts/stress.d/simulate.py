"""The scheduler's simulation with fresh seeds, in release."""
import os
import re
import subprocess
import sys
import time

import lab

# In each profile, which takes some seconds: between them the time is looked at.
RUNS = 20_000
SCRATCH = ["-c", "release", "--scratch-path", ".build/release-tests"]


def run(minutes, seed):
    subprocess.run(["swift", "build", "--build-tests", *SCRATCH], cwd=lab.ROOT, check=True, stdout=sys.stderr)
    end = time.monotonic() + minutes * 60
    runs = steps = 0
    first = seed
    while time.monotonic() < end:
        done = subprocess.run(
            ["swift", "test", "--skip-build", "--no-parallel", *SCRATCH, "--filter", "SchedulerSimulation"],
            cwd=lab.ROOT, env=dict(os.environ, FARM_SEED=str(seed), FARM_RUNS=str(RUNS)),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        counts = re.findall(r"simulation: (\d+) runs, (\d+) steps", done.stdout)
        runs += sum(int(count[0]) for count in counts)
        steps += sum(int(count[1]) for count in counts)
        if done.returncode != 0 or not counts:
            print(done.stdout)
            print(f"stress: the simulation failed with seeds from {seed}")
            return 1
        seed += RUNS
    print(f"stress: {runs} runs of the simulation, {steps} steps, seeds {first} to {seed - 1}: no violation")
    return 0
