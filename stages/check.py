import os
from pathlib import Path

from crossnet.analysis.repository import queue_fault
from crossnet.files import write_atomically
from crossnet.params import Params
from crossnet.params.user_files import MADE_BY, UserFilesError, refuse_unknown
from crossnet.terminal import echo
from stages._command import command


def check(params: Params) -> None:
    """Refuse what is wrong in params.yaml, or would be lost, before DVC removes anything.

    What it writes never changes, so it invalidates nothing.
    """
    for place in MADE_BY:
        refuse_unknown(place)
    home = Path(os.environ.get("DVC_ROOT", "."))
    if why := queue_fault(home):
        if home.resolve() != Path.cwd().resolve():  # a copy by --temp or the queue: what it makes would be lost
            raise UserFilesError(why)
        echo(f"warning: {why}")
    Path("data").mkdir(exist_ok=True)
    write_atomically(Path("data/checked"), "params.yaml is sound\n")


if __name__ == "__main__":
    command(check)
