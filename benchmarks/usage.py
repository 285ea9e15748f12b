"""What a piece of work takes: time by the clock and of the processors, step by step, and memory."""

import resource
import time
from collections import defaultdict
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from crossnet.processes import cores, peak_mib

Given = ParamSpec("Given")
Made = TypeVar("Made")


def timed(what: Callable[[], object]) -> NDArray[np.float64]:
    """Seconds by the clock, and seconds of all processors in this process and those that it started."""
    start, before = time.perf_counter(), _processors()
    what()
    return np.array([time.perf_counter() - start, _processors() - before])


def memory() -> float:
    """This process's peak, and for each worker that of the largest, MiB: no less than what they had at one moment."""
    return peak_mib() + cores() * peak_mib(resource.RUSAGE_CHILDREN)


class Stopwatch:
    """Seconds of this process's time by the names of steps."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def __call__(self, step: str, work: Callable[Given, Made], *args: Given.args, **options: Given.kwargs) -> Made:
        """What the work returns; its time goes to the step."""
        start = time.process_time()
        made = work(*args, **options)
        self.spent[step] += time.process_time() - start
        return made

    def told(self, count: int) -> str:
        """Each step's share of all, and its milliseconds for one of so many."""
        total = sum(self.spent.values())
        return ", ".join(f"{step} {s / total:.0%} ({s / count * 1e3:.2f} ms)" for step, s in self.spent.items())


def _processors() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
