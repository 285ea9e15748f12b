"""A user's files, copied as they are, under names that DVC can hash."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from crossnet.data.names import portable
from crossnet.terminal import progress


def copy_files(groups: Sequence[tuple[Sequence[Path], Path]]) -> None:
    """Copy the files of each group into the folder that goes with it; every name is as `portable` writes it."""
    jobs = [
        (path, folder / name)
        for paths, folder in groups
        for path, name in zip(paths, portable([path.name for path in paths]), strict=True)
    ]
    for _, folder in groups:
        folder.mkdir(parents=True, exist_ok=True)
    for path, target in progress(jobs, len(jobs), "copying", "files"):
        shutil.copyfile(path, target)
