"""Messages and progress bars on the terminal: every message of a stage or a command goes through `echo`."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

from crossnet.escaping import printable

T = TypeVar("T")


def echo(line: str, result: bool = False) -> None:
    """Write a line to standard error, or the result of a command to standard output.

    Characters that are not printable, or that the encoding of the terminal lacks, are escaped.
    """
    stream = sys.stdout if result else sys.stderr
    encoding = getattr(stream, "encoding", None) or "utf-8"
    print(printable(line).encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)


def progress(
    items: Iterable[T], total: int, what: str, unit: str, before: int = 0, every_s: float = 20.0
) -> Iterator[T]:
    """Yield the items and report progress on standard error: a bar on a terminal, else a line now and then.

    Args:
        items: what is iterated over.
        total: the number of all items, with those that are already done.
        what: the name of the job.
        unit: the plural name of an item.
        before: how many items are already done.
        every_s: seconds between two lines.
    """
    if sys.stderr.isatty():
        yield from tqdm(items, total=total, initial=before, desc=printable(what), unit=unit, dynamic_ncols=True)
        return
    start = last = time.monotonic()
    for done, item in enumerate(items, before + 1):
        yield item
        now = time.monotonic()
        if now - last >= every_s or done == total:
            last, left = now, (now - start) / (done - before) * (total - done)
            echo(f"{what}: {done}/{total} {unit}, {now - start:.0f} s, {left:.0f} s left")


def steps_shown(what: str) -> Callable[[range], Iterator[int]]:
    """Return what yields the steps of a range and reports progress; those before its start are already done."""
    return lambda steps: progress(steps, steps.stop, what, "steps", steps.start)
