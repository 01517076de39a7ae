"""Rounds of faults against `farm thumbs`, or of fresh seeds in the simulations."""
import argparse
import collections
import random
import sys
import tempfile
import time

import lab
import rounds
import simulate
from checks import Violation


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/stress")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, help="of the first round's faults; by default a fresh one")
    parser.add_argument("--round", type=int, help="only this round of that seed")
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--simulate", action="store_true", help="scheduler and engine alone, in virtual time")
    return parser.parse_args()


def stress(options, seed):
    start = time.monotonic()
    faults, kinds, violations, jobs, count = collections.Counter(), collections.Counter(), 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="farm-stress-") as work:
        reference = lab.Reference(lab.pictures(options.pictures), work)
        print(f"stress: seed {seed}, {len(reference.sources)} pictures, of which "
              f"{len(reference.failures)} can't be done", flush=True)
        numbers = [options.round] if options.round else range(1, sys.maxsize)
        for number in numbers:
            if time.monotonic() - start >= options.minutes * 60:
                break
            # What happens in a round depends on nothing but the seed and its number; when it happens, on the machine.
            current = rounds.Round(reference, random.Random(f"{seed}/{number}"), number)
            try:
                current.play()
            except Violation as violation:
                violations += 1
                print(f"stress: VIOLATION in round {number} ({current.kind}): {violation}\n"
                      f"stress: again: scripts/stress --seed {seed} --round {number}"
                      f" --pictures {options.pictures}", flush=True)
            finally:
                current.clean()
            count += 1
            kinds[current.kind] += 1
            faults += current.faults
            jobs += current.jobs
    print(f"stress: {count} rounds in {time.monotonic() - start:.0f} s: "
          + ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())))
    print(f"stress: {faults.total()} faults injected: "
          + ", ".join(f"{number} {kind}" for kind, number in faults.most_common()))
    print(f"stress: {jobs} jobs done, {violations} violations")
    return 1 if violations else 0


def main():
    options = arguments()
    seed = random.SystemRandom().randrange(1, 1 << 31) if options.seed is None else options.seed
    if options.simulate:
        return simulate.run(options.minutes, seed)
    return stress(options, seed)


if __name__ == "__main__":
    sys.exit(main())
