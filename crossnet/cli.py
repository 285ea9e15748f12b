"""The command `crossnet`; each of its subcommands is a module of `crossnet.commands`."""

from typing import Any

import typer
from typer.core import TyperGroup

from crossnet.commands.ablation import ablation
from crossnet.commands.checkpoints import checkpoints
from crossnet.commands.claims import claims
from crossnet.commands.compare import compare
from crossnet.commands.export import export
from crossnet.commands.plan import plan
from crossnet.commands.stop import stop
from crossnet.commands.translate import translate
from crossnet.files import told
from crossnet.text import printable


class _Commands(TyperGroup):
    """The subcommands. A refused word of the command line, which may be a file's name, is shown printable.

    A fault of a disk that no command told is one line with the file and the remedy.
    """

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            error.message = printable(error.message)
            raise
        except OSError as error:
            raise stop(told(error), 1) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="CrossNet: latent cross-consistency for unpaired image translation, reproduced.",
)
for command in (translate, export, plan, ablation, compare, claims, checkpoints):
    app.command()(command)
