"""What must be true after a run."""
import re
import time

# Seconds in which everything must be gone after the coordinator's end; a second is promised, and a busy machine
# is given more.
GRACE = 5


class Violation(Exception):
    """A promise was broken."""


def require(condition, complaint):
    if not condition:
        raise Violation(complaint)


def nobody_left(run):
    end = time.monotonic() + GRACE
    while left := run.alive():
        require(time.monotonic() < end, f"processes {left} outlive the coordinator, status {run.status}")
        time.sleep(0.02)


def no_foreign_files(outputs, reference):
    strangers = sorted(set(outputs) - set(reference.outputs))
    require(not strangers, f"files that nobody asked for: {strangers[:5]}")
    changed = sorted(name for name, data in outputs.items() if data != reference.outputs[name])
    require(not changed, f"files with other bytes than without faults: {changed[:5]}")


def thumbnail(name):
    """The files that may be made of a picture."""
    return [f"{name}.jpg", f"{name}.png"]


class Excuses:
    """Which failures the faults of a round explain."""

    def __init__(self):
        self.kills = self.stops = 0
        self.tampered = set()
        self.is_full = False

    def explain(self, record, name):
        message, kind = record["error"]["message"], record["error"]["kind"]
        if kind == "crashed":
            require(re.match(r"worker killed by SIG(KILL|SEGV)\b", message), f"{name}: {message}")
            require(record["attempts"] == 2, f"{name} died in {record['attempts']} attempts: {message}")
        elif kind == "diskFull":
            require(self.is_full, f"{name}: {message}")
        elif kind != "timedOut":
            require(name in self.tampered, f"{name} failed, and nobody had touched it: {message}")
        return kind

    def check_sum(self, kinds):
        # A picture is given up at its second death, and each kill hits one worker.
        require(2 * kinds.count("crashed") <= self.kills, f"{kinds.count('crashed')} crashed of {self.kills} kills")
        require(kinds.count("timedOut") <= self.stops, f"{kinds.count('timedOut')} late of {self.stops} stops")


def failures(run, reference, excuses):
    """The failed pictures' names, if each is excused and named."""
    errors = run.errors()
    found, kinds = set(), []
    for record in run.records():
        if record["status"] != "failed":
            continue
        name = reference.name(record)
        require(f"{record['source']}: " in errors, f"{name} failed and isn't named")
        if reference.failures.get(name) != record["error"]["message"]:
            kinds.append(excuses.explain(record, name))
        found.add(name)
    excuses.check_sum(kinds)
    return found


def records_in_order(run, reference, missing=frozenset()):
    """Every input exactly once, in order; those of `missing` may be missing."""
    names = [reference.name(record) for record in run.records()]
    seen = set(names)
    expected = [name for name in reference.sources if name in seen or name not in missing]
    require(names == expected, f"{len(names)} records aren't those of {len(expected)} pictures, in order")


def complete(run, outputs, reference, excuses, missing=frozenset()):
    """A run that went through: nothing lost, nothing twice, everything accounted for."""
    records_in_order(run, reference, missing)
    failed = failures(run, reference, excuses)
    statuses = [record["status"] for record in run.records()]
    require(set(statuses) <= {"made", "upToDate", "failed"}, f"statuses {set(statuses)}")
    require(run.status == (1 if failed else 0), f"status {run.status} with {len(failed)} failures: {run.errors()[-500:]}")
    summary = run.summary()
    require(summary is not None, "no summary")
    for status in ["made", "upToDate", "failed"]:
        require(summary[status] == statuses.count(status), f"the summary's {status} is {summary[status]}")
    check_outputs(outputs, reference, failed | {name for name in missing if name not in set(
        map(reference.name, run.records()))})


def check_outputs(outputs, reference, failed):
    no_foreign_files(outputs, reference)
    # A picture that failed may have been made all the same: its worker was killed after the file was in its place.
    excused = {file for name in failed for file in thumbnail(name)}
    lost = sorted(set(reference.outputs) - set(outputs) - excused)
    require(not lost, f"{len(lost)} thumbnails are missing: {lost[:5]}")


def quarantine(entries, runs):
    """Whole entries, and only of pictures that crashed their workers: not of those that were killed from outside."""
    crashed = {record["source"] for run in runs for record in run.records()
               if record["status"] == "failed" and "SIGSEGV" in record["error"]["message"]}
    for name, entry in entries.items():
        require(name == entry["sha256"] and entry["source"] in crashed, f"in quarantine, for what? {name} {entry}")


def interrupted(run, outputs, reference, excuses, statuses):
    """A run that was ended: what is there is whole, and what was said is true."""
    require(run.status in statuses, f"status {run.status}, not of {statuses}: {run.errors()[-500:]}")
    names = [reference.name(record) for record in run.records()]
    require(names == reference.sources[: len(names)], "the records aren't the first pictures in order")
    failures(run, reference, excuses)
    no_foreign_files(outputs, reference)
    for record in run.records():
        if record["status"] in ("made", "upToDate"):
            name = reference.name(record)
            require(any(file in outputs for file in thumbnail(name)), f"{name} is called made, and isn't there")
