"""What all recipes have in common: their work on every file, then what has to hold, then the description."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from crossnet.datasets.layout import Ledger, Row, write_description, write_names
from crossnet.datasets.preparation.checks import Leaks, check_share, check_sides, without_repeats
from crossnet.datasets.preparation.engine import each
from crossnet.datasets.preparation.target import Target

Job = TypeVar("Job")


@dataclass(frozen=True)
class Dataset:
    """What is prepared: `domains` says in words what "a" and "b" are; `paired` as in `write_description`."""

    task: str
    domains: Mapping[str, str]
    paired: bool
    masks: bool


def carry_out(
    work: Callable[[Job], list[Row]],
    jobs: Sequence[Job],
    target: Target,
    dataset: Dataset,
    refuse_above: float,
    leaks: Leaks,
    workers: int | None,
) -> Ledger:
    """Do the work of a recipe on every file, which writes its images; take away again what must not stay.

    Raises PreparationError as the checks do. dataset.json is written last: a folder that has one is whole.
    """
    target.begin(dataset.masks)
    rows = [row for done in each(work, jobs, f"preparing {dataset.task}", workers) for row in done]
    check_share(rows, refuse_above)
    ledger = Ledger(without_repeats(rows, leaks, dataset.paired))
    check_sides(ledger)
    for row in ledger.rows:
        if not row.kept:
            (target.folder / row.side / f"{row.id}.png").unlink(missing_ok=True)
    write_names(target.folder, ledger)
    write_description(
        target.folder, ledger, dataset.task, dataset.domains, dataset.paired, target.load_size, target.size
    )
    return ledger
