"""Masks that come as files: found by the names of their images, read, held against them."""

from pathlib import Path

from PIL import Image

from crossnet.data.preparation.checks import PreparationError
from crossnet.data.preparation.kinds import decode_mask
from crossnet.data.preparation.naming import stem_of
from crossnet.escaping import one_line
from crossnet.image_folders import list_images

PROPORTIONS = 0.01  # by how much those of a mask may differ from its image's, for what rounding does to a smaller one


class MaskError(ValueError):
    """A mask that is of no use for its image; the message is one line."""


def masks_by_name(folder: Path) -> dict[str, Path]:
    """The files of a folder by their names without extension. Raises PreparationError where two have the same."""
    masks: dict[str, Path] = {}
    for path in list_images(folder):
        if stem_of(path.name) in masks:
            raise PreparationError(f"{path}: a second mask of the name {path.stem}; remove or rename one")
        masks[stem_of(path.name)] = path
    return masks


def read_mask(path: Path, image: Path, size: tuple[int, int]) -> Image.Image:
    """A mask as 0 and 255: foreground is what is opaque where its alpha is the mask, elsewhere what is light.

    `size` is that of its image, EXIF orientation applied. Raises MaskError for one that is unreadable, has no
    foreground or background, or has not its image's proportions.
    """
    try:
        levels = decode_mask(path)
    except OSError as error:
        raise MaskError(f"{path}: a mask that cannot be read: {one_line(error)}") from error
    mask = levels.point(lambda value: 255 if value >= 128 else 0)
    if len(mask.getcolors() or ()) < 2:
        low, high = levels.getextrema()
        raise MaskError(
            f"{path}: a mask with levels {low} to {high}, so all of it is on one side of 128; "
            "white, or opaque where the rest is transparent, is foreground"
        )
    width, height = size
    if abs(mask.width * height / (mask.height * width) - 1) > PROPORTIONS:
        raise MaskError(
            f"{path}: a mask of {mask.width}x{mask.height}, but its image {image} has "
            f"{width}x{height}, EXIF orientation applied; give the mask the image's size"
        )
    return mask
