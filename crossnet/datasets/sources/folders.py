"""Two folders of a user's own photographs, dealt out to training and test by a seeded rule."""

import shutil
from pathlib import Path

from crossnet.datasets.ranking import rank
from crossnet.datasets.sources.folder import FolderError, tell_of_folders
from crossnet.images import list_files
from crossnet.progress import progress


def fetch(a: Path, b: Path, folder: Path, test_share: float, seed: int) -> None:
    """Copy the files of two folders as they are to trainA, testA, trainB and testB, hidden ones left out.

    The test gets `test_share` of each, one file at least, by a rule that more files change little. Raises FolderError
    for a folder that is missing or has fewer than two files.
    """
    jobs = []
    for side, source in (("A", a), ("B", b)):
        if not source.is_dir():
            raise FolderError(f"{source}: no such folder; wanted one with the photographs of {side}")
        tell_of_folders(source)
        files = sorted(list_files(source), key=lambda path: rank(seed, path.name))
        if len(files) < 2:
            raise FolderError(f"{source}: {len(files)} files; wanted two at least, one to train and one to test")
        tests = min(len(files) - 1, max(1, round(test_share * len(files))))
        for place, path in enumerate(files):
            jobs.append((path, folder / f"{'test' if place < tests else 'train'}{side}" / path.name))
    for path, target in progress(jobs, len(jobs), "copying", "files"):
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
