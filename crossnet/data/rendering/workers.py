"""Many renders at once: a process for each core that may be used."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crossnet.processes import cores, end_with_parent
from crossnet.terminal import progress

Panoramas = Sequence[NDArray[np.float32]]
Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Counts:
    """How many objects each set has: each train side, the test and the validation sides."""

    train: int
    test: int
    valid: int

    def groups(self) -> list[tuple[str, int]]:
        """List the sets, which share no object, and their counts, without empty ones.

        The validation's is the last, so that no other depends on it.
        """
        found = [("test", self.test), ("trainA", self.train), ("trainB", self.train), ("valid", self.valid)]
        return [(group, count) for group, count in found if count]


_panoramas: list[NDArray[np.float32]] = []


def render_all(work: Callable[[Job, Panoramas], Result], jobs: Sequence[Job], panoramas: Panoramas) -> list[Result]:
    """The results of `work(job, panoramas)`, in the order of the jobs, from all cores; reports progress.

    `work` is a function of a module, and jobs and results are values, since they go from process to process. What it
    raises is raised here, and jobs that have not begun are dropped.
    """
    with ProcessPoolExecutor(
        cores(), mp_context=get_context("spawn"), initializer=_start, initargs=(panoramas,)
    ) as pool:
        results = pool.map(partial(_with_panoramas, work), jobs, chunksize=4)
        return list(progress(results, len(jobs), "rendering", "objects"))


def _start(panoramas: Panoramas) -> None:
    end_with_parent()
    _panoramas[:] = panoramas


def _with_panoramas(work: Callable[[Job, Panoramas], Result], job: Job) -> Result:
    return work(job, _panoramas)
