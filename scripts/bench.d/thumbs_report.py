"""What scripts/bench thumbs has to say: a table for each set, a file of figures, a chart."""

import json
import statistics
from pathlib import Path

import chart
import measure
from measure import spread

MEGABYTE = 1e6
REFERENCE = "farm"


def print_result(options, pictures, entries):
    print(
        f"{pictures.name}: {len(pictures.paths)} pictures, {pictures.bytes / MEGABYTE:.1f} MB, to {pictures.size}"
        f" pixels; {options.rounds} rounds: median (lowest-highest); MB is 10^6 bytes"
    )
    rows = [row(entry, reference(entries, entry)) for entry in entries]
    header = [
        "tool", "procs", "made", "pictures/s", "ratio", "CPU s", "CPU ratio", "MB", "output kB", "PSNR", "SSIM", "worst",
    ]  # fmt: skip
    measure.print_table(header, rows)
    name = reference(entries, entries[0]).tool
    print(f"ratio: {name}'s pictures/s over the tool's with as many processes, round by round; CPU ratio: the tool's CPU")
    print(f"time for a picture over {name}'s; MB: of all processes together; PSNR (dB), SSIM: means, thumbnails as PNG")
    print("against a full decode and Lanczos3; worst: the lowest SSIM of one picture", end="\n\n")


def reference(entries, entry):
    """Who the others are compared with, at as many processes."""
    same = [other for other in entries if other.processes == entry.processes]
    return next((other for other in same if other.tool == REFERENCE), same[0])


def row(entry, other):
    # Round by round: what disturbs the machine in one round disturbs neighbours alike.
    ratios = [theirs / own if own else 0 for own, theirs in zip(entry.rates(), other.rates())]
    looks = ["-", "-", "-"]
    if entry.looks:
        looks = [f"{entry.looks.mean_psnr:.1f}", f"{entry.looks.mean_ssim:.4f}", f"{entry.looks.worst_ssim:.4f}"]
    return [
        entry.tool, entry.processes, entry.made, spread(entry.rates(), 1), spread(ratios, 2),
        f"{entry.cpu_seconds():.2f}", f"{cost(entry) / cost(other):.2f}",
        f"{entry.memory.all_processes / MEGABYTE:.0f}",
        f"{entry.output_bytes / 1000:.0f}", *looks,
    ]  # fmt: skip


def cost(entry):
    """CPU seconds for a thumbnail."""
    return entry.cpu_seconds() / max(1, entry.made)


def write(options, versions, results):
    machine = measure.machine()
    if options.json:
        sets = [
            {"name": pictures.name, "pictures": len(pictures.paths), "bytes": pictures.bytes,
             "size": pictures.size, "results": [entry.record() for entry in entries]}
            for pictures, entries in results
        ]  # fmt: skip
        record = {"machine": machine, "versions": versions, "sets": sets}
        Path(options.json).write_text(json.dumps(record, indent=2) + "\n")
    if options.svg:
        panels = [
            chart.Panel(f"{pictures.name}: {len(pictures.paths)} pictures to {pictures.size} pixels", bars(entries))
            for pictures, entries in results
        ]
        caption = f"Pictures a second, median of {options.rounds} rounds in turns; {machine['processor']}"
        Path(options.svg).write_text(chart.svg("Thumbnails", caption, panels))


def bars(entries):
    """The fastest first; of each tool a bar for each number of processes."""
    by_tool = {}
    for entry in entries:
        by_tool.setdefault(entry.tool, []).append((entry.processes, statistics.median(entry.rates())))
    found = [chart.Bars(tool, values, tool == REFERENCE) for tool, values in by_tool.items()]
    return sorted(found, key=lambda bars: -max(rate for _, rate in bars.values))
