"""What runs have left on the disk: listed, and deleted where nobody trains them.

Another process may end its run, and so delete its files, at any moment meanwhile: what is gone is passed over.
"""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crossnet.training.checkpointing.files import steps_in
from crossnet.training.checkpointing.run_directory import Identity, is_run, recorded, runs_folder
from crossnet.training.checkpointing.run_lock import BusyError, holder, only_writer

UNKNOWN = {"settings": {"task": "its run.json is damaged", "method": "method unknown", "seed": "unknown"}}


@dataclass(frozen=True)
class Run:
    """A run: its folder, what shaped it or UNKNOWN, the steps done, bytes on disk, and who trains it now, if any."""

    folder: Path
    identity: Identity
    step: int
    size: int
    changed: float
    holder: str | None


def listing(folder: Path) -> list[Run]:
    """The runs of a folder of runs, the one changed last first; what is no run is passed over."""
    known, found = dict(recorded(folder)), []
    for path in filter(_is_left_by_a_run, folder.glob("*")):
        facts = list(_files(path))
        if facts:
            size, changed = sum(fact.st_size for fact in facts), max(fact.st_mtime for fact in facts)
            step, identity = max(steps_in(path), default=0), known.get(path, UNKNOWN)
            found.append(Run(path, identity, step, size, changed, holder(path)))
    return sorted(found, key=lambda run: run.changed, reverse=True)


def strangers(folder: Path) -> list[Path]:
    """What lies in a folder of runs and is no run."""
    return sorted(path for path in folder.glob("*") if not _is_left_by_a_run(path))


def remove(folder: Path) -> list[Path]:
    """Delete what a run that nobody trains has written; returns what else is in its folder, which stays.

    Raises BusyError where somebody trains it.
    """
    with only_writer(folder):
        for path in [*_written(folder)]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    for place in (folder / "pictures", folder):
        with suppress(OSError):  # not empty, or not there
            place.rmdir()
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def forget(summary: Path) -> None:
    """Delete the finished run that the summary of a training names, its model being safe elsewhere.

    Passes over a summary that is not there or names none, and a run that is not there or that somebody trains.
    """
    with suppress(OSError, ValueError, KeyError, TypeError, BusyError):
        name = re.fullmatch("[0-9a-f]{16}", json.loads(summary.read_text())["run"])
        if name and (folder := runs_folder() / name[0]).is_dir():
            remove(folder)


def age(run: Run) -> float:
    """Seconds since anything of a run changed."""
    return time.time() - run.changed


def _is_left_by_a_run(path: Path) -> bool:
    return is_run(path) and any(_written(path))


def _written(folder: Path) -> Iterator[Path]:
    """What a run writes into its folder; nothing where that is gone."""
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            kind = r"step-\d{9,}|\.partial-.*" if path.is_dir() else r"run\.json(\.partial)?|holder|lock"
            if re.fullmatch(kind, path.name):
                yield path
    for path in (folder / "pictures").glob("*.png*"):
        if re.fullmatch(r"\d+\.png(\.partial)?", path.name):
            yield path


def _files(folder: Path) -> Iterator[os.stat_result]:
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                yield Path(parent, name).stat()
