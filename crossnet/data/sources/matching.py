"""Which file is the mask of which photograph, told by the names of files and folders alone."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

# a folder whose name says mask or photograph; the innermost that says either counts
MASK = re.compile(r"mask|truth|annot|segm|(?<![a-z])gt(?![a-z])", re.IGNORECASE)
PHOTO = re.compile(r"image|photo|picture|jpe?g|(?<![a-z])(img|rgb)s?(?![a-z])", re.IGNORECASE)
SUFFIX = re.compile(r"[-_. ](gt|(mask|ground[-_ ]?truth|truth|annot|segm)[a-z]*)$", re.IGNORECASE)  # of a mask's stem


class MatchingError(ValueError):
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
