import os
from pathlib import Path

from crossnet.analysis.repository import queue_fault
from crossnet.files import write_atomically
from crossnet.params import Params
from crossnet.params.user_files import MADE_BY, UserFilesError, refuse_unknown
from crossnet.source_code import digest
from crossnet.terminal import echo
from stages._command import command

OTHERS = {  # by a stage, the methods of a data set that it does not call
    "fetch": ("prepare", "not_fetched", "attribution", "rendered"),
    "prepare": ("fetch", "rendered"),
}


def check(params: Params) -> None:
    """Refuse what is wrong in params.yaml, or would be lost, before DVC removes anything.

    data/checked gets a digest of the code that fetches the task's data set, and of the code that prepares it: these
    stages depend on the digests, so that they run again when their own code changes, and not when another's does.
    """
    for place in MADE_BY:
        refuse_unknown(place)
    home = Path(os.environ.get("DVC_ROOT", "."))
    if why := queue_fault(home):
        if home.resolve() != Path.cwd().resolve():  # a copy by --temp or the queue: what it makes would be lost
            raise UserFilesError(why)
        echo(f"warning: {why}")
    checked = Path("data/checked")
    if checked.is_file():  # of an earlier version
        checked.unlink()
    checked.mkdir(parents=True, exist_ok=True)
    for stage, code in code_digests(params.task_options.source).items():
        write_atomically(checked / stage, f"{code}\n")


def code_digests(source: str, root: Path = Path(__file__).parents[1]) -> dict[str, str]:
    """Hash what a data set's code reaches when a stage runs it, by stage. `root` holds the packages."""
    return {stage: digest(root, f"crossnet/data/{source}.py", without=others) for stage, others in OTHERS.items()}


if __name__ == "__main__":
    command(check)
