"""Two folders of a user's own photographs, split into training and test by a seeded rule."""

import warnings
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar, Literal

from crossnet.data.base import COPY_AGAIN, Overlap, Photographs, Run, SourceError, TestShare
from crossnet.data.layout import Records
from crossnet.data.names import rank
from crossnet.schema import Place, Seed


class Folders(Photographs):
    """`a`, `b`: the folders of the domains. `test_share`: of each, one file at least."""

    source: Literal["folders"]
    a: Place
    b: Place
    test_share: TestShare
    seed: Seed
    train_test_overlap: Overlap

    remedy: ClassVar[str] = COPY_AGAIN

    def fetch(self, folder: Path, run: Run) -> None:
        """Copy the images of both folders as they are to trainA, testA, trainB, testB; list what else there is.

        The split changes little where files are added, and puts no file into the test that does not decode while there
        are others. Raises SourceError for a folder that is missing or has fewer than two images.
        """
        from crossnet.data.copying import copy_files
        from crossnet.image_folders import list_folder

        groups = []
        for side, source in (("A", run.path(self.a)), ("B", run.path(self.b))):
            if not source.is_dir():
                raise SourceError(f"{source}: no such folder; wanted one with the photographs of {side}")
            listing = list_folder(source)
            listing.tell_rest()
            files = sorted(listing.images, key=lambda path: rank(self.seed, path.name))
            if len(files) < 2:
                few = f"{source}: one image" if files else listing.none()
                raise SourceError(f"{few}; wanted two at least, one to train and one to test")
            tests = _tests(files, min(len(files) - 1, max(1, round(self.test_share * len(files)))))
            groups += [
                (tests, folder / f"test{side}"),
                ([path for path in files if path not in tests], folder / f"train{side}"),
            ]
        copy_files(groups)

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.sides import prepare_photographs

        domains = {"a": f"photographs of {Path(self.a).name}", "b": f"photographs of {Path(self.b).name}"}
        return prepare_photographs(self, raw, folder, run, domains, self.train_test_overlap, self.seed)


def _tests(files: Sequence[Path], count: int) -> list[Path]:
    """Return the first so many files that decode, or as many of all where none does."""
    whole = list(islice(filter(_decodes, files), count))
    return whole or list(files[:count])


def _decodes(path: Path) -> bool:
    from crossnet.images import decode

    try:
        with warnings.catch_warnings(action="ignore"):
            decode(path)
    except OSError:
        return False
    return True


DATASET = Folders
