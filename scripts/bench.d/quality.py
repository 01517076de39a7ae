"""scripts/bench quality: thumbnails by the farm and others beside the best there is: the picture decoded whole and
resized by Lanczos3 in floating point. All write PNG, so that no encoder blurs the figures; colours are compared as a
viewer shows them, in sRGB.
"""

import argparse
import io
import json
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import commands
import measure
import tools
from measure import note

try:
    import numpy
    from PIL import Image, ImageCms, ImageOps

    from similarity import psnr, ssim
except ImportError as error:
    sys.exit(f"bench: {error}: the reference is made with Pillow and numpy; --install gets them")

# Photographs may have more pixels than Pillow takes for harmless.
Image.MAX_IMAGE_PIXELS = None


@dataclass
class Looks:
    """What a tool's thumbnails are like: PSNR and SSIM of each picture that it made one of."""

    scores: dict

    @property
    def mean_psnr(self):
        return statistics.fmean(score[0] for score in self.scores.values())

    @property
    def mean_ssim(self):
        return statistics.fmean(score[1] for score in self.scores.values())

    @property
    def worst(self):
        """The picture with the lowest SSIM."""
        return min(self.scores, key=lambda path: self.scores[path][1])

    @property
    def worst_ssim(self):
        return self.scores[self.worst][1]

    def record(self):
        pictures = {str(path): list(score) for path, score in self.scores.items()}
        return {"meanPSNR": self.mean_psnr, "meanSSIM": self.mean_ssim, "pictures": pictures}


def looks(names, pictures, size):
    """The looks of each tool's thumbnails of these pictures."""
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as work:
        sample = Path(work, "sample")
        sample.mkdir()
        # Flat, and by number: not every tool tells apart what differs in extension or directory only.
        numbers = {f"{number:06}": path for number, path in enumerate(pictures)}
        for number, path in numbers.items():
            place(path, sample / f"{number}{path.suffix.lower()}")
        processes = len(os.sched_getaffinity(0))
        thumbnails = {path: {} for path in pictures}
        for name in names:
            note(f"the looks of {name}'s, to {size} pixels")
            output = Path(work, name)
            output.mkdir()
            task = tools.Task(str(sample), len(pictures), size, processes, str(output), "png")
            with open(Path(work, "errors"), "w") as errors:
                commands.run(tools.TOOLS[name].command(task), errors)
            for made in output.glob("*.png"):
                thumbnails[numbers[made.name.partition(".")[0]]][name] = made
        with Pool(processes, commands.leave_interrupts) as pool:
            scores = dict(zip(pictures, pool.starmap(score, thumbnails.items(), chunksize=1)))
    return {
        name: Looks({path: own[name] for path, own in scores.items() if name in own}) for name in names
    }  # fmt: skip


def place(path, target):
    """A second name for a file, or a copy: the farm doesn't follow symbolic links."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copy(path, target)


def shown(image, profile):
    """Pixels as a viewer shows them: converted to sRGB, relative colorimetric, black points matched."""
    if not profile:
        return image
    return ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )  # fmt: skip


def reference(channels, size, profile):
    """Lanczos3 in floating point, rounded once."""
    resized = [numpy.asarray(channel.resize(size, Image.LANCZOS)) for channel in channels]
    pixels = numpy.clip(numpy.rint(numpy.stack(resized, 2)), 0, 255).astype(numpy.uint8)
    return numpy.asarray(shown(Image.fromarray(pixels), profile), dtype=float)


def score(path, thumbnails):
    """PSNR and SSIM of each thumbnail of a picture; nothing for one that isn't there."""
    picture = ImageOps.exif_transpose(Image.open(path))
    profile = picture.info.get("icc_profile") if picture.mode == "RGB" else None
    channels = [channel.convert("F") for channel in picture.convert("RGB").split()]
    references, scores = {}, {}
    for key, thumbnail in thumbnails.items():
        if not thumbnail.exists():
            continue
        image = Image.open(thumbnail)
        if image.size not in references:
            references[image.size] = reference(channels, image.size, profile)
        pixels = shown(image.convert("RGB"), image.info.get("icc_profile"))
        pixels = numpy.asarray(pixels, dtype=float)
        best = references[image.size]
        scores[key] = psnr(pixels, best), ssim(pixels, best)
    return scores


def photographs(pictures):
    """The pictures whose colours mean the same to every tool: neither ink nor transparent."""
    return [path for path in sorted(pictures) if Image.open(path).mode in ("RGB", "L")]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench quality", description=__doc__)
    parser.add_argument("--corpus", metavar="DIR", help="photographs (default: generated pictures)")
    parser.add_argument("--count", type=int, default=30, help="how many to generate (%(default)s)")
    parser.add_argument(
        "--sizes", type=measure.process_counts, default="75 256 1024", help='boxes ("%(default)s")'
    )
    # The loop's are the farm's.
    comparable = ",".join(name for name in tools.TOOLS if name != "loop")
    parser.add_argument("--tools", default=comparable, help="which (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    options = parser.parse_args()
    options.tools = tools.chosen(parser, options.tools)
    return options


def bench(options):
    found = tools.pictures_below(options.corpus)
    kept = photographs(found)
    if not kept:
        sys.exit(f"bench: no photographs in {options.corpus}")
    if len(kept) < len(found):
        note(f"{len(found) - len(kept)} pictures left out: ink, palettes, alpha or 16 bits")
    names = tools.present(options.tools)
    report(options, kept, {size: looks(names, kept, size) for size in options.sizes})


def report(options, pictures, by_size):
    rows, results = [], []
    for size, by_tool in by_size.items():
        for name, own in by_tool.items():
            if not own.scores:
                rows.append([name, size, 0, "-", "-", "-", "-"])
                continue
            rows.append(
                [name, size, len(own.scores), f"{own.mean_psnr:.2f}", f"{own.mean_ssim:.4f}",
                 f"{own.worst_ssim:.4f}", own.worst.name]
            )  # fmt: skip
            results.append({"tool": name, "size": size, **own.record()})
    print(f"{len(pictures)} pictures against a full decode and Lanczos3")
    measure.print_table(["tool", "size", "made", "mean PSNR", "mean SSIM", "worst SSIM", "of"], rows)
    if options.json:
        versions = {name: tools.TOOLS[name].version() for name in by_tool}
        record = {"machine": measure.machine(), "versions": versions, "results": results}
        Path(options.json).write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    commands.interruptible(lambda: measure.with_corpus(arguments(), bench))
