"""The peers by their classes' names, in the order of the table's columns."""

from gnu_parallel import Parallel
from loky_pool import Loky
from mpire_pool import Mpire
from pebble_pool import Pebble
from standard_library import Executor, Pool

PEERS = {peer.__name__: peer for peer in (Pool, Executor, Loky, Pebble, Mpire, Parallel)}
