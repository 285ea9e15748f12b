"""The same work on many files, over all cores: in the order of the files, and the same whatever the number of cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import TypeVar

from crossnet.progress import progress

Job = TypeVar("Job")
Done = TypeVar("Done")

FEW = 64  # of so many jobs, or fewer, none is worth the second that it takes to start processes
CHUNK = 16  # jobs that a process is handed at once


def cores() -> int:
    """How many cores this process may use, where the platform tells; how many there are elsewhere."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(work: Callable[[Job], Done], jobs: Sequence[Job], what: str, workers: int | None = None) -> Iterator[Done]:
    """The result of each job, in their order, from `workers` processes (None: as many as there are cores).

    Processes hand back results alone, so memory does not grow with the images. `work` and jobs are what pickle takes.
    The first job that fails, in their order, raises what it raised. Raises RuntimeError where a process is gone. When
    this process dies, however it does, the others go as well.
    """
    if workers == 1 or (workers is None and (cores() == 1 or len(jobs) <= FEW)):
        yield from progress(map(work, jobs), len(jobs), what, "images")
        return
    try:
        with ProcessPoolExecutor(workers or cores(), get_context("spawn"), _follow) as pool:
            yield from progress(pool.map(work, jobs, chunksize=CHUNK), len(jobs), what, "images")
    except BrokenProcessPool as error:
        raise RuntimeError(
            f"{what}: one of {workers or cores()} processes was ended from outside, as a system does that is out of "
            "memory; make room and run it again"
        ) from error


def _follow() -> None:
    """End this process as soon as the one that started it is gone: nobody else may find it writing."""
    parent = parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()
