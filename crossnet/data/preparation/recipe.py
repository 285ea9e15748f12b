"""What all recipes have in common: their work on every file, then what has to hold, then the description."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from crossnet.data.layout import (
    BOTH_WAYS,
    MASKS,
    PAIRED,
    SIDES,
    VALID_MASKS,
    VALID_SIDES,
    Known,
    Record,
    Records,
    Split,
    write_description,
    write_names,
)
from crossnet.data.preparation.checks import Overlap, check, without_repeats
from crossnet.data.preparation.parallel import each
from crossnet.data.preparation.target import Target

Job = TypeVar("Job")


@dataclass(frozen=True)
class Description:
    """What is prepared, and what is put up with.

    `domains` says in words what "a" and "b" are; `max_unreadable` is the share of files that may be of no use,
    `overlap` what becomes of a picture of both training and test.
    """

    task: str
    domains: Mapping[str, str]
    max_unreadable: float
    overlap: Overlap


@dataclass(frozen=True)
class Photo:
    """One file to prepare; `mask` is None where it has none; `folder` where it lies below the raw one.

    Without `folder` that is the name of the folder that it is in.
    """

    path: Path
    id: str
    side: str
    mask: Path | None
    folder: str = ""

    @property
    def file(self) -> str:
        return f"{self.folder or self.path.parent.name}/{self.path.name}"


def with_truth(valid: bool) -> tuple[tuple[str, ...], list[Split]]:
    """The folders, and the paired splits, of a data set whose held-out images have a truth and a mask."""
    folders = (*SIDES, PAIRED, MASKS, *((*VALID_SIDES, VALID_MASKS) if valid else ()))
    return folders, ["test", "valid"] if valid else ["test"]


def carry_out(
    work: Callable[[Job], list[Record]],
    jobs: Sequence[Job],
    target: Target,
    dataset: Description,
    folders: Sequence[str],
    paired: Collection[Split],
    workers: int | None,
    truth: Mapping[str, Known] = BOTH_WAYS,
) -> Records:
    """Do the work of a recipe on every file, which writes its images; take away again what must not stay.

    folders: the sides and masks that the work writes. paired, truth: as in `write_description`. Raises RefusedError as
    `check` does. dataset.json is written last: a folder that has one is whole.
    """
    target.begin(folders)
    rows = [row for done in each(work, jobs, f"preparing {dataset.task}", workers) for row in done]
    records = Records(without_repeats(rows, paired))
    check(records, dataset.max_unreadable, dataset.overlap)
    for row in records.rows:
        if not row.kept:
            (target.folder / row.side / f"{row.id}.png").unlink(missing_ok=True)
    write_names(target.folder, records)
    write_description(
        target.folder, records, dataset.task, dataset.domains, paired, target.load_size, target.size, truth
    )
    return records
