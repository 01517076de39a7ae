"""scripts/bench guard: counts the instructions of each stage of the work and compares them with those in
scripts/bench.d/instructions.json. Unlike a time, a count is the same on a busy machine. Status 1 when a stage takes
more than 5 % more than there, unless this is another environment (compiler, codecs, C library, processor): then
counts mean something else, and differences are only told. --update writes the file anew.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import commands
import measure

BASELINE = Path(__file__).with_name("instructions.json")
LIMIT = 0.05
# The pictures, and the stages that get them. Enough that all kinds are among them, few enough that counting takes
# seconds.
SETS = {
    "camera": (
        # With this seed the second is progressive and the third 4:2:2.
        ["--count", "4", "--seed", "80", "--jpeg-only", "--size", "2400x1800..3264x2448"],
        ["jpeg-to-256", "progressive-to-256", "decode-jpeg", "decode-progressive"],
    ),
    "article": (
        ["--count", "12", "--seed", "7", "--jpeg-only"],
        ["jpeg-to-75", "encode-jpeg"],
    ),
    # Every twelfth is a PNG, of four kinds in turn.
    "mixed": (
        ["--count", "48", "--seed", "7", "--size", "640x480..1024x768"],
        ["png-to-256", "decode-png", "encode-png", "resize-across", "resize-down"],
    ),
    "tiny": (["--count", "20", "--seed", "7", "--size", "16x16", "--jpeg-only"], ["file", "record"]),
}
# What libraries choose their instructions by; valgrind passes these on.
FEATURES = ["sse4_2", "avx2", "bmi2", "pclmulqdq"]


def environment(codecs):
    """What counts depend on besides this project's code."""
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    valgrind = subprocess.run(["valgrind", "--version"], capture_output=True, text=True).stdout
    with open("/proc/cpuinfo") as file:
        flags = set(re.search(r"^flags\s*:(.*)$|\Z", file.read(), re.MULTILINE)[1].split())
    found = re.search(r"Swift version (\S+)", swift)
    return {
        "processor": " ".join([platform.machine(), *(name for name in FEATURES if name in flags)]),
        "swift": found[1] if found else "unknown",
        "libc": os.confstr("CS_GNU_LIBC_VERSION"),
        "valgrind": valgrind.strip().removeprefix("valgrind-"),
        **codecs,
    }


def without_debug_information(program, copy):
    """valgrind doesn't read the Swift runtime's, and gives up."""
    tool = shutil.which("objcopy") or shutil.which("llvm-objcopy")
    if not tool:
        sys.exit("bench: needs objcopy: valgrind can't read the program's debug information")
    subprocess.run([tool, "--strip-debug", program, copy], check=True)
    return copy


def count(program, stages, work):
    """Instructions of each stage: what two rounds take more than one does."""
    runs = {}
    pictures = {stage: f"{work}/{name}" for name, (_, own) in SETS.items() for stage in own}
    if unknown := set(stages) - set(pictures):
        sys.exit(f"bench: {Path(__file__).name} has no pictures for {', '.join(sorted(unknown))}")
    for stage in stages:
        for rounds in (1, 2):
            run = f"{work}/{stage}-{rounds}"
            os.mkdir(run)
            runs[run] = [
                "valgrind", "--tool=callgrind", f"--callgrind-out-file={run}/callgrind", program,
                "stage", stage, pictures[stage], "--rounds", str(rounds), "--output", run,
            ]  # fmt: skip
    # Else the order of what lies in dictionaries is another in each run.
    os.environ["SWIFT_DETERMINISTIC_HASHING"] = "1"
    for run, status in commands.several(runs):
        if status != 0:
            said = Path(f"{run}.errors").read_text()
            sys.exit(f"bench: {' '.join(runs[run])} ended with status {status}:\n{said}")
    totals = {run: total(f"{run}/callgrind") for run in runs}
    return {stage: totals[f"{work}/{stage}-2"] - totals[f"{work}/{stage}-1"] for stage in stages}


def total(path):
    return int(re.search(r"^(?:totals|summary): (\d+)", Path(path).read_text(), re.MULTILINE)[1])


def measured():
    program = measure.built("farm-bench")
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as work:
        copy = without_debug_information(program, f"{work}/farm-bench")
        known = json.loads(subprocess.run([copy, "stage", "--list"], capture_output=True, check=True).stdout)
        for name, (options, _) in SETS.items():
            subprocess.run([program, "pictures", *options, f"{work}/{name}"], check=True)
        counts = count(copy, known["stages"], work)
    return {"environment": environment(known["codecs"]), "instructions": counts}


def differences(old, new):
    """What isn't the same in two environments."""
    return [
        f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}"
        for name in {**old, **new} if old.get(name) != new.get(name)
    ]  # fmt: skip


def compare(old, new):
    """Prints the table; the stages that grew too much or aren't in both."""
    rows, bad = [], []
    for stage in {**old, **new}:
        before, after = old.get(stage), new.get(stage)
        change = after / before - 1 if before and after else None
        if change is None or change > LIMIT:
            bad.append(stage)
        millions = [f"{number / 1e6:.2f}" if number else "-" for number in (before, after)]
        rows.append([stage, *millions, "-" if change is None else f"{change:+.1%}"])
    measure.print_table(["stage", "baseline", "now", "change"], rows)
    print("millions of instructions")
    return bad


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench guard", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the counts, don't compare")
    options = parser.parse_args()
    new = measured()
    if options.update:
        BASELINE.write_text(json.dumps(new, indent=2) + "\n")
        compare(new["instructions"], new["instructions"])
        return
    old = json.loads(BASELINE.read_text())
    bad = compare(old["instructions"], new["instructions"])
    if changed := differences(old["environment"], new["environment"]):
        measure.note(f"not judged: the counts are from another environment: {'; '.join(changed)}")
    elif bad:
        sys.exit(
            f"bench: more than {LIMIT:.0%} more instructions, or not in both: {', '.join(bad)}. If that is"
            " meant, commit what scripts/bench guard --update writes, in the same commit"
        )


if __name__ == "__main__":
    commands.interruptible(main)
