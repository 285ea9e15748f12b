"""What unfinished runs have left on the disk: listed, and deleted where nobody trains them.

Another process may end its run, and so delete its files, at any moment meanwhile: what is gone is passed over.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crossnet.training.checkpoint import steps_in
from crossnet.training.runs import Identity, recorded
from crossnet.training.writer import holder, only_writer


@dataclass(frozen=True)
class Run:
    """An unfinished run: its folder, what shaped it, the steps done, bytes on disk, and who trains it now, if any."""

    folder: Path
    identity: Identity
    step: int
    size: int
    changed: float
    holder: str | None


def listing(folder: Path) -> list[Run]:
    """The runs of a folder of runs, the one changed last first."""
    found = []
    for path, identity in recorded(folder):
        facts = list(_files(path))
        if facts:
            size, changed = sum(fact.st_size for fact in facts), max(fact.st_mtime for fact in facts)
            found.append(Run(path, identity, max(steps_in(path), default=0), size, changed, holder(path)))
    return sorted(found, key=lambda run: run.changed, reverse=True)


def remove(run: Run) -> None:
    """Delete a run that nobody trains. Raises BusyError where somebody does."""
    with only_writer(run.folder):
        shutil.rmtree(run.folder)


def age(run: Run) -> float:
    """Seconds since anything of a run changed."""
    return time.time() - run.changed


def _files(folder: Path) -> Iterator[os.stat_result]:
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                yield Path(parent, name).stat()
