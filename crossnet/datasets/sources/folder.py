"""A user's own images: a folder with trainA, trainB, testA, testB and, for measuring a foreground, masksA."""

import shutil
from pathlib import Path

from crossnet.datasets.layout import MASKS, SIDES
from crossnet.images import list_files
from crossnet.progress import progress
from crossnet.terminal import say


class FolderError(ValueError):
    """A folder that is not laid out as it has to be; the message is one line."""


def fetch(source: Path, folder: Path) -> None:
    """Copy the files of every side as they are, hidden ones left out.

    Whether they are images is found by preparing them. Raises FolderError for a side that is missing or empty.
    """
    layout = f"expected {source}/{{{','.join(SIDES)}}} and, if there are any, {MASKS}"
    if not source.is_dir():
        raise FolderError(f"{source}: no such folder; {layout} (the task's path in params.yaml)")
    found = {side: list_files(source / side) for side in (*SIDES, MASKS) if (source / side).is_dir()}
    for side in SIDES:
        if not found.get(side):
            raise FolderError(f"{source / side}: {'no files' if side in found else 'no such folder'}; {layout}")
    for side in found:
        tell_of_folders(source / side)
    jobs = [(path, folder / side / path.name) for side, paths in found.items() for path in paths]
    for side in found:
        (folder / side).mkdir(parents=True)
    for path, target in progress(jobs, len(jobs), "copying", "files"):
        shutil.copyfile(path, target)


def tell_of_folders(folder: Path) -> None:
    """Say on standard error which folders within a folder are not read, if there are any."""
    inner = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if inner:
        say(f"{folder}: what is in its folders is not read: {', '.join(inner)}")
