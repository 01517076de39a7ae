"""mpire's WorkerPool."""

from importlib.metadata import version

import mpire

import jobs
from lab import verdict
from python_pool import PythonPool, outcome


class Mpire(PythonPool):
    name, version = "mpire", f"mpire {version('mpire')}"
    interface = (mpire.WorkerPool,)
    nesting = {"daemon": False}

    def open(self, workers=2, initializer=None, **options):
        # It takes that with each call.
        self.initializer = initializer
        return mpire.WorkerPool(workers, **options)

    def outcomes(self, pool, job, inputs=range(8), **limits):
        results = [pool.apply_async(job, (n,), worker_init=self.initializer, **limits) for n in inputs]
        return [outcome(result.get) for result in results]

    def outcomes_within(self, pool, seconds, job):
        return self.outcomes(pool, job, task_timeout=seconds)

    def batch_within(self, pool, seconds, job):
        return pool.map(job, range(8), chunk_size=8, task_timeout=seconds)

    def stream(self, pool, job, inputs):
        return pool.imap(job, inputs, chunk_size=1)

    def as_ready(self, pool, job, inputs):
        return pool.imap_unordered(job, inputs, chunk_size=1)

    def begin(self, pool, job):
        pool.apply_async(job, (0,))

    def kill(self, pool):
        pool.terminate()

    def test_recycled(self):
        pids = self.open(1).map(jobs.worker, range(8), chunk_size=1, worker_lifespan=2)
        return verdict(len(set(pids)) == 4)

    def test_closure(self):
        # A map's function is there when the workers are forked; that of a lone job is pickled.
        offset = 100
        return verdict(self.open().map(lambda n: n + offset, [3]) == [103])
