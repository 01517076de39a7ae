"""The tests of the Python peers, each in the way that does best with the peer: its own time limit, its own kill."""

import functools
import signal
import sys

import jobs
from lab import TIME_LIMIT, Inputs, cost, ended, held_by_first_job, lacks, leaves_nobody, verdict


class PythonPool:
    # The classes that make up the peer's interface.
    interface = ()
    nesting = {}

    def open(self, workers=2, **options):
        """A pool. Options: `initializer`, `recycle` (after so many jobs)."""
        raise NotImplementedError

    def outcomes(self, pool, job, inputs=range(8)):
        """Answers or exceptions, in the order of the inputs."""
        raise NotImplementedError

    def outcomes_within(self, pool, seconds, job):
        """As `outcomes`, with a time limit for each job."""
        raise NotImplementedError

    def batch_within(self, pool, seconds, job):
        """The answers of eight jobs that travel together, with a time limit."""
        raise NotImplementedError

    def stream(self, pool, job, inputs):
        """The answers one by one, in order."""
        raise NotImplementedError

    def as_ready(self, pool, job, inputs):
        """The answers one by one, the first that is ready first."""
        raise NotImplementedError

    def kill(self, pool):
        """The hardest end that the peer has."""
        raise NotImplementedError

    def test_killed(self):
        return self.cost(jobs.killed_at_3)

    def test_named(self):
        outcomes = self.outcomes(self.open(), jobs.killed_at_3)
        telling = f"{outcomes[3]!r} {vars(outcomes[3])}"
        names_signal = str(-signal.SIGKILL) in telling or "SIGKILL" in telling
        return verdict(cost(outcomes) == "yes" and names_signal)

    def test_exit(self):
        return self.cost(jobs.exits_at_3)

    def test_decoded(self):
        return self.cost(jobs.complains_at_3)

    def cost(self, job):
        pool = self.open()
        answer = cost(self.outcomes(pool, job))
        is_pool = answer == "yes" and self.outcomes(pool, jobs.square) == [n * n for n in range(8)]
        return "breaks" if answer == "yes" and not is_pool else answer

    def test_retried(self):
        outcomes = self.outcomes(self.open(), jobs.killed_once_at_3)
        return verdict(outcomes == [n * n for n in range(8)])

    def test_limited(self):
        outcomes = self.outcomes_within(self.open(), TIME_LIMIT, jobs.endless_at_3)
        return verdict(cost(outcomes) == "yes" and ended("endless-3"))

    def test_batched(self):
        try:
            answers = self.batch_within(self.open(1), TIME_LIMIT, jobs.nap)
        except Exception as error:
            # The standard library's and everybody's own.
            assert "timeout" in type(error).__name__.lower(), error
            return "no"
        return verdict(answers == [n * n for n in range(8)])

    def test_tree(self):
        pool = self.open()
        self.begin(pool, jobs.starts_another)
        jobs.wait_for("started")
        self.kill(pool)
        return verdict(ended("started"))

    def begin(self, pool, job):
        """Begins one job and goes on."""
        raise NotImplementedError

    def own(self):
        """What the process does that `test_owner` kills."""
        self.outcomes(self.open(), jobs.endless, range(2))

    def test_owner(self):
        return verdict(leaves_nobody([sys.executable, sys.argv[0], sys.argv[1], "own"]))

    def test_leaving(self):
        pool = self.open()
        for answer in self.stream(pool, jobs.endless_but_first, range(3)):
            assert answer == 0
            break
        jobs.wait_for("endless-1")
        self.kill(pool)
        return verdict(ended("endless-1"))

    def test_endless(self):
        self.take_ten(Inputs())
        return "yes"

    def test_held(self):
        inputs = Inputs()
        # Who takes no more is still there.
        stream = self.take_ten(inputs)
        answer = verdict(inputs.stand_still())
        assert next(stream) == 100
        return answer

    def take_ten(self, inputs):
        stream = iter(self.stream(self.open(), jobs.square, inputs))
        assert [next(stream) for _ in range(10)] == [n * n for n in range(10)]
        return stream

    def test_slow(self):
        inputs = Inputs()
        return held_by_first_job(
            inputs, lambda: next(iter(self.stream(self.open(), jobs.slow_first, inputs))))

    def test_order(self):
        ready = iter(self.as_ready(self.open(), jobs.slow_first, range(8)))
        answers = [next(ready)]
        assert answers != [0]
        jobs.mark("go")
        assert sorted(answers + list(ready)) == [n * n for n in range(8)]
        late = list(self.stream(self.open(), jobs.late_first, range(4)))
        return verdict(late == [0, 1, 4, 9])

    def test_recycled(self):
        pool = self.open(1, recycle=2)
        return verdict(len(set(self.outcomes(pool, jobs.worker))) == 4)

    def test_grown(self):
        return lacks(self.interface, "leak", "resident", "rss", "memory_limit", "max_memory")

    def test_resized(self):
        return lacks(self.interface, "resize", "grow", "set_workers", "set_n_jobs", "set_max")

    def test_state(self):
        pool = self.open(1, initializer=jobs.open_state)
        return verdict(self.outcomes(pool, jobs.use_state, range(3)) == [101, 102, 103])

    def test_nested(self):
        job = functools.partial(jobs.nested, type(self).__name__)
        return verdict(self.outcomes(self.open(**self.nesting), job, [3]) == [9])

    def test_language(self):
        return lacks(self.interface, "command", "argv", "program")

    def test_sandbox(self):
        assert self.outcomes(self.open(), jobs.read_file, [0]) != []
        return lacks(self.interface, "sandbox", "confine", "seccomp", "landlock", "isolat")

    def test_resumed(self):
        return lacks(self.interface, "resume", "journal", "joblog", "checkpoint")

    def test_function(self):
        return verdict(self.outcomes(self.open(), jobs.square) == [n * n for n in range(8)])

    def test_closure(self):
        offset = 100
        try:
            return verdict(self.outcomes(self.open(), lambda n: n + offset, [3]) == [103])
        except Exception as error:
            assert "pickle" in str(error), error
            return "no"

    def test_inherited(self):
        jobs.inherited = "here"
        return verdict(self.outcomes(self.open(), jobs.look_for_inherited, [0]) == ["here"])

    def test_remote(self):
        return lacks(self.interface, "host", "ssh", "remote", "address", "cluster")


def outcome(get):
    """What `get` returns, or the exception that it raises."""
    try:
        return get()
    except Exception as error:
        return error

