"""How every stage runs: a typer command, its parameters read strictly, a fault of the user's told in one line."""

import re
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from crossnet.escaping import one_line
from crossnet.files import error_message
from crossnet.interrupt import raise_again
from crossnet.params import Params, load_params
from crossnet.params.user_files import refuse_user_files
from crossnet.terminal import echo

# how gloo, NCCL and torch's store tell a process that it has lost another one of its run
LOST = re.compile(r"/gloo/.*(closed by peer|reset by peer|Broken pipe)|remote process exited|remote server shutdown")


def command(stage: Callable[[Params], None]) -> None:
    """Run a stage as the command of its module; one line and its exit status, or 1, for what a user can mend."""

    def main(
        params: Annotated[Path, typer.Option(help="The parameters of the run.")] = Path("params.yaml"),
        debug: Annotated[bool, typer.Option(help="Show where an error came from.")] = False,
    ) -> None:
        raise_again()
        try:
            loaded = load_params(params)
            refuse_user_files(loaded)
            stage(loaded)
        except KeyboardInterrupt:
            echo("error: SIGINT: interrupted; the same command begins the stage again")
            raise typer.Exit(128 + signal.SIGINT) from None
        except (OSError, ValueError, RuntimeError) as error:
            if debug:
                for line in traceback.format_exc().splitlines():
                    echo(line)
            line = one_line(error_message(error) if isinstance(error, OSError) else error)
            if isinstance(error, RuntimeError) and LOST.search(line):
                line = "another process of this run ended; see its message"
            echo(f"error: {line}")
            raise typer.Exit(getattr(error, "exit_status", 1)) from None

    main.__doc__ = stage.__doc__
    typer.run(main)
