"""Visits many hosts at once, with one set of threads, and yields each visit as it ends."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from gatehouse.model.hosts import Host

Visit = TypeVar("Visit")
DEFAULT_THREADS = 32  # enough when hosts answer at once; beyond that the interpreter lock costs (docs/adr/0003)


def visit_all(
    hosts: Iterable[Host], visit: Callable[[Host], Visit], threads: int = DEFAULT_THREADS
) -> Iterator[tuple[Host, Visit]]:
    """Call ``visit`` for every host, ``threads`` at a time; yields (host, what it brought) in the order they end."""
    wanted = list(hosts)
    with ThreadPoolExecutor(max_workers=max(1, min(threads, len(wanted)))) as pool:
        futures = {pool.submit(visit, host): host for host in wanted}
        for future in as_completed(futures):
            yield futures[future], future.result()
