"""Which experiments `crossnet compare` and `crossnet claims` are about: their options, and what these name."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crossnet.commands.stop import stop

if TYPE_CHECKING:
    from crossnet.experiments.read import Experiments

Task = Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")]
Scale = Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")]
Revisions = Annotated[
    list[str] | None,
    typer.Option(help="An experiment, branch or commit; may be repeated. All experiments and HEAD if none is named."),
]
Out = Annotated[Path | None, typer.Option(help="Where to write; reports/experiments/<task> if not named.")]


def chosen(
    task: str | None, scale: str | None, rev: Sequence[str] | None, out: Path | None
) -> "tuple[Experiments, Path]":
    """The experiments that were asked for, and the folder for what is made of them; stops where there are none."""
    from crossnet.experiments.read import read
    from crossnet.experiments.revisions import RunsError
    from crossnet.experiments.settings import SettingsError

    try:
        found = read(Path.cwd(), task, scale, rev or [])
    except (RunsError, SettingsError) as error:
        raise stop(str(error)) from None
    return found, out or Path("reports/experiments") / found.task
