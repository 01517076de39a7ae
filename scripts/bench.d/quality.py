"""scripts/bench quality: thumbnails by the farm, vipsthumbnail and Pillow beside the best there is: the
picture decoded whole and resized by Lanczos3 in floating point. All write PNG, so that no encoder
blurs the figures; colours are compared as a viewer shows them, in sRGB.
"""

import argparse
import io
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from multiprocessing import Pool
from pathlib import Path

import commands
import measure
import thumbs
from measure import note

try:
    import numpy
    from PIL import Image, ImageCms, ImageOps

    from similarity import psnr, ssim
except ImportError as error:
    sys.exit(f"bench: {error}: the reference is made with Pillow and numpy; --install gets them")

# Photographs may have more pixels than Pillow takes for harmless.
Image.MAX_IMAGE_PIXELS = None


def farm(options, size, output):
    command = [options.farm, "thumbs", "--size", str(size), "--format", "png", "--force", "--quiet"]
    subprocess.run([*command, "-o", output, options.corpus], check=False)


def vipsthumbnail(options, size, output):
    for path in options.pictures:
        target = made(output, options, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        command = ["vipsthumbnail", "--size", f"{size}x{size}>", "-o", str(target), str(path)]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)


def pillow(options, size, output):
    for path in options.pictures:
        target = made(output, options, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        image = Image.open(path)
        profile = image.info.get("icc_profile")
        image.thumbnail((size, size), Image.LANCZOS)
        ImageOps.exif_transpose(image).save(target, icc_profile=profile)


TOOLS = {"farm": farm, "vipsthumbnail": vipsthumbnail, "pillow": pillow}


def made(output, options, path):
    """Where a tool's thumbnail of a picture is."""
    return Path(output, str(path.relative_to(options.corpus)) + ".png")


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


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench quality", description=__doc__)
    parser.add_argument("--corpus", metavar="DIR", help="photographs (default: generated pictures)")
    parser.add_argument("--count", type=int, default=30, help="how many to generate (%(default)s)")
    parser.add_argument(
        "--sizes", type=measure.process_counts, default="75 256 1024", help='boxes ("%(default)s")'
    )
    parser.add_argument("--tools", default=" ".join(TOOLS), help='which ("%(default)s")')
    parser.add_argument("--json", metavar="FILE", help="write every figure there")
    options = parser.parse_args()
    if unknown := set(options.tools.split()) - set(TOOLS):
        parser.error(f"--tools: unknown: {', '.join(sorted(unknown))}")
    return options


def photographs(directory):
    """The pictures whose colours mean the same to every tool: neither ink nor transparent."""
    found = sorted(thumbs.pictures_below(directory))
    kept = [path for path in found if Image.open(path).mode in ("RGB", "L")]
    if len(kept) < len(found):
        note(f"{len(found) - len(kept)} pictures left out: ink, palettes, alpha or 16 bits")
    return kept


def bench(options):
    options.pictures = photographs(options.corpus)
    if not options.pictures:
        sys.exit(f"bench: no photographs in {options.corpus}")
    tools = [tool for tool in options.tools.split() if tool != "vipsthumbnail" or shutil.which(tool)]
    if len(tools) < len(options.tools.split()):
        note("vipsthumbnail left out: not installed; --install gets it")
    options.farm = measure.built("farm") if "farm" in tools else None
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as work:
        keys = [(size, tool) for size in options.sizes for tool in tools]
        for size, tool in keys:
            note(f"{tool} to {size} pixels")
            TOOLS[tool](options, size, f"{work}/{size}-{tool}")
        note("comparing")
        jobs = [
            (path, {key: made(f"{work}/{key[0]}-{key[1]}", options, path) for key in keys})
            for path in options.pictures
        ]
        with Pool() as pool:
            scores = dict(zip(options.pictures, pool.starmap(score, jobs, chunksize=1)))
    report(options, keys, scores)


def report(options, keys, scores):
    rows, results = [], []
    for key in keys:
        own = {path: score[key] for path, score in scores.items() if key in score}
        if not own:
            sys.exit(f"bench: {key[1]} made nothing")
        worst = min(own, key=lambda path: own[path][1])
        means = [statistics.fmean(score[i] for score in own.values()) for i in (0, 1)]
        rows.append(
            [key[1], key[0], len(own), f"{means[0]:.2f}", f"{means[1]:.4f}",
             f"{own[worst][1]:.4f}", worst.name]
        )  # fmt: skip
        results.append(
            {"tool": key[1], "size": key[0], "meanPSNR": means[0], "meanSSIM": means[1],
             "pictures": {str(path): list(score) for path, score in own.items()}}
        )  # fmt: skip
    print(f"{len(scores)} pictures against a full decode and Lanczos3")
    header = ["tool", "size", "made", "mean PSNR", "mean SSIM", "worst SSIM", "of"]
    measure.print_table(header, rows)
    if options.json:
        versions = {tool: thumbs.version(tool, options) for _, tool in keys}
        record = {"machine": measure.machine(), "versions": versions, "results": results}
        Path(options.json).write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    commands.interruptible(lambda: measure.with_corpus(arguments(), bench))
