"""Runs the tests of all peers, the peers side by side, and prints the table, or compares it with the article's."""

import argparse
import pathlib
import signal
import subprocess
import sys

from column import FAILS
from peers import PEERS
from rows import ROWS

HERE = pathlib.Path(__file__).resolve().parent
ARTICLE = HERE.parents[1] / "Sources/WorkerFarm/WorkerFarm.docc/Comparison.md"


def columns(peers, rows):
    """What each peer's tests find."""
    children = [
        subprocess.Popen(
            [sys.executable, str(HERE / "column.py"), peer, *rows], stdout=subprocess.PIPE, text=True)
        for peer in peers
    ]
    try:
        return [child.communicate()[0].splitlines() for child in children]
    finally:
        for child in children:
            child.terminate()


def farm_column():
    """What the article says of the farm, row by row: that's proved by the farm's own tests."""
    lines = (line.split("|") for line in ARTICLE.read_text().splitlines() if line.startswith("| "))
    return {fields[1].strip(): fields[2].strip() for fields in lines if len(fields) == len(PEERS) + 4}


def table(peers, rows):
    farm = farm_column()
    yield "| | farm | " + " | ".join(PEERS[peer].name for peer in peers) + " |"
    yield "|---" * (len(peers) + 2) + "|"
    for row, answers in zip(rows, zip(*columns(peers, rows), strict=True), strict=True):
        yield f"| {ROWS[row]} | " + " | ".join([farm.get(ROWS[row], ""), *answers]) + " |"


def main():
    parser = argparse.ArgumentParser(prog="scripts/peers", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the article; 1 if it differs")
    parser.add_argument("--peer", action="append", choices=PEERS, help="only that one's column")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"only these: {', '.join(ROWS)}")
    options = parser.parse_args()
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    if options.check and options.peer:
        parser.error("--check compares whole rows")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lines = list(table(options.peer or list(PEERS), options.rows or list(ROWS)))
    if options.check:
        written = ARTICLE.read_text().splitlines()
        wrong = [line for line in lines if line not in written]
        if wrong:
            sys.exit("\n".join(["peers: not in the article:", *wrong]))
    print("\n".join(lines))
    print("\n" + "; ".join(peer().version for peer in PEERS.values()))
    if any(f"| {FAILS} |" in line for line in lines):
        sys.exit("peers: a test fails")


if __name__ == "__main__":
    main()
