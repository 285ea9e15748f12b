"""How far a long job is: a bar with the time left on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

from crossnet.terminal import say
from crossnet.text import printable

T = TypeVar("T")


def progress(
    items: Iterable[T], total: int, what: str, unit: str, before: int = 0, every_s: float = 20.0
) -> Iterator[T]:
    """Pass items through and report on standard error: of `total`, `before` were done already.

    `unit` is what one item is, `every_s` the pace of the lines.
    """
    if sys.stderr.isatty():
        yield from tqdm(items, total=total, initial=before, desc=printable(what), unit=unit, dynamic_ncols=True)
        return
    start = said = time.monotonic()
    for done, item in enumerate(items, before + 1):
        yield item
        now = time.monotonic()
        if now - said >= every_s or done == total:
            said, left = now, (now - start) / (done - before) * (total - done)
            say(f"{what}: {done}/{total} {unit}, {now - start:.0f} s, {left:.0f} s left")
