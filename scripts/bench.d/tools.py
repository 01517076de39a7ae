"""Who makes thumbnails in scripts/bench: how each is called, which version it is, and why it can't take part."""

import math
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import measure
from measure import CACHE

# Pictures per process of a tool that takes some and ends, so that starting it costs little; fewer for a small
# corpus, where it would leave processors idle.
BATCH = 32
SUFFIXES = (".jpg", ".jpeg", ".png")
FIND_SUFFIXES = " -o ".join(f"-iname '*{suffix}'" for suffix in SUFFIXES)
# One process is one process: without these, libvips, ImageMagick and GraphicsMagick start threads besides.
os.environ |= {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", "MAGICK_THREAD_LIMIT": "1"}


@dataclass
class Task:
    """What all tools are told."""

    corpus: str
    pictures: int
    size: int
    processes: int
    output: str
    # jpg, or png where no encoder is to blur the figures.
    extension: str = "jpg"

    @property
    def format(self):
        return "jpeg" if self.extension == "jpg" else self.extension


class Farm:
    def command(self, task):
        options = ["--procs", str(task.processes), "--size", str(task.size), "--format", task.format]
        return [self.program(), "thumbs", *options, "--force", "--quiet", "-o", task.output, task.corpus]

    def program(self):
        return measure.built("farm")

    def missing(self):
        return None

    def version(self):
        return first_line([self.program(), "--version"])


class Loop(Farm):
    """The farm's codecs without the farm: what is left to it to lose."""

    def command(self, task):
        options = ["--procs", str(task.processes), "--size", str(task.size), "--format", task.format]
        return [self.program(), "loop", *options, "--output", task.output, task.corpus]

    def program(self):
        return measure.built("farm-bench")

    def version(self):
        return ""


class PythonPool:
    """A program beside this one that maps over pictures with multiprocessing's Pool."""

    def __init__(self, program, module, python=sys.executable):
        self.program, self.module, self.python = program, module, str(python)

    def command(self, task):
        program = str(Path(__file__).with_name(self.program))
        values = [task.processes, task.size, task.extension, task.output, task.corpus]
        return [self.python, program, *map(str, values)]

    def missing(self):
        return None if self.version() else f"no {self.module} in {self.python}"

    def version(self):
        say = f"import {self.module} as module; print(module.__version__)"
        return first_line([self.python, "-c", say]) if shutil.which(self.python) else ""


class Batches:
    """A command that takes many pictures and is run by xargs. The pictures are named from within the corpus. Each
    thumbnail has its picture's name, so names must differ in more than their extension or directory."""

    def __init__(self, name, version):
        self.name, self.version_command = name, version

    def command(self, task):
        batch = max(1, min(BATCH, math.ceil(task.pictures / task.processes)))
        script = f"""
            cd -- "$1" && processes=$2 batch=$3; shift 3
            find . -type f \\( {FIND_SUFFIXES} \\) -print0 | xargs -0 -P"$processes" -n"$batch" "$@"
        """
        return ["sh", "-c", script, "sh", task.corpus, str(task.processes), str(batch), *self.call(task)]

    def missing(self):
        return None if shutil.which(self.version_command[0]) else "not installed"

    def version(self):
        return first_line(self.version_command)


class Vipsthumbnail(Batches):
    def call(self, task):
        # `>`: like the others, never enlarge.
        return ["vipsthumbnail", "--size", f"{task.size}x{task.size}>", "-o", f"{task.output}/%s.{task.extension}"]


class GraphicsMagick(Batches):
    def call(self, task):
        # The decoder is told to give twice the size, as its manual has it.
        twice = f"{2 * task.size}x{2 * task.size}"
        ways = ["-size", twice, "-thumbnail", f"{task.size}x{task.size}>", *magick_ways(task)]
        return ["gm", "mogrify", *ways, "-output-directory", task.output]


class ImageMagick(Batches):
    def call(self, task):
        twice = f"{2 * task.size}x{2 * task.size}"
        ways = ["-define", f"jpeg:size={twice}", "-thumbnail", f"{task.size}x{task.size}>", *magick_ways(task)]
        return ["mogrify", *ways, "-path", task.output]


def magick_ways(task):
    """Without a quality they take the source's; where looks are compared, pictures stand upright."""
    turned = ["-auto-orient"] if task.extension == "png" else []
    return [*turned, "-quality", "80", "-format", task.extension]


def first_line(command):
    said = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return re.sub(r" (http|Q16).*", "", said.splitlines()[0]) if said else ""


TOOLS = {
    "farm": Farm(),
    "pillow": PythonPool("pillow_pool.py", "PIL"),
    "pillow-simd": PythonPool("pillow_pool.py", "PIL", CACHE / "pillow-simd/bin/python"),
    "vipsthumbnail": Vipsthumbnail("vipsthumbnail", ["vipsthumbnail", "--version"]),
    "pyvips": PythonPool("pyvips_pool.py", "pyvips"),
    "opencv": PythonPool("opencv_pool.py", "cv2"),
    "graphicsmagick": GraphicsMagick("gm", ["gm", "version"]),
    "imagemagick": ImageMagick("mogrify", ["mogrify", "-version"]),
    "loop": Loop(),
}


def pictures_below(directory):
    """The JPEGs and PNGs, but not what a tool remembers beside them."""
    return [path for path in Path(directory).rglob("*") if path.suffix.lower() in SUFFIXES]


def chosen(parser, names, among=TOOLS):
    """The tools of --tools: names with commas or spaces between them."""
    tools = re.split(r"[,\s]+", names.strip(", "))
    if unknown := [tool for tool in tools if tool not in among]:
        parser.error(f"--tools: unknown: {', '.join(unknown)}; there are {', '.join(among)}")
    return tools


def present(tools):
    """Those that can take part; the others are left out with a reason."""
    there = []
    for tool in tools:
        if reason := TOOLS[tool].missing():
            measure.note(f"{tool} left out: {reason}; --install gets it")
        else:
            there.append(tool)
    if not there:
        sys.exit("bench: nothing to measure")
    return there
