"""loky's reusable executor."""

import time
from importlib.metadata import version

import loky

import jobs
from lab import eventually, lacks, verdict
from standard_library import Futures


class Loky(Futures):
    name, version = "loky", f"loky {version('loky')}"
    interface = (loky.ProcessPoolExecutor, loky.get_reusable_executor)

    def open(self, workers=2, initializer=None):
        return loky.get_reusable_executor(workers, initializer=initializer)

    def kill(self, pool):
        pool.shutdown(kill_workers=True)

    def test_recycled(self):
        return lacks(self.interface, "max_tasks", "maxtasks", "lifespan")

    def test_grown(self):
        """It looks after a job, at most once a second, whether there are 300 MB more than after the first."""
        pool = self.open(1)
        (before,) = self.outcomes(pool, jobs.worker, [0])
        time.sleep(1.5)
        assert self.outcomes(pool, jobs.leak, [0]) == [before]
        return verdict(eventually(lambda: self.outcomes(pool, jobs.worker, [0]) != [before]))

    def test_resized(self):
        pool = self.open(1)
        assert len(set(self.outcomes(pool, jobs.slow_worker))) == 1
        assert loky.get_reusable_executor(3) is pool
        return verdict(eventually(lambda: len(set(self.outcomes(pool, jobs.slow_worker))) == 3))
