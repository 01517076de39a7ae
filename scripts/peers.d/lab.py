"""What the tests look at: processes, what was taken of an input, what a failure cost."""

import inspect
import os
import pathlib
import subprocess
import threading
import time

import jobs

# For a test that makes no sense of a peer.
INAPPLICABLE = "–"
# In seconds, of jobs that are to run into it; others take less on a busy machine as well.
TIME_LIMIT = 10


def processes():
    """The parent of each process that isn't a zombie."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                # The name may hold anything, so count from the last parenthesis: state, parent.
                state, parent = pathlib.Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry)] = int(parent)
    return parents


def descendants(root):
    parents = processes()
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def eventually(condition):
    """Looks for ten seconds, and as often on a machine that stands still in the meantime."""
    for _ in range(100):
        if condition():
            return True
        time.sleep(0.1)
    return condition()


def leaves_nobody(command):
    """Whether all is gone when who runs that command is killed as both of its jobs run: "endless-0" and "endless-1"."""
    owner = subprocess.Popen(command)
    jobs.wait_for("endless-0")
    jobs.wait_for("endless-1")
    owner.kill()
    owner.wait()
    # Whoever has lost its parent is this process's child: see cell.py.
    return eventually(lambda: not descendants(os.getpid()))


def ended(mark):
    """Whether the process whose id stands in that mark has ended, or does soon."""
    pid = int(pathlib.Path(f"{mark}.mark").read_text())
    return eventually(lambda: pid not in processes())


def verdict(truth):
    return "yes" if truth else "no"


def cost(outcomes):
    """What a failure of job 3 of 8 cost: "yes", itself alone; "breaks", others as well; "no", not even itself."""
    failed = [n for n, outcome in enumerate(outcomes) if outcome != n * n]
    return "yes" if failed == [3] else "breaks" if 3 in failed else "no"


def lacks(places, *words):
    """ "no", if no public name or parameter in these classes and functions has such a word in it.

    Otherwise the peer has learnt something, and the cell needs a test.
    """
    for place in places:
        members = inspect.getmembers(place) if inspect.isclass(place) else []
        members = [(name, value) for name, value in members if name == "__init__" or name[0] != "_"]
        for name, value in members + [(place.__name__, place)]:
            try:
                names = [name, *inspect.signature(value).parameters]
            except (TypeError, ValueError):
                names = [name]
            for found in names:
                assert not any(word in found.lower() for word in words), f"{place.__name__}: {name}: {found}"
    return "no"


def asleep(pids, but_for=None):
    """Whether no thread of these processes runs or wants to: none but the one that asks, if it's among them."""
    for pid in pids:
        try:
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                if int(task.name) != but_for:
                    state = (task / "stat").read_text().rpartition(")")[2].split()[0]
                    if state in "RD":
                        return False
        except OSError:
            # It has ended in the meantime.
            return False
    return True


class ReadAhead(Exception):
    """A peer has taken so much of an endless input that it would take all."""


class Inputs:
    """0, 1, 2, … without end; counts what was taken."""

    LIMIT = 500

    def __init__(self):
        self.taken = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.taken == self.LIMIT:
            raise ReadAhead
        time.sleep(0.001)
        self.taken += 1
        return self.taken - 1

    def stand_still(self):
        """Whether the peer comes to rest without taking more and more: it's seen asleep for four seconds in all."""
        before, naps = 0, 0
        while naps < 20 and self.taken < self.LIMIT:
            time.sleep(0.2)
            naps += asleep([os.getpid(), *descendants(os.getpid())], but_for=threading.get_native_id())
            if self.taken != before:
                before, naps = self.taken, 0
        return self.taken < self.LIMIT


def held_by_first_job(inputs, take_first):
    """Whether `inputs` stand still while `take_first` waits for job 0, which ends at the mark "go"."""
    answers = []

    def watch():
        while inputs.taken == 0:
            time.sleep(0.1)
        answers.append(verdict(inputs.stand_still()))
        jobs.mark("go")

    watcher = threading.Thread(target=watch)
    watcher.start()
    take_first()
    watcher.join()
    return answers[0]
