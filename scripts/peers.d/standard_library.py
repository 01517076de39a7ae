"""The two pools of Python's standard library."""

import concurrent.futures
import multiprocessing.pool
import sys

from lab import lacks
from python_pool import PythonPool, outcome

PYTHON = f"Python {sys.version.split()[0]}"


class Pool(PythonPool):
    name, version = "Pool", f"multiprocessing.Pool of {PYTHON}"
    interface = (multiprocessing.pool.Pool,)

    def open(self, workers=2, initializer=None, recycle=None):
        return multiprocessing.Pool(workers, initializer, maxtasksperchild=recycle)

    def outcomes(self, pool, job, inputs=range(8)):
        answers = pool.imap(job, inputs)
        return [outcome(answers.next) for _ in inputs]

    def outcomes_within(self, pool, seconds, job):
        results = [pool.apply_async(job, (n,)) for n in range(8)]
        return [outcome(lambda: result.get(seconds)) for result in results]

    def batch_within(self, pool, seconds, job):
        return pool.map_async(job, range(8), chunksize=8).get(seconds)

    def stream(self, pool, job, inputs):
        return pool.imap(job, inputs)

    def as_ready(self, pool, job, inputs):
        return pool.imap_unordered(job, inputs)

    def begin(self, pool, job):
        pool.apply_async(job, (0,))

    def kill(self, pool):
        pool.terminate()
        pool.join()


def results(submit, inputs):
    """What becomes of the futures that `submit` makes; a pool that is broken makes none."""
    futures = [outcome(lambda: submit(n)) for n in inputs]
    return [future if isinstance(future, Exception) else outcome(future.result) for future in futures]


class Futures(PythonPool):
    """Who hands out futures."""

    def outcomes(self, pool, job, inputs=range(8)):
        return results(lambda n: pool.submit(job, n), inputs)

    def outcomes_within(self, pool, seconds, job):
        futures = [pool.submit(job, n) for n in range(8)]
        return [outcome(lambda: future.result(seconds)) for future in futures]

    def batch_within(self, pool, seconds, job):
        return list(pool.map(job, range(8), timeout=seconds, chunksize=8))

    def stream(self, pool, job, inputs):
        return pool.map(job, inputs)

    def as_ready(self, pool, job, inputs):
        futures = [pool.submit(job, n) for n in inputs]
        return (future.result() for future in concurrent.futures.as_completed(futures))

    def begin(self, pool, job):
        pool.submit(job, 0)


class Executor(Futures):
    name, version = "executor", f"concurrent.futures.ProcessPoolExecutor of {PYTHON}"
    interface = (concurrent.futures.ProcessPoolExecutor,)

    def open(self, workers=2, initializer=None, recycle=None):
        return concurrent.futures.ProcessPoolExecutor(
            workers, initializer=initializer, max_tasks_per_child=recycle)

    def stream(self, pool, job, inputs):
        # From Python 3.14 on it needn't read all of its input.
        bounded = {"buffersize": 16} if sys.version_info >= (3, 14) else {}
        return pool.map(job, inputs, **bounded)

    # Before that it waits for the jobs that run.
    can_kill = sys.version_info >= (3, 14)

    def kill(self, pool):
        if self.can_kill:
            pool.kill_workers()
        pool.shutdown(cancel_futures=True)

    def test_tree(self):
        return super().test_tree() if self.can_kill else lacks(self.interface, "kill", "terminate")
