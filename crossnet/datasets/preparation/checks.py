"""What has to hold of a dataset: sides that are there, no picture twice, nearly everything readable."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from crossnet.datasets.layout import MASKS, SIDES, Ledger, Row, Verdict
from crossnet.images import list_files
from crossnet.text import printable

Leaks = Literal["stop", "drop"]  # of the same picture in training and in the test: stop, or leave it out of training


class PreparationError(ValueError):
    """Images that cannot be trained on; the message is one line, in which what does not print is escaped."""

    def __init__(self, message: str):
        super().__init__(printable(message))


class RefusedError(PreparationError):
    """The same, found when every file had been looked at: `ledger` tells what became of each."""

    def __init__(self, message: str, ledger: Ledger):
        super().__init__(message)
        self.ledger = ledger


def files_of(folder: Path, layout: str) -> list[Path]:
    """The files of a folder that has to have some. Raises PreparationError with the layout that was expected."""
    if not folder.is_dir():
        raise PreparationError(f"{folder}: no such folder; expected {layout}")
    files = list_files(folder)
    if not files:
        raise PreparationError(f"{folder}: no files; expected {layout}")
    return files


def check(ledger: Ledger, refuse_above: float, leaks: Leaks) -> None:
    """Raise RefusedError for a mask that does not fit its image, a share of files that cannot be read or used above
    `refuse_above`, a picture of both training and test where `leaks` is "stop", and a side with nothing left."""
    masks = [row.note for row in ledger.rows if row.side == MASKS and row.verdict == "unsuitable"]
    if masks:
        raise RefusedError(f"{masks[0]}{_more(masks, 'mask')}", ledger)
    total = len({row.file for row in ledger.rows if row.side != MASKS})
    refused = {row.file: row.note for row in ledger.rows if row.verdict in ("unreadable", "unsuitable")}
    if refused and len(refused) > refuse_above * total:
        first, reason = next(iter(refused.items()))
        raise RefusedError(
            f"{len(refused)} of {total} files cannot be read or used, above the share refuse_above {refuse_above}; "
            f"the first: {first}: {reason}",
            ledger,
        )
    leaked = [f"{row.file}: {row.note}" for row in ledger.rows if row.verdict == "leaked"]
    if leaked and leaks == "stop":
        raise RefusedError(
            f"{leaked[0]}, which is of the test; remove one of them, or set leaks to drop, which leaves it out of "
            f"training{_more(leaked, 'picture')}",
            ledger,
        )
    kept = ledger.kept
    for side in SIDES:
        if not kept.get(side):
            lost = [row for row in ledger.rows if row.side == side and not row.kept]
            why = f"; the first of {len(lost)}: {lost[0].file}: {lost[0].note}" if lost else ""
            raise RefusedError(f"{side}: no image of it is left{why}", ledger)


def _more(found: Sequence[str], what: str) -> str:
    rest = len(found) - 1
    return f"; and {rest} more {what}{'s' * (rest > 1)}" if rest else ""


def without_repeats(rows: Sequence[Row], paired: bool) -> list[Row]:
    """The rows, with those of pictures that are there twice marked as left out: pixel by pixel the same, other file.

    The first is kept, or that of the test: what is of training as well is marked as leaked. With a test image go its
    mask and, if `paired`, the other of its pair; the two of a pair may be the same.
    """
    alike: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.kept and row.side != MASKS:
            alike[row.digest].append(row)
    lost: dict[tuple[str, str], Row] = {}
    for group in alike.values():
        if len({row.file for row in group}) > 1:
            lost |= _repeats(group, paired)
    return without_halves([_marked(row, lost) for row in rows], paired)


def _repeats(group: Sequence[Row], paired: bool) -> dict[tuple[str, str], Row]:
    """Of rows that show the same, those that go, by side and id, each with the one that stays."""
    stays = next((row for row in group if row.side.startswith("test")), group[0])
    return {
        (row.side, row.id): stays
        for row in group
        if row.file != stays.file and not (paired and row.id == stays.id and row.side.startswith("test"))
    }


def _marked(row: Row, lost: dict[tuple[str, str], Row]) -> Row:
    stays = lost.get((row.side, row.id))
    if stays is None:
        return row
    leaked = row.side.startswith("train") and stays.side.startswith("test")
    verdict: Verdict = "leaked" if leaked else "repeated"
    return replace(row, verdict=verdict, note=f"the same picture as {stays.file}")


def without_halves(rows: Sequence[Row], paired: bool) -> list[Row]:
    """The rows, where with a test image that is left out its mask goes and, if `paired`, the other of its pair."""
    kept = {(row.side, row.id) for row in rows if row.kept}
    needs = {MASKS: ["testA"]} | ({"testA": ["testB"], "testB": ["testA"], MASKS: ["testA", "testB"]} if paired else {})
    return [
        replace(row, verdict="unpaired", note=f"its image of {missing[0]} is left out")
        if row.kept and (missing := [side for side in needs.get(row.side, []) if (side, row.id) not in kept])
        else row
        for row in rows
    ]
