"""A user's own images, of any size and format, as the square RGB images that training reads."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from crossnet.datasets.layout import MASKS, SIDES, Ledger, write_description
from crossnet.images import decode, decode_mask, list_files
from crossnet.progress import progress

PROPORTIONS = 0.01  # by how much those of a mask may differ from its image's, for what rounding does to a smaller one
DOMAINS = {"a": "images of A", "b": "images of B"}


class PreparationError(ValueError):
    """Images that cannot be trained on; the message is one line."""


def prepare(raw: Path, prepared: Path, load_size: int, size: int, refuse_above: float) -> Ledger:
    """Decode every file in full, resize train sides to `load_size` and test sides to `size`, by bicubic.

    A mask has the name of its image of testA and is resized by nearest neighbour. What does not decode is left out
    with its reason; raises PreparationError when their share is above `refuse_above`, a side has none left, or an
    image of testA has no mask of its proportions where there are masks.
    """
    ledger = Ledger()
    files = [path for side in SIDES for path in list_files(raw / side)]
    sizes: dict[Path, tuple[int, int]] = {}
    for side in SIDES:
        (prepared / side).mkdir(parents=True)
    for path in progress(files, len(files), "resizing", "images"):
        side = path.parent.name
        edge = load_size if side.startswith("train") else size
        try:
            image = decode(path)
        except OSError as error:
            ledger.refused[f"{side}/{path.name}"] = " ".join(str(error).split())
            continue
        target = prepared / side / f"{path.stem}.png"
        if target.exists():
            raise PreparationError(f"{path}: a second image of the name {path.stem} in {side}; rename one")
        image.resize((edge, edge), Image.Resampling.BICUBIC).save(target)
        sizes[path] = image.size
        ledger.keep(side, enlarged=min(image.size) < edge)
    _check(ledger, len(files), refuse_above)
    if (raw / MASKS).is_dir():
        _masks(raw / MASKS, {p: sizes[p] for p in sizes if p.parent.name == "testA"}, prepared, size, ledger)
    write_description(prepared, ledger, "folder", DOMAINS, False, load_size, size)
    return ledger


def _check(ledger: Ledger, total: int, refuse_above: float) -> None:
    if ledger.refused:
        first, reason = next(iter(ledger.refused.items()))
        if len(ledger.refused) > refuse_above * total:
            raise PreparationError(
                f"{len(ledger.refused)} of {total} files cannot be read, above the share refuse_above {refuse_above}; "
                f"the first: {first}: {reason}"
            )
    for side in SIDES:
        if not ledger.kept.get(side):
            raise PreparationError(f"{side}: no image of it can be read")


def _masks(raw: Path, images: Mapping[Path, tuple[int, int]], prepared: Path, size: int, ledger: Ledger) -> None:
    """Masks by the names of their images, whose width and height come with them."""
    (prepared / MASKS).mkdir()
    masks: dict[str, Path] = {}
    for path in list_files(raw):
        if path.stem in masks:
            raise PreparationError(f"{path}: a second mask of the name {path.stem}; remove or rename one")
        masks[path.stem] = path
    for image, (width, height) in images.items():
        if image.stem not in masks:
            raise PreparationError(f"{raw / image.stem}: no mask of that name for testA/{image.name}")
        mask = _read_mask(masks[image.stem])
        if abs(mask.width * height / (mask.height * width) - 1) > PROPORTIONS:
            raise PreparationError(
                f"{masks[image.stem]}: a mask of {mask.width}x{mask.height}, but its image {image} has "
                f"{width}x{height}, EXIF orientation applied; give the mask the image's size"
            )
        mask.resize((size, size), Image.Resampling.NEAREST).save(prepared / MASKS / f"{image.stem}.png")
        ledger.keep(MASKS)


def _read_mask(path: Path) -> Image.Image:
    """A mask as 0 and 255: foreground is what is opaque where its alpha is the mask, elsewhere what is light.

    Raises PreparationError for one that is unreadable or has no foreground or background.
    """
    try:
        levels = decode_mask(path)
    except OSError as error:
        raise PreparationError(f"{path}: a mask that cannot be read: {' '.join(str(error).split())}") from error
    mask = levels.point(lambda value: 255 if value >= 128 else 0)
    if len(mask.getcolors() or ()) < 2:
        low, high = levels.getextrema()
        raise PreparationError(
            f"{path}: a mask with levels {low} to {high}, so all of it is on one side of 128; "
            "white, or opaque where the rest is transparent, is foreground"
        )
    return mask
