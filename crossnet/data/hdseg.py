"""HDSeg's horses (Kolesnikov et al. 2014; §5.3): photographs, and masks of their foreground.

What is known: `HDSeg.tar` and `data.tar` are on the authors' page. What is assumed, since it could not be looked at:
both hold image files; a mask has its photograph's stem, with or without a suffix such as `_mask`, and a folder or such
a suffix says that it is one (`match`); where there are classes, each is a folder; a mask whose levels are all below
128 holds labels, of which 0 is the background. Raw files: `photos/<name>.<ext>` and `masks/<name>.<ext>`.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar, Literal

from crossnet.data.base import Archive, Photographs, Run, SourceError, TestShare
from crossnet.data.layout import Records
from crossnet.schema import Seed

PAGE = "http://pub.ist.ac.at/~akolesnikov/HDSeg/"
UNPACKED = ".unpacked"  # inside the folder, gone when it is complete

# a folder whose name says mask or photograph; the innermost that says either counts
MASK = re.compile(r"mask|truth|annot|segm|(?<![a-z])gt(?![a-z])", re.IGNORECASE)
PHOTO = re.compile(r"image|photo|picture|jpe?g|(?<![a-z])(img|rgb)s?(?![a-z])", re.IGNORECASE)
SUFFIX = re.compile(r"[-_. ](gt|(mask|ground[-_ ]?truth|truth|annot|segm)[a-z]*)$", re.IGNORECASE)  # of a mask's stem


class Hdseg(Photographs):
    """`category`: the class to keep, such as horse, where the archives have folders of classes."""

    source: Literal["hdseg"]
    photographs: Archive
    masks: Archive
    category: str | None
    test_share: TestShare
    seed: Seed

    pairs: ClassVar[bool] = True

    def fetch(self, folder: Path, run: Run) -> None:
        """Extract the photographs that have a mask, and the masks.

        Raises SourceError where nothing matches or several masks do, and the errors of `fetch_archive`.
        """
        from crossnet.data.archives.fetch import fetch_archive, summary
        from crossnet.image_folders import is_named_image
        from crossnet.terminal import progress

        seen: list[PurePosixPath] = []
        unpacked = folder / UNPACKED
        files = []
        for name, archive in (("HDSeg.tar", self.photographs), ("data.tar", self.masks)):
            root = Path(name).stem

            def wanted(path: PurePosixPath, root: str = root) -> PurePosixPath | None:
                seen.append(PurePosixPath(root) / path)
                return path if is_named_image(path) else None

            files.append(fetch_archive(archive, name, run, PAGE, unpacked / root, wanted))
        names = " and ".join(map(str, files))
        try:
            pairs = match([path for path in seen if is_named_image(path)], self.category, files[-1].stem)
        except MatchingError as error:
            raise SourceError(f"{names}: {error}") from error
        if not pairs:
            raise SourceError(
                f"{names}: no photograph with a mask of its name; expected masks in a folder named like masks, gt, "
                f"truth, annotations or segmentation, found {summary(seen)}; arrange them as the source `folder` has "
                "them"
            )
        for kind in ("photos", "masks"):
            (folder / kind).mkdir()
        for pair in progress(pairs, len(pairs), "arranging", "photographs"):
            (unpacked / pair.photo).replace(folder / "photos" / f"{pair.name}{pair.photo.suffix}")
            _place_mask(unpacked / pair.mask, folder / "masks" / f"{pair.name}{pair.mask.suffix}")
        shutil.rmtree(unpacked)

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation import cutouts
        from crossnet.data.preparation.recipe import Description
        from crossnet.data.preparation.splits import TrainTestSplit, ValidationSplit
        from crossnet.data.preparation.target import Target

        target = Target(folder, run.images.load_size, run.images.size, self.fit)
        domains = {"a": "photographs", "b": "foregrounds on white"}
        description = Description(run.task, domains, self.max_unreadable, "drop")
        train_test = TrainTestSplit(self.test_share, self.seed)
        return cutouts.prepare(raw, target, description, train_test, ValidationSplit(run.images.valid, self.seed))


def _place_mask(source: Path, target: Path) -> None:
    """Move a mask to its place: as it is, or as 0 and 255 where it holds labels; what is unreadable stays so."""
    import numpy as np
    from PIL import Image

    from crossnet.files import write_atomically
    from crossnet.images import decode_mask, png

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


class MatchingError(SourceError):
    """A mask that could be of several photographs, or the other way round; the message is one line."""


@dataclass(frozen=True)
class Pair:
    """A photograph and its mask; `name` is the photograph's stem, after its folders' names where that repeats."""

    name: str
    photo: PurePosixPath
    mask: PurePosixPath


def match(paths: Iterable[PurePosixPath], category: str | None, masks_in: str | None = None) -> list[Pair]:
    """Photographs and masks of one stem, by name; what has no counterpart is left out.

    The first part of a path names its archive and says nothing. Files of one stem in several folders go by how many
    other folders' names they share. category: such as horse; where there are folders of that name, or its plural, files
    outside of them are left out. masks_in: the archive that has the masks, if no name says which they are. Raises
    MatchingError for a photograph with two masks that fit equally well.
    """
    files = sorted(set(paths))
    marked = set(filter(_is_mask, files)) or {path for path in files if path.parts[0] == masks_in}
    masks: dict[str, list[PurePosixPath]] = {}
    for path in sorted(marked):
        masks.setdefault(SUFFIX.sub("", path.stem), []).append(path)
    photos = [path for path in files if path not in marked and path.stem in masks]
    inside = [path for path in photos if _is_of(path, category)]
    found = [(photo, _best(photo, masks[photo.stem])) for photo in inside or photos]
    found = [(photo, mask) for photo, mask in found if _is_of(mask, category)] or found
    count = Counter(photo.stem.lower() for photo, _ in found)
    pairs = [Pair(_long_name(p) if count[p.stem.lower()] > 1 else p.stem, p, mask) for p, mask in found]
    _check_one_each(pairs)
    return sorted(pairs, key=lambda pair: pair.name)


def _is_mask(path: PurePosixPath) -> bool:
    if SUFFIX.search(path.stem):
        return True
    for folder in reversed(path.parts[1:-1]):
        if MASK.search(folder):
            return True
        if PHOTO.search(folder):
            return False
    return False


def _is_of(path: PurePosixPath, category: str | None) -> bool:
    names = {category.lower(), f"{category.lower()}s"} if category else set()
    return bool(names & {folder.lower() for folder in path.parts[1:-1]})


def _neutral(path: PurePosixPath) -> list[str]:
    """The folders that say neither mask nor photograph."""
    return [part for part in path.parts[1:-1] if not MASK.search(part) and not PHOTO.search(part)]


def _best(photo: PurePosixPath, masks: Sequence[PurePosixPath]) -> PurePosixPath:
    shared = [len(set(_neutral(photo)) & set(_neutral(mask))) for mask in masks]
    best = [mask for mask, count in zip(masks, shared, strict=True) if count == max(shared)]
    if len(best) > 1:
        raise MatchingError(f"{photo}: masks {best[0]} and {best[1]} fit equally well; remove one")
    return best[0]


def _long_name(photo: PurePosixPath) -> str:
    return "-".join([*_neutral(photo), photo.stem])


def _check_one_each(pairs: Sequence[Pair]) -> None:
    """No mask has two photographs, no name two pairs."""
    owners: dict[str, PurePosixPath] = {}
    for pair in pairs:
        for key in (str(pair.mask), pair.name.lower()):
            if key in owners:
                raise MatchingError(f"{owners[key]} and {pair.photo}: both photographs of {key}; rename or remove one")
            owners[key] = pair.photo


DATASET = Hdseg
