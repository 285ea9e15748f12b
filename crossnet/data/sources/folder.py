"""A user's own images: a folder with trainA, trainB, testA, testB; where there are any, masksA, validA, validB.

Masks are for measuring a foreground; images for validation are held back from training where the user brings none.
"""

from pathlib import Path

from crossnet.data.layout import EVERY_SIDE, MASKS, SIDES, VALID_SIDES
from crossnet.data.sources.copying import copy
from crossnet.image_folders import list_folder


class FolderError(ValueError):
    """A folder that is not laid out as it has to be; the message is one line."""


def fetch(source: Path, folder: Path) -> None:
    """Copy the images of every side as they are; what else is there is told and passed over.

    Whether they are whole is found by preparing them. Raises FolderError for a side that is missing or has none.
    """
    layout = f"expected {source}/{{{','.join(SIDES)}}} and, if there are any, {MASKS}"
    if not source.is_dir():
        raise FolderError(f"{source}: no such folder; {layout} (the task's path in params.yaml)")
    found = {side: list_folder(source / side) for side in EVERY_SIDE if (source / side).is_dir()}
    for side in SIDES:
        if side not in found:
            raise FolderError(f"{source / side}: no such folder; {layout}")
        if not found[side].images:
            raise FolderError(f"{found[side].none()}; {layout}")
    own = [side for side in VALID_SIDES if side in found]
    for side in VALID_SIDES * bool(own):
        if side not in found or not found[side].images:
            raise FolderError(
                f"{source / side}: no images, but there is {own[0]}; bring both validation sides, or none"
            )
    for listing in found.values():
        listing.tell_rest()
    copy([(listing.images, folder / side) for side, listing in found.items()])
