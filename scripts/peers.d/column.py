"""column.py PEER ROW…: runs the tests of one peer, one after the other, and prints what each of them found.

Of each cell nothing is left: what it started is found as this process's descendants, and killed by its id.
"""

import collections
import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from cell import PR_SET_CHILD_SUBREAPER
from lab import asleep, descendants

HERE = pathlib.Path(__file__).parent
# A cell hangs when its processes have done nothing in nearly all of so many looks, one in half a second: that's twice
# as long as anything waits. Who polls without end is given up after ten times as many. Looks and not time, since a
# busy machine may look rarely.
LOOKS, LOOK_SECONDS = 80, 0.5
HANGS = "hangs"
# The test itself fails, or the peer in a way that the test doesn't know.
FAILS = "?"


def cell(peer, row):
    with tempfile.TemporaryDirectory(prefix="peers-", ignore_cleanup_errors=True) as scratch:
        command = [sys.executable, str(HERE / "cell.py"), peer, row]
        with open(f"{scratch}/errors", "w+") as errors, open(f"{scratch}/output", "w+") as output:
            child = subprocess.Popen(
                command, cwd=scratch, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                env=os.environ | {"PYTHONPATH": str(HERE)})
            try:
                ended = wait(child)
            finally:
                end_descendants()
                child.wait()
                reap_orphans()
            if not ended:
                return HANGS
            # Jobs may print there, too.
            output.seek(0)
            answers = [line[8:].strip() for line in output if line.startswith("answer: ")]
            if len(answers) == 1:
                return answers[0]
            errors.seek(0)
            print(f"peers: the test of {row} fails for {peer}:\n{errors.read()}", file=sys.stderr)
            return FAILS


def wait(child):
    """Whether it comes to an end."""
    looks = collections.deque(maxlen=LOOKS)
    for _ in range(10 * LOOKS):
        if looks.count(True) >= 0.9 * LOOKS:
            break
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(LOOK_SECONDS)
            return True
        looks.append(asleep([child.pid, *descendants(child.pid)]))
    return False


def end_descendants():
    """Until there's none: they may start others in the meantime."""
    while left := descendants(os.getpid()):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def reap_orphans():
    """The cell has been waited for: what is left came from it."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    peer, *rows = sys.argv[1:]
    for row in rows:
        answer = cell(peer, row)
        print(f"peers: {peer}, {row}: {answer}", file=sys.stderr)
        print(answer, flush=True)


if __name__ == "__main__":
    main()
