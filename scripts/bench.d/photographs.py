"""The photographs that pictures for a benchmark are cut from: free ones (CC BY, CC BY-SA, CC0, GPL) in Debian's
packages of wallpapers. The packages are unpacked, not installed."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import CACHE, note

# Chosen by eye: what a camera has seen, of two megapixels and more.
PACKAGES = {
    "lomiri-wallpapers-16.04": [
        "Bridge_by_Sander_Klootwijk", "Dragonfly_by_Bolly", "Picture_0B_by_freespace", "Wine_by_Jakkub_Mede",
        "aitzgorri_by_Aitzol_Berasategi", "free_by_Peter_Nerlich", "friends_by_Aitzol_Berasategi",
        "greentock_by_Peter_Nerlich", "life_by_Aitzol_Berasategi", "picosdeeuropa_by_Aitzol_Berasategi",
        "seeding_by_Clements_Engelhardt", "sunset_by_Aitzol_Berasategi",
    ],
    "lomiri-wallpapers-20.04": ["Kleiber_by_Lukas_Baubkus"],
    "mate-backgrounds": [
        "Aqua", "Blinds", "Garden", "LadyBird", "RainDrops", "Storm", "TwoWings", "Wood", "YellowFlower",
    ],
    "plasma-workspace-wallpapers": [
        "BytheWater", "ColdRipple", "ColorfulCups", "DarkestHour", "EveningGlow", "FallenLeaf", "Grey", "Kite",
        "OneStandsOut", "Path", "summer_1am",
    ],
}  # fmt: skip
# Drawn, not taken: what many a PNG shows.
DRAWINGS = {
    "lomiri-wallpapers-20.04": ["Painting-Colors_by__herobrine7gamer"],
    "plasma-workspace-wallpapers": ["PastelHills", "SafeLanding", "Honeywave"],
}
SUFFIXES = {".jpg", ".png"}


def photographs():
    """Paths of the photographs, fetched at the first call."""
    return fetched(PACKAGES)


def drawings():
    return fetched(DRAWINGS)


def fetched(packages):
    directory = CACHE / "photographs"
    wanted = sorted(name for names in packages.values() for name in names)
    if not directory.exists():
        fetch(directory)
    found = {path.stem: path for path in directory.iterdir()}
    if missing := [name for name in wanted if name not in found]:
        sys.exit(f"bench: {directory} lacks {', '.join(missing)}; remove it, and it's fetched again")
    return [found[name] for name in wanted]


def fetch(directory):
    """Puts all photographs and drawings, each by its own name, into a new directory."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        sys.exit("bench: the pictures are made from photographs in Debian's packages; give --corpus DIR here")
    note(f"fetching {', '.join(PACKAGES)} (168 MB) for their photographs; they aren't installed")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="farm-bench-", dir=directory.parent) as work:
        # As root, apt wants to download as somebody who may not write there, and warns.
        sandbox = ["-o", f"APT::Sandbox::User={'root' if os.geteuid() == 0 else '_apt'}"]
        download = ["apt-get", "-qq", *sandbox, "download", *PACKAGES]
        if subprocess.run(download, cwd=work, stdout=sys.stderr).returncode != 0:
            sys.exit(f"bench: apt-get download {' '.join(PACKAGES)} failed; does apt-get update help?")
        kept = Path(work, "kept")
        kept.mkdir()
        names = {name for packages in (PACKAGES, DRAWINGS) for own in packages.values() for name in own}
        for package in Path(work).glob("*.deb"):
            unpacked = Path(work, "unpacked")
            subprocess.run(["dpkg-deb", "-x", package, unpacked], check=True)
            for name, path in best(unpacked, names):
                shutil.copy(path, kept / f"{name}{path.suffix}")
            shutil.rmtree(unpacked)
        kept.rename(directory)


def best(unpacked, names):
    """Name and largest file of each picture: plasma's have several sizes, named by these in a directory of that name."""
    largest = {}
    for path in unpacked.rglob("*"):
        if path.suffix not in SUFFIXES or path.is_symlink() or "images_dark" in path.parts:
            continue
        for name in names.intersection([path.stem, *path.parts]):
            if name not in largest or path.stat().st_size > largest[name].stat().st_size:
                largest[name] = path
    return largest.items()
