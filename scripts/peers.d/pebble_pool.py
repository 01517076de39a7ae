"""pebble's ProcessPool."""

from concurrent.futures import as_completed
from importlib.metadata import version

import pebble

from standard_library import Futures, results


class Pebble(Futures):
    name, version = "pebble", f"pebble {version('pebble')}"
    interface = (pebble.ProcessPool,)

    def open(self, workers=2, initializer=None, recycle=0):
        return pebble.ProcessPool(workers, max_tasks=recycle, initializer=initializer)

    def outcomes(self, pool, job, inputs=range(8)):
        return self.outcomes_within(pool, None, job, inputs)

    def outcomes_within(self, pool, seconds, job, inputs=range(8)):
        return results(lambda n: pool.schedule(job, (n,), timeout=seconds), inputs)

    def batch_within(self, pool, seconds, job):
        return list(pool.map(job, range(8), timeout=seconds, chunksize=8).result())

    def stream(self, pool, job, inputs):
        return pool.map(job, inputs).result()

    def begin(self, pool, job):
        pool.schedule(job, (0,))

    def as_ready(self, pool, job, inputs):
        futures = [pool.schedule(job, (n,)) for n in inputs]
        return (future.result() for future in as_completed(futures))

    def kill(self, pool):
        pool.stop()
        pool.join()
