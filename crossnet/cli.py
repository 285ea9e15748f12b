"""The command `crossnet`; each of its subcommands is a module of `crossnet.commands`."""

import typer

from crossnet.commands.ablation import ablation
from crossnet.commands.checkpoints import checkpoints
from crossnet.commands.claims import claims
from crossnet.commands.compare import compare
from crossnet.commands.plan import plan
from crossnet.commands.translate import translate

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="CrossNet: latent cross-consistency for unpaired image translation, reproduced.",
)
for command in (translate, plan, ablation, compare, claims, checkpoints):
    app.command()(command)
