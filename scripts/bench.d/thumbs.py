"""scripts/bench thumbs: the same pictures through the farm, Pillow in a Pool, and vipsthumbnail."""

import argparse
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import commands
import measure
from measure import note, spread

SUFFIXES = {".jpg", ".jpeg", ".png"}
MEGABYTE = 1e6
# Pictures per vipsthumbnail process, so that starting it costs little; fewer for a small corpus,
# where it would leave processors idle.
VIPS_BATCH = 32


def farm(options, processes, output):
    size = str(options.size)
    command = [options.farm, "thumbs", "--procs", str(processes), "--size", size, "--force"]
    return command + ["--quiet", "-o", output, options.corpus]


def pillow(options, processes, output):
    program = str(Path(__file__).with_name("pillow_pool.py"))
    return [sys.executable, program, str(processes), str(options.size), output, options.corpus]


def vipsthumbnail(options, processes, output):
    # `>`: like the others, never enlarge. The name is the source's stem, so stems must differ.
    batch = min(VIPS_BATCH, math.ceil(len(options.pictures) / processes))
    names = [word for suffix in sorted(SUFFIXES) for word in ("-o", "-iname", f"*{suffix}")][1:]
    script = """
        corpus=$1 processes=$2 batch=$3 size=$4 output=$5; shift 5
        find "$corpus" -type f \\( "$@" \\) -print0 |
            xargs -0 -P"$processes" -n"$batch" vipsthumbnail --size "$size" -o "$output/%s.jpg"
    """
    size = f"{options.size}x{options.size}>"
    values = [options.corpus, str(processes), str(batch), size, output]
    return ["sh", "-c", script, "sh", *values, *names]


TOOLS = {"farm": farm, "pillow": pillow, "vipsthumbnail": vipsthumbnail}


def missing(tool):
    """Why a tool can't take part, or nothing."""
    if tool == "pillow":
        check = subprocess.run([sys.executable, "-c", "import PIL"], stderr=subprocess.DEVNULL)
        return "no Pillow" if check.returncode else None
    return "not installed" if tool == "vipsthumbnail" and not shutil.which(tool) else None


def version(tool, options):
    command = {
        "farm": [options.farm, "--version"],
        "pillow": [sys.executable, "-c", "import PIL; print(PIL.__version__)"],
        "vipsthumbnail": ["vipsthumbnail", "--version"],
    }[tool]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def pictures_below(directory):
    """The JPEGs and PNGs, but not what a tool remembers beside them."""
    return [path for path in Path(directory).rglob("*") if path.suffix.lower() in SUFFIXES]


class Entry:
    """A tool at a number of processes, and what its runs took."""

    def __init__(self, tool, processes):
        self.tool, self.processes = tool, processes
        self.runs, self.memory = [], None
        self.made = self.output_bytes = 0

    def go(self, options, how):
        """One run, by `commands.run` or `commands.memory`, into an empty directory."""
        with tempfile.TemporaryDirectory(prefix="farm-bench-") as work:
            output = Path(work, "thumbs")
            output.mkdir()
            with open(Path(work, "errors"), "w+") as errors:
                result = how(TOOLS[self.tool](options, self.processes, str(output)), errors)
                errors.seek(0)
                said = errors.read().strip().splitlines()
            if getattr(result, "status", 0) != 0:
                last = said[-1] if said else "nothing on stderr"
                note(f"{self.tool} ended with status {result.status}: {last}")
            made = pictures_below(output)
            self.made, self.output_bytes = len(made), sum(path.stat().st_size for path in made)
            return result

    def rates(self):
        return [self.made / run.seconds for run in self.runs]

    def row(self, reference):
        # Round by round: what disturbs the machine in one round disturbs neighbours alike.
        ratios = [own / other for own, other in zip(self.rates(), reference.rates())]
        return [
            self.tool, self.processes, self.made, spread(self.rates(), 1), spread(ratios, 2),
            f"{statistics.median(run.cpu_seconds for run in self.runs):.2f}",
            f"{self.memory.largest_process / MEGABYTE:.0f}",
            f"{self.memory.all_processes / MEGABYTE:.0f}", f"{self.output_bytes / 1000:.0f}",
        ]  # fmt: skip

    def record(self):
        return {
            "tool": self.tool, "processes": self.processes, "made": self.made,
            "outputBytes": self.output_bytes, "memoryBytes": asdict(self.memory),
            "picturesPerSecond": self.rates(), "runs": [asdict(run) for run in self.runs],
        }  # fmt: skip


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench thumbs", description=__doc__)
    parser.add_argument("--corpus", metavar="DIR", help="pictures (default: generated ones)")
    parser.add_argument("--count", type=int, default=600, help="how many to generate (%(default)s)")
    parser.add_argument("--size", type=int, default=256, help="box in pixels (%(default)s)")
    parser.add_argument(
        "--procs", type=measure.process_counts, default="1 2", help='processes ("%(default)s")'
    )
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds (%(default)s)")
    parser.add_argument("--tools", default=" ".join(TOOLS), help='which ("%(default)s")')
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    options = parser.parse_args()
    if options.rounds < 1 or options.size < 1:
        parser.error("--rounds and --size must be at least 1")
    if unknown := set(options.tools.split()) - set(TOOLS):
        parser.error(f"--tools: unknown: {', '.join(sorted(unknown))}")
    return options


def bench(options):
    options.pictures = pictures_below(options.corpus)
    if not options.pictures:
        sys.exit(f"bench: no pictures in {options.corpus}")
    tools = []
    for tool in options.tools.split():
        if reason := missing(tool):
            note(f"{tool} left out: {reason}; --install gets it")
        else:
            tools.append(tool)
    if not tools:
        sys.exit("bench: nothing to measure")
    options.farm = measure.built("farm") if "farm" in tools else None
    entries = [Entry(tool, number) for number in options.procs for tool in tools]

    # The first run of each isn't timed: it warms the page cache and is watched for memory.
    for entry in entries:
        note(f"memory: {entry.tool}, {entry.processes} processes")
        entry.memory = entry.go(options, commands.memory)
    for number in range(options.rounds):
        note(f"round {number + 1} of {options.rounds}")
        for entry in entries:
            entry.runs.append(entry.go(options, commands.run))
    report(options, entries)


def report(options, entries):
    total = sum(path.stat().st_size for path in options.pictures)
    corpus = {"pictures": len(options.pictures), "bytes": total}
    versions = {entry.tool: version(entry.tool, options) for entry in entries}
    print(
        f"{corpus['pictures']} pictures, {total / MEGABYTE:.1f} MB, to {options.size} pixels;"
        f" {options.rounds} rounds: median (lowest-highest); MB is 10^6 bytes"
    )
    header = ["tool", "procs", "made", "pictures/s", "ratio", "CPU s", "largest MB", "all MB", "output kB"]
    rows = []
    for entry in entries:
        same = [other for other in entries if other.processes == entry.processes]
        reference = next((other for other in same if other.tool == "pillow"), same[0])
        rows.append(entry.row(reference))
    measure.print_table(header, rows)
    print(f"ratio: to {reference.tool} with as many processes, round by round")
    if options.json:
        record = {
            "machine": measure.machine(), "versions": versions, "corpus": corpus,
            "size": options.size, "results": [entry.record() for entry in entries],
        }  # fmt: skip
        Path(options.json).write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    commands.interruptible(lambda: measure.with_corpus(arguments(), bench))
