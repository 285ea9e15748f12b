"""List what runs have left on the disk, and delete the runs that no process trains.

Another process may end its run, and so delete its files, at any moment meanwhile: missing files are skipped.
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
from crossnet.training.checkpointing.fingerprint import Identity
from crossnet.training.checkpointing.run_directory import (
    OWNER,
    LockedError,
    is_run,
    lock_owner,
    recorded_runs,
    run_lock,
    runs_directory,
)

UNKNOWN = {"settings": {"task": "its run.json is damaged", "method": "method unknown", "seed": "unknown"}}


@dataclass(frozen=True)
class Run:
    """A run on the disk.

    identity: what shaped it, or UNKNOWN.
    step: steps done.
    size: bytes.
    changed: time of the last change, in seconds since the epoch.
    owner: the process that trains it now, None for none.
    """

    folder: Path
    identity: Identity
    step: int
    size: int
    changed: float
    owner: str | None

    @property
    def age(self) -> float:
        """Seconds since the last change."""
        return time.time() - self.changed


def list_runs(folder: Path) -> list[Run]:
    """The runs of a folder of runs, the one changed last first."""
    known, runs = dict(recorded_runs(folder)), []
    for path in filter(_has_files_of_a_run, folder.glob("*")):
        if facts := list(_files(path)):
            size, changed = sum(fact.st_size for fact in facts), max(fact.st_mtime for fact in facts)
            step, identity = max(steps_in(path), default=0), known.get(path, UNKNOWN)
            runs.append(Run(path, identity, step, size, changed, lock_owner(path)))
    return sorted(runs, key=lambda run: run.changed, reverse=True)


def foreign_files(folder: Path) -> list[Path]:
    """Files and folders in a folder of runs that are no run."""
    return sorted(path for path in folder.glob("*") if not _has_files_of_a_run(path))


def delete_run(folder: Path) -> list[Path]:
    """Delete what a run has written, and return the other files of its folder, which stay.

    Raises LockedError where a process trains it.
    """
    with run_lock(folder):
        for path in [*_written(folder)]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    for place in (folder / "pictures", folder):
        with suppress(OSError):  # not empty, or missing
            place.rmdir()
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def delete_finished_run(summary: Path) -> None:
    """Delete the finished run that the summary of a training names, after DVC has saved its model.

    Does nothing where the summary is missing or names no run, or the run is missing or being trained.
    """
    with suppress(OSError, ValueError, KeyError, TypeError, LockedError):
        name = re.fullmatch("[0-9a-f]{16}", json.loads(summary.read_text())["run"])
        if name and (folder := runs_directory() / name[0]).is_dir():
            delete_run(folder)


def _has_files_of_a_run(path: Path) -> bool:
    return is_run(path) and any(_written(path))


def _written(folder: Path) -> Iterator[Path]:
    """What a run writes into its folder; nothing where that is missing."""
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            names = r"step-\d{9,}|\.partial-.*" if path.is_dir() else rf"run\.json(\.partial)?|{OWNER}|lock"
            if re.fullmatch(names, path.name):
                yield path
    for path in (folder / "pictures").glob("*.png*"):
        if re.fullmatch(r"\d+\.png(\.partial)?", path.name):
            yield path


def _files(folder: Path) -> Iterator[os.stat_result]:
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                yield Path(parent, name).stat()
