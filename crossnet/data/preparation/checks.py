"""What has to hold of a dataset: sides that are there, no picture twice, nearly everything readable."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from crossnet.data.layout import (
    EVERY_SIDE,
    MASKS,
    PAIRED,
    SIDES,
    SPLITS,
    VALID_MASKS,
    VALID_SIDES,
    Record,
    Records,
    Split,
    Verdict,
    masks_of,
    sides_of,
    split_of,
)
from crossnet.escaping import printable
from crossnet.image_folders import list_folder

MASK_FOLDERS = (MASKS, VALID_MASKS)
KEPT_FIRST = ("test", "valid", "train")  # of the same picture in several splits
Overlap = Literal["stop", "drop"]  # of the same picture in training and in the test: stop, or leave it out of training


class PreparationError(ValueError):
    """Images that cannot be trained on; the message is one line, in which what does not print is escaped."""

    def __init__(self, message: str):
        super().__init__(printable(message))


class RefusedError(PreparationError):
    """The same, found when every file had been looked at: `records` tells what became of each."""

    def __init__(self, message: str, records: Records):
        super().__init__(message)
        self.records = records


def files_of(folder: Path, layout: str) -> list[Path]:
    """The images of a folder that has to have some. Raises PreparationError with the layout that was expected."""
    if not folder.is_dir():
        raise PreparationError(f"{folder}: no such folder; expected {layout}")
    listing = list_folder(folder)
    if not listing.images:
        raise PreparationError(f"{listing.none()}; expected {layout}")
    listing.tell_rest()
    return listing.images


def check(records: Records, max_unreadable: float, overlap: Overlap) -> None:
    """Raise RefusedError for a mask that does not fit its image, a share of files that cannot be read or used above
    `max_unreadable`, a picture of both training and test where `overlap` is "stop", and a side with nothing left."""
    masks = [row.note for row in records.rows if row.side in MASK_FOLDERS and row.verdict == "unsuitable"]
    if masks:
        raise RefusedError(f"{masks[0]}{_more(masks, 'mask')}", records)
    total = len({row.file for row in records.rows if row.side not in MASK_FOLDERS})
    refused = {row.file: row.note for row in records.rows if row.verdict in ("unreadable", "unsuitable")}
    if refused and len(refused) > max_unreadable * total:
        first, reason = next(iter(refused.items()))
        raise RefusedError(
            f"{len(refused)} of {total} files cannot be read or used, above the share max_unreadable {max_unreadable}; "
            f"the first: {first}: {reason}",
            records,
        )
    leaked = [f"{row.file}: {row.note}" for row in records.rows if row.verdict == "leaked"]
    if leaked and overlap == "stop":
        raise RefusedError(
            f"{leaked[0]}, which is of the test or of the validation; remove one of them, or set "
            f"train_test_overlap to drop, which leaves it out of training{_more(leaked, 'picture')}",
            records,
        )
    kept = records.kept
    present = {row.side for row in records.rows}
    for side in (*SIDES, *[side for side in VALID_SIDES if side in present]):
        if not kept.get(side):
            lost = [row for row in records.rows if row.side == side and not row.kept]
            why = f"; the first of {len(lost)}: {lost[0].file}: {lost[0].note}" if lost else ""
            raise RefusedError(f"{side}: no image of it is left{why}", records)


def _more(found: Sequence[str], what: str) -> str:
    rest = len(found) - 1
    return f"; and {rest} more {what}{'s' * (rest > 1)}" if rest else ""


def without_repeats(rows: Sequence[Record], paired: Collection[Split]) -> list[Record]:
    """Mark the rows of pictures that are there twice as left out: pixel by pixel the same, other file.

    The first of the test is kept, else the first of the validation, else the first. What comes from another split than
    the one that is kept is marked as leaked. With an image go its mask and, in `paired` splits, the other of its pair;
    the two of a pair may be the same.
    """
    alike: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        if row.kept and row.side not in MASK_FOLDERS:
            alike[row.digest].append(row)
    lost: dict[tuple[str, str], Record] = {}
    for group in alike.values():
        if len({row.file for row in group}) > 1:
            lost |= _repeats(group, paired)
    return without_halves([_marked(row, lost) for row in rows], paired)


def _repeats(group: Sequence[Record], paired: Collection[Split]) -> dict[tuple[str, str], Record]:
    """Of rows that show the same, those that go, by side and id, each with the one that stays."""
    stays = min(group, key=lambda row: KEPT_FIRST.index(split_of(row.side)))  # the first of the least
    return {
        (row.side, row.id): stays
        for row in group
        if row.file != stays.file
        and not (row.id == stays.id and split_of(row.side) == split_of(stays.side) and split_of(row.side) in paired)
    }


def _marked(row: Record, lost: dict[tuple[str, str], Record]) -> Record:
    stays = lost.get((row.side, row.id))
    if stays is None:
        return row
    verdict: Verdict = "leaked" if _origin(row) != _origin(stays) else "repeated"
    return replace(row, verdict=verdict, note=f"the same picture as {stays.file}")


def _origin(row: Record) -> str:
    """The split that a picture comes from: what is held back for validation comes from training."""
    folder = row.file.partition("/")[0]
    return split_of(folder if folder in EVERY_SIDE else row.side)


def without_halves(rows: Sequence[Record], paired: Collection[Split]) -> list[Record]:
    """Mark as left out, with an image that is, its mask, that of trainAB and, in `paired` splits, the other side's."""
    kept = {(row.side, row.id) for row in rows if row.kept}
    needs: dict[str, list[str]] = {PAIRED: ["trainA"]}
    for split in SPLITS:
        a, b = sides_of(split)
        needs |= {a: [b], b: [a], masks_of(split): [a, b]} if split in paired else {masks_of(split): [a]}
    return [
        replace(row, verdict="unpaired", note=f"its image of {missing[0]} is left out")
        if row.kept and (missing := [side for side in needs.get(row.side, []) if (side, row.id) not in kept])
        else row
        for row in rows
    ]
