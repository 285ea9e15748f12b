from pathlib import Path

from crossnet.data.preparation.checks import PreparationError, RefusedError
from crossnet.data.preparation.report import account, report
from crossnet.data.search.attribution import attribution
from crossnet.data.search.manifest import MANIFEST, REFUSED, read_refused
from crossnet.data.whole_folder import whole_folder
from crossnet.escaping import code_span
from crossnet.files import write_atomically
from crossnet.params import Params, tasks
from crossnet.params.user_files import refuse_unknown
from stages._command import command
from stages.recipes import lay_out

OWN_IMAGES = (tasks.FolderTask, tasks.FoldersTask)
AGAIN = "; files that you mend are copied anew by: dvc repro --force --single-item fetch"
OWN = "# Attribution\n\nThe images of {} were not found by searching; docs/tasks.md says where they come from.\n"


def prepare(params: Params) -> None:
    """Lay out data/prepared/<task> for training, and report what was kept and refused, and who made it."""
    raw, prepared = Path("data/fetched") / params.task, Path("data/prepared") / params.task
    reports = Path("reports/data")
    refuse_unknown("data/prepared")
    try:
        with whole_folder(prepared) as folder:
            ledger = lay_out(params, raw, folder)
    except RefusedError as error:
        told = f"{error}; all that was left out, and why: {account(error.ledger, reports)}"
        raise PreparationError(told + AGAIN * isinstance(params.task_options, OWN_IMAGES)) from error
    manifest = raw / MANIFEST
    found = manifest.is_file() and (raw / REFUSED).is_file()
    report(ledger, prepared, reports, read_refused(raw / REFUSED) if found else ())
    own = attribution(manifest) if found else OWN.format(code_span(params.task))
    write_atomically(Path("reports/attribution.md"), own)


if __name__ == "__main__":
    command(prepare)
