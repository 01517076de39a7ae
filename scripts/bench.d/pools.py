"""pools.py POOL PROCESSES JOBS: jobs per second of one of Python's pools, once its processes are there, for jobs that
square a number, each sent alone. With --list: the version of each that can be imported, as JSON."""

import json
import sys
import time
from importlib.metadata import PackageNotFoundError, version


def square(number):
    return number * number


def multiprocessing_pool(processes, measured):
    from multiprocessing import Pool

    with Pool(processes) as pool:
        return measured(lambda numbers: pool.map(square, numbers, chunksize=1))


def executor(processes, measured):
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(processes) as pool:
        return measured(lambda numbers: list(pool.map(square, numbers, chunksize=1)))


def joblib(processes, measured):
    from joblib import Parallel, delayed

    with Parallel(processes, batch_size=1) as pool:
        return measured(lambda numbers: pool(delayed(square)(number) for number in numbers))


def loky(processes, measured):
    from loky import ProcessPoolExecutor

    with ProcessPoolExecutor(processes) as pool:
        return measured(lambda numbers: list(pool.map(square, numbers, chunksize=1)))


def pebble(processes, measured):
    from pebble import ProcessPool

    with ProcessPool(processes) as pool:
        return measured(lambda numbers: list(pool.map(square, numbers, chunksize=1).result()))


def mpire(processes, measured):
    from mpire import WorkerPool

    with WorkerPool(processes, keep_alive=True) as pool:
        return measured(lambda numbers: pool.map(square, numbers, chunk_size=1))


POOLS = {
    "Pool.map": multiprocessing_pool, "executor": executor, "joblib": joblib, "loky": loky, "pebble": pebble,
    "mpire": mpire,
}  # fmt: skip
STANDARD = {"Pool.map", "executor"}


def versions():
    found = {}
    for name in POOLS:
        try:
            found[name] = f"Python {sys.version.split()[0]}" if name in STANDARD else version(name)
        except PackageNotFoundError:
            pass
    return found


def rate(name, processes, jobs):
    def measured(map_all):
        map_all(range(100 * processes))
        start = time.perf_counter()
        squares = map_all(range(jobs))
        seconds = time.perf_counter() - start
        assert squares == [number * number for number in range(jobs)]
        return jobs / seconds

    return POOLS[name](processes, measured)


if __name__ == "__main__":
    if sys.argv[1] == "--list":
        print(json.dumps(versions()))
    else:
        print(rate(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
