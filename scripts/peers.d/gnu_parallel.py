"""GNU parallel: its jobs are commands, its answers what they print."""

import contextlib
import itertools
import pathlib
import shlex
import subprocess
import threading
import time

import jobs
from lab import INAPPLICABLE, TIME_LIMIT, Inputs, ReadAhead, ended, eventually, held_by_first_job, leaves_nobody, verdict

SQUARES = [str(n * n) for n in range(8)]
# Fills a pipe with sixteen.
PADDING = "x" * 4000


# A job without `{}` would have its input appended.
def parallel(*arguments, inputs=range(8)):
    """What it prints, line by line; its status doesn't matter."""
    command = ["parallel", "-j2", *arguments, ":::", *map(str, inputs)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def at_3(deed):
    return f"[ {{}} != 3 ] || {deed}; echo $(({{}} * {{}}))"


def mark(name, text="$$"):
    return f"echo {text} >{name}.new && mv {name}.new {name}.mark"


class Parallel:
    name = "parallel"

    def __init__(self):
        words = subprocess.run(["parallel", "--version"], stdout=subprocess.PIPE, text=True).stdout.split()
        self.version = " ".join(words[:3])

    # Its command's status and output are a job's answer, whatever they are.
    test_exit = test_decoded = INAPPLICABLE
    # A command line is all that a job has.
    test_closure = test_inherited = INAPPLICABLE

    def test_killed(self):
        return verdict(parallel("-k", at_3("kill -9 $$")) == SQUARES[:3] + SQUARES[4:])

    def test_named(self):
        parallel("--joblog", "log", at_3("kill -9 $$"))
        killed = [line.split("\t") for line in pathlib.Path("log").read_text().splitlines()]
        killed = [(fields[7], fields[8]) for fields in killed if fields[7] == "9"]
        return verdict(len(killed) == 1 and "[ 3 != 3 ]" in killed[0][1])

    def test_retried(self):
        once = at_3("[ -e killed ] || { touch killed; kill -9 $$; }")
        return verdict(parallel("-k", "--retries", "2", once) == SQUARES)

    def test_limited(self):
        answers = parallel("-k", "--timeout", str(TIME_LIMIT), at_3(f"{{ {mark('endless')}; sleep {jobs.FOREVER}; }}"))
        return verdict(answers == SQUARES[:3] + SQUARES[4:] and ended("endless"))

    def test_batched(self):
        answers = parallel("-k", "-j1", "--timeout", str(TIME_LIMIT), "sleep 2; echo $(({} * {}))")
        return verdict(answers == SQUARES)

    def test_tree(self):
        parallel("--timeout", str(TIME_LIMIT), f"sleep {jobs.FOREVER} & {mark('started', '$!')}; wait; : {{}}", inputs=[0])
        return verdict(ended("started"))

    def test_owner(self):
        job = f"{mark('endless-{}')}; sleep {jobs.FOREVER}"
        return verdict(leaves_nobody(["parallel", "-j2", job, ":::", "0", "1"]))

    def test_leaving(self):
        last = "while ! [ -e endless-1.mark ]; do sleep 0.1; done"
        endless = f"{mark('endless-{}')}; sleep {jobs.FOREVER}"
        parallel("--halt", "now,done=1", f"if [ {{}} = 0 ]; then {last}; else {endless}; fi", inputs=range(3))
        return verdict(ended("endless-1"))

    def feed(self, inputs, job):
        """Its output for `inputs`, each on a line of its own."""
        command = ["parallel", "-j2", "-k", job]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

        def write():
            with contextlib.suppress(ReadAhead):
                for n in inputs:
                    child.stdin.write(f"{n} {PADDING}\n")

        threading.Thread(target=write, daemon=True).start()
        return (line.split()[0] for line in child.stdout)

    def test_endless(self):
        taken = itertools.islice(self.feed(Inputs(), "echo {}"), 10)
        return verdict(list(taken) == [str(n) for n in range(10)])

    def test_held(self):
        inputs = Inputs()
        stream = self.feed(inputs, "echo {}")
        assert list(itertools.islice(stream, 10)) == [str(n) for n in range(10)]
        answer = verdict(inputs.stand_still())
        assert next(stream) == "10"
        return answer

    def test_slow(self):
        inputs = Inputs()
        wait = "case {} in 0*) while ! [ -e go.mark ]; do sleep 0.1; done;; esac; echo {}"
        return held_by_first_job(inputs, lambda: next(self.feed(inputs, wait)))

    def test_order(self):
        late = "if [ {} = 0 ]; then while ! [ -e done ]; do sleep 0.1; done; else touch done; fi; echo {}"
        assert parallel(late, inputs=range(4))[0] != "0"
        pathlib.Path("done").unlink()
        return verdict(parallel("-k", late, inputs=range(4)) == list("0123"))

    def test_recycled(self):
        return verdict(len(set(parallel("echo $$; : {}"))) == 8)

    # Each job is a process of its own: it can't have grown before.
    test_grown = test_recycled

    def test_resized(self):
        pathlib.Path("workers").write_text("1\n")
        first = f"{mark('first')}; while ! [ -e go.mark ]; do sleep 0.1; done"
        job = f"touch begun-{{}}; if [ {{}} = 0 ]; then {first}; else sleep {jobs.FOREVER}; fi"
        subprocess.Popen(["parallel", "-j", "workers", job, ":::", *map(str, range(8))])
        jobs.wait_for("first")
        assert len(list(pathlib.Path().glob("begun-*"))) == 1
        # It knows by whole seconds whether the file has changed.
        time.sleep(1.5)
        pathlib.Path("workers").write_text("3\n")
        jobs.mark("go")
        # When the first ends the file is read again.
        return verdict(eventually(lambda: len(list(pathlib.Path().glob("begun-*"))) == 4))

    def test_state(self):
        """A job finds nothing of the one before it."""
        answers = parallel("-j1", "state=$((state + {})); echo $state", inputs=[1, 1, 1])
        return verdict(answers == ["1", "2", "3"])

    def test_nested(self):
        return verdict(parallel("parallel -j1 -I,, 'echo $((,, * ,,))' ::: {}", inputs=[3]) == ["9"])

    def test_language(self):
        return verdict(parallel("-k", "awk 'BEGIN { print {} * {} }'") == SQUARES)

    def test_sandbox(self):
        assert parallel("head -c 4 {}", inputs=["/etc/passwd"]) == ["root"]
        return self.lacks("sandbox", "confine", "seccomp", "landlock", "isolat")

    def lacks(self, *words):
        manual = subprocess.run(["parallel", "--help"], stdout=subprocess.PIPE, text=True).stdout.lower()
        assert "--joblog" in manual or "parallel" in manual
        assert not any(word in manual for word in words)
        return "no"

    def test_resumed(self):
        for count in 4, 8:
            parallel("--joblog", "log", "--resume", "echo {} >>done", inputs=range(count))
        return verdict(sorted(pathlib.Path("done").read_text().split()) == list("01234567"))

    def test_function(self):
        """As far as a shell's function goes."""
        script = "square() { echo $(($1 * $1)); }; export -f square; parallel -k -j2 square ::: {0..7}"
        answers = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, text=True).stdout.split()
        return verdict(answers == SQUARES)

    def test_remote(self):
        """With somebody who takes a host's name, `--` and a command, as ssh does, and runs it here."""
        script = pathlib.Path("reach")
        script.write_text('#!/bin/sh\necho "$1" >>reached\nshift 2\nexec sh -c "$*"\n')
        script.chmod(0o755)
        answers = parallel("-k", "--ssh", shlex.quote(str(script.resolve())), "-S", "2/elsewhere", "echo $(({} * {}))")
        return verdict(answers == SQUARES and "elsewhere" in pathlib.Path("reached").read_text())
