"""The command `crossnet`; each of its subcommands is a module of `crossnet.cli`."""

from crossnet.interrupt import raise_again  # first: what follows takes a while

# isort: split

import signal
import sqlite3
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from crossnet.cli.ablation import ablation
from crossnet.cli.checkpoints import checkpoints
from crossnet.cli.claims import claims
from crossnet.cli.compare import compare
from crossnet.cli.cutout import cutout
from crossnet.cli.demo import demo
from crossnet.cli.export import export
from crossnet.cli.options import fail
from crossnet.cli.plan import plan
from crossnet.cli.report import report
from crossnet.cli.translate import translate
from crossnet.escaping import printable
from crossnet.files import error_message


class _Commands(TyperGroup):
    """The subcommands. Ctrl-C and errors that no subcommand handles end in one printable line."""

    def invoke(self, ctx: Any) -> Any:
        raise_again()
        try:
            Path.cwd()  # torch cannot be imported in a folder that was deleted
        except FileNotFoundError:
            raise fail("the current folder was deleted; change to another one") from None
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            error.message = printable(error.message)
            raise
        except OSError as error:
            raise fail(error_message(error), 1) from None
        except sqlite3.Error as error:  # of the databases that DVC keeps
            raise fail(
                f"DVC cannot use its databases of this repository: {error}; make room on their disk", 1
            ) from None
        except KeyboardInterrupt:
            raise fail("SIGINT: interrupted", 128 + signal.SIGINT) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="CrossNet: latent cross-consistency for unpaired image translation, reproduced.",
)
for command in (translate, cutout, demo, export, plan, ablation, compare, claims, report, checkpoints):
    app.command()(command)
