"""A user's own images: a folder with trainA, trainB, testA, testB; where there are any, masksA, validA, validB.

Masks are for measuring a foreground; where the user brings no validation images, some of training become these.
"""

from pathlib import Path
from typing import ClassVar, Literal

from crossnet.data.base import COPY_AGAIN, Overlap, Photographs, Run, SourceError
from crossnet.data.layout import EVERY_SIDE, MASKS, SIDES, VALID_SIDES, Records
from crossnet.schema import Place


class Folder(Photographs):
    """`path`: the folder. `paired`: whether files of one name in testA and testB show the same.

    Supervised methods want trainAB in the folder: images of trainA, by their names, as they are in B.
    """

    source: Literal["folder"]
    path: Place
    paired: bool
    train_test_overlap: Overlap

    has_validation_split: ClassVar[bool] = True
    pairs: ClassVar[bool] = True
    remedy: ClassVar[str] = COPY_AGAIN

    def fetch(self, folder: Path, run: Run) -> None:
        """Copy the images of every side as they are; list on the terminal what else there is.

        Whether they decode is found by preparing them. Raises SourceError for a side that is missing or has none.
        """
        from crossnet.data.copying import copy_files
        from crossnet.image_folders import list_folder

        source = run.path(self.path)
        layout = f"expected {source}/{{{','.join(SIDES)}}} and, if there are any, {MASKS}"
        if not source.is_dir():
            raise SourceError(f"{source}: no such folder; {layout} (the task's path in params.yaml)")
        found = {side: list_folder(source / side) for side in EVERY_SIDE if (source / side).is_dir()}
        for side in SIDES:
            if side not in found:
                raise SourceError(f"{source / side}: no such folder; {layout}")
            if not found[side].images:
                raise SourceError(f"{found[side].none()}; {layout}")
        own = [side for side in VALID_SIDES if side in found]
        for side in VALID_SIDES * bool(own):
            if side not in found or not found[side].images:
                raise SourceError(
                    f"{source / side}: no images, but there is {own[0]}; bring both validation sides, or none"
                )
        for listing in found.values():
            listing.tell_rest()
        copy_files([(listing.images, folder / side) for side, listing in found.items()])

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.sides import prepare_photographs

        domains = {"a": "images of A", "b": "images of B"}
        return prepare_photographs(self, raw, folder, run, domains, self.train_test_overlap, paired=self.paired)


DATASET = Folder
