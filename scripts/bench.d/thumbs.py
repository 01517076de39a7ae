"""scripts/bench thumbs: the same pictures through the farm and what people use today, in turns, at one process and at
as many as there are processors; and how good the thumbnails are. Without --corpus the pictures are made from free
photographs in Debian's packages: `camera` and `progressive` as cameras write them, `seed` as on the web (the article's
job), `png` of all kinds.
"""

import argparse
import re
import statistics
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import commands
import corpus
import measure
import thumbs_report
import tools
from measure import note

# Enough for a mean; comparing takes a second for each.
LOOKED_AT = 60


class Entry:
    """A tool at a number of processes, and what its runs took."""

    def __init__(self, tool, processes):
        self.tool, self.processes = tool, processes
        self.runs, self.memory, self.looks = [], None, None
        self.made = self.output_bytes = 0

    def go(self, pictures, how):
        """One run, by `commands.run` or `commands.memory`, into an empty directory."""
        with tempfile.TemporaryDirectory(prefix="farm-bench-") as work:
            output = Path(work, "thumbs")
            output.mkdir()
            task = tools.Task(
                pictures.directory, len(pictures.paths), pictures.size, self.processes, str(output)
            )
            with open(Path(work, "errors"), "w+") as errors:
                result = how(tools.TOOLS[self.tool].command(task), errors)
                errors.seek(0)
                said = errors.read().strip().splitlines()
            if getattr(result, "status", 0) != 0:
                last = said[-1] if said else "nothing on stderr"
                note(f"{self.tool} ended with status {result.status}: {last}")
            made = tools.pictures_below(output)
            self.made, self.output_bytes = len(made), sum(path.stat().st_size for path in made)
            return result

    def rates(self):
        """Pictures a second."""
        return [self.made / run.seconds for run in self.runs]

    def cpu_seconds(self):
        return statistics.median(run.cpu_seconds for run in self.runs)

    def record(self):
        looks = self.looks and self.looks.record()
        return {
            "tool": self.tool, "processes": self.processes, "made": self.made,
            "outputBytes": self.output_bytes, "memoryBytes": asdict(self.memory), "looks": looks,
            "picturesPerSecond": self.rates(), "runs": [asdict(run) for run in self.runs],
        }  # fmt: skip


class Pictures:
    """What is measured with: a set, or a directory of somebody's."""

    def __init__(self, name, directory, size):
        self.name, self.directory, self.size = name, str(directory), size
        self.paths = sorted(tools.pictures_below(directory))
        self.bytes = sum(path.stat().st_size for path in self.paths)
        if not self.paths:
            sys.exit(f"bench: no pictures in {directory}")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench thumbs", description=__doc__)
    parser.add_argument("--corpus", metavar="DIR", help="measure with these pictures (JPEGs and PNGs)")
    parser.add_argument("--sets", default=",".join(corpus.SETS), help="without --corpus: which (%(default)s)")
    counts = ", ".join(str(set.count) for set in corpus.SETS.values())
    parser.add_argument("--count", type=int, help=f"pictures of each set, if fewer or more than {counts}")
    parser.add_argument("--size", type=int, help="box in pixels (256; 75 for the set seed)")
    cpus = measure.machine()["cpus"]
    parser.add_argument(
        "--procs", type=measure.process_counts, default=f"1 {cpus}" if cpus > 1 else "1",
        help='processes ("%(default)s")',
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds (%(default)s)")
    parser.add_argument("--tools", default=",".join(tools.TOOLS), help="which (%(default)s)")
    parser.add_argument("--no-looks", action="store_true", help="don't compare how good the thumbnails are")
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    parser.add_argument("--svg", metavar="FILE", help="draw the rates there")
    options = parser.parse_args()
    for name in ("rounds", "size", "count"):
        value = getattr(options, name)
        if value is not None and value < 1:
            parser.error(f"--{name} must be at least 1")
    options.sets = re.split(r"[,\s]+", options.sets.strip(", "))
    if unknown := [name for name in options.sets if name not in corpus.SETS]:
        parser.error(f"--sets: unknown: {', '.join(unknown)}; there are {', '.join(corpus.SETS)}")
    if options.corpus and not Path(options.corpus).is_dir():
        parser.error(f"--corpus: {options.corpus} is no directory")
    for path in filter(None, (options.json, options.svg)):
        if not Path(path).absolute().parent.is_dir():
            parser.error(f"there is no directory for {path}")
    options.tools = tools.chosen(parser, options.tools)
    return options


def chosen_pictures(options):
    if options.corpus:
        return [Pictures("corpus", Path(options.corpus).absolute(), options.size or 256)]
    return [
        Pictures(name, corpus.made(name, options.count), options.size or corpus.SETS[name].size)
        for name in options.sets
    ]


def measured(options, names, pictures):
    entries = [Entry(tool, number) for number in options.procs for tool in names]
    # The first run of each isn't timed: it warms the page cache and is watched for memory.
    for entry in entries:
        note(f"{pictures.name}: memory: {entry.tool}, {entry.processes} processes")
        entry.memory = entry.go(pictures, commands.memory)
    for number in range(options.rounds):
        note(f"{pictures.name}: round {number + 1} of {options.rounds}")
        for entry in entries:
            entry.runs.append(entry.go(pictures, commands.run))
    if not options.no_looks:
        look(entries, names, pictures)
    return entries


def look(entries, names, pictures):
    try:
        import numpy  # noqa: F401
        from PIL import Image  # noqa: F401
    except ImportError as error:
        return note(f"no looks: {error}; --install gets what they need")
    import quality

    photographs = quality.photographs(pictures.paths)
    sample = photographs[:: -(-len(photographs) // LOOKED_AT)] if photographs else []
    if not sample:
        return note(f"{pictures.name}: no looks: there are no opaque pictures of 8 bits")
    looks = quality.looks([name for name in names if name != "loop"], sample, pictures.size)
    for entry in entries:
        # The loop's are the farm's.
        own = looks.get("farm" if entry.tool == "loop" else entry.tool)
        entry.looks = own if own and own.scores else None


def main():
    options = arguments()
    names = tools.present(options.tools)
    # Not while others are timed.
    for product in ("farm", "farm-bench"):
        measure.built(product)
    results = []
    for pictures in chosen_pictures(options):
        results.append((pictures, measured(options, names, pictures)))
        thumbs_report.print_result(options, *results[-1])
    versions = {name: tools.TOOLS[name].version() for name in names}
    print("; ".join(f"{name} {version}" if version else name for name, version in versions.items()))
    thumbs_report.write(options, versions, results)


if __name__ == "__main__":
    commands.interruptible(main)
