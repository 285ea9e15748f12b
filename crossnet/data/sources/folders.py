"""Two folders of a user's own photographs, dealt out to training and test by a seeded rule."""

import warnings
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from crossnet.data.ranking import rank
from crossnet.data.sources.copying import copy
from crossnet.data.sources.folder import FolderError
from crossnet.image_folders import list_folder
from crossnet.images import decode


def fetch(a: Path, b: Path, folder: Path, test_share: float, seed: int) -> None:
    """Copy the images of two folders as they are to trainA, testA, trainB and testB; what else is there is told and
    passed over.

    The test gets `test_share` of each, one file at least, by a rule that more files change little, and none that does
    not decode while there are others. Raises FolderError for a folder that is missing or has fewer than two images.
    """
    groups = []
    for side, source in (("A", a), ("B", b)):
        if not source.is_dir():
            raise FolderError(f"{source}: no such folder; wanted one with the photographs of {side}")
        listing = list_folder(source)
        listing.tell_rest()
        files = sorted(listing.images, key=lambda path: rank(seed, path.name))
        if len(files) < 2:
            few = f"{source}: one image" if files else listing.none()
            raise FolderError(f"{few}; wanted two at least, one to train and one to test")
        tests = _tests(files, min(len(files) - 1, max(1, round(test_share * len(files)))))
        groups += [
            (tests, folder / f"test{side}"),
            ([path for path in files if path not in tests], folder / f"train{side}"),
        ]
    copy(groups)


def _tests(files: Sequence[Path], count: int) -> list[Path]:
    """The first so many files that decode, or as many of all where fewer do."""
    whole = list(islice(filter(_decodes, files), count))
    return whole or list(files[:count])


def _decodes(path: Path) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            decode(path)
    except OSError:
        return False
    return True
