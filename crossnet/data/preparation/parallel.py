"""The same work on many files, over all cores: in the order of the files, and the same whatever the number of cores."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from crossnet.processes import cores, end_with_parent
from crossnet.terminal import progress

Job = TypeVar("Job")
Done = TypeVar("Done")

FEW = 64  # of so many jobs, or fewer, none is worth the second that it takes to start processes
CHUNK = 16  # jobs that a process is handed at once


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
        with ProcessPoolExecutor(workers or cores(), get_context("spawn"), end_with_parent) as pool:
            yield from progress(pool.map(work, jobs, chunksize=CHUNK), len(jobs), what, "images")
    except BrokenProcessPool as error:
        raise RuntimeError(
            f"{what}: one of {workers or cores()} processes was ended from outside, as a system does that is out of "
            "memory; make room and run it again"
        ) from error
