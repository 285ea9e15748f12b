"""How every stage runs: a typer command, its parameters read strictly, a fault of the user's told in one line."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from crossnet.params import Params, load_params

# how gloo, NCCL and torch's store tell a process that it has lost another one of its run
LOST = re.compile(r"/gloo/.*(closed by peer|reset by peer|Broken pipe)|remote process exited|remote server shutdown")


def command(stage: Callable[[Params], None]) -> None:
    """Run a stage as the command of its module; one line and its exit status, or 1, for what a user can mend."""

    def main(
        params: Annotated[Path, typer.Option(help="The parameters of the run.")] = Path("params.yaml"),
        debug: Annotated[bool, typer.Option(help="Show where an error came from.")] = False,
    ) -> None:
        try:
            stage(load_params(params))
        except (OSError, ValueError, RuntimeError) as error:
            if debug:
                raise
            line = " ".join(str(error).split())
            if isinstance(error, RuntimeError) and LOST.search(line):
                line = "another process of this run ended; see its message"
            typer.echo(f"error: {line}", err=True)
            raise typer.Exit(getattr(error, "exit_status", 1)) from None

    main.__doc__ = stage.__doc__
    typer.run(main)
