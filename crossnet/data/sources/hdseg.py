"""HDSeg's horses [11] (§5.3): photographs, and masks of their foreground.

What is known: `HDSeg.tar` and `data.tar` are on the authors' page. What is assumed, since it could not be looked at:
both hold image files; a mask has its photograph's stem, with or without a suffix such as `_mask`, and a folder or such
a suffix says that it is one (`matching`); where there are classes, each is a folder; a mask whose levels are all below
128 holds labels, of which 0 is the background. Layout written: `photos/<name>.<ext>` and `masks/<name>.<ext>`.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from crossnet.data.sources.archives import Archive, SourceError, summary, unpack
from crossnet.data.sources.matching import MatchingError, match
from crossnet.files import write_atomically
from crossnet.image_folders import is_named_image
from crossnet.images import decode_mask, png
from crossnet.terminal import progress

PAGE = "http://pub.ist.ac.at/~akolesnikov/HDSeg/"
UNPACKED = ".unpacked"  # inside the folder, gone when it is whole


def fetch(folder: Path, store: Path, archives: Sequence[Archive], checksums: Path | None, category: str | None) -> None:
    """Bring the photographs that have a mask, and the masks, to `folder`, which is empty.

    category: the class to keep, such as horse, where the archives have folders of classes. Asks nobody where the
    archives are in `store` already. Raises SourceError where nothing or no one thing matches, and the errors of
    `unpack`.
    """
    seen: list[PurePosixPath] = []
    unpacked = folder / UNPACKED
    for archive in archives:
        root = Path(archive.name).stem

        def wanted(path: PurePosixPath, root: str = root) -> PurePosixPath | None:
            seen.append(PurePosixPath(root) / path)
            return path if is_named_image(path) else None

        unpack(archive, store, checksums, PAGE, unpacked / root, wanted)
    names = " and ".join(str(store / archive.name) for archive in archives)
    root_of_masks = Path(archives[-1].name).stem if len(archives) > 1 else None
    try:
        pairs = match([path for path in seen if is_named_image(path)], category, root_of_masks)
    except MatchingError as error:
        raise SourceError(f"{names}: {error}") from error
    if not pairs:
        raise SourceError(
            f"{names}: no photograph with a mask of its name; expected masks in a folder named like masks, gt, truth, "
            f"annotations or segmentation, found {summary(seen)}; arrange them as the source `folder` has them"
        )
    for kind in ("photos", "masks"):
        (folder / kind).mkdir()
    for pair in progress(pairs, len(pairs), "arranging", "photographs"):
        (unpacked / pair.photo).replace(folder / "photos" / f"{pair.name}{pair.photo.suffix}")
        _place_mask(unpacked / pair.mask, folder / "masks" / f"{pair.name}{pair.mask.suffix}")
    shutil.rmtree(unpacked)


def _place_mask(source: Path, target: Path) -> None:
    """Move a mask to its place: as it is, or as 0 and 255 where it holds labels; what is unreadable stays so."""
    try:
        levels = decode_mask(source)
    except OSError:
        source.replace(target)
        return
    low, high = np.asarray(levels).min(), np.asarray(levels).max()
    if low == 0 and 0 < high < 128:
        mask = Image.fromarray(np.where(np.asarray(levels) > 0, 255, 0).astype(np.uint8))
        write_atomically(target.with_suffix(".png"), png(mask))
    else:
        source.replace(target)
