from pathlib import Path

from crossnet.data.atomic_directory import atomic_directory
from crossnet.data.base import Run
from crossnet.data.preparation.checks import PreparationError, RefusedError
from crossnet.data.preparation.report import report, write_tables
from crossnet.files import write_atomically
from crossnet.params import Params
from crossnet.params.user_files import refuse_unknown
from stages._command import command


def prepare(params: Params) -> None:
    """Fill data/prepared/<task> with the images of the task; report which were kept or refused, and who made them."""
    dataset, run = params.task_options, Run(params.task, params.images)
    raw, prepared = Path("data/fetched") / params.task, Path("data/prepared") / params.task
    reports = Path("reports/data")
    refuse_unknown("data/prepared")
    try:
        with atomic_directory(prepared) as folder:
            records = dataset.prepare(raw, folder, run)
    except RefusedError as error:
        refused = write_tables(error.records, reports)
        raise PreparationError(f"{error}; all that was left out, and why: {refused}{dataset.remedy}") from error
    report(records, prepared, reports, dataset.not_fetched(raw))
    write_atomically(Path("reports/attribution.md"), dataset.attribution(raw, run))


if __name__ == "__main__":
    command(prepare)
