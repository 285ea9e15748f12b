"""Which experiments `crossnet compare`, `claims` and `ablation` are about: their options, and what these name."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated

import typer

from crossnet.cli.output import refuse_own
from crossnet.cli.stop import stop
from crossnet.files import naming, told

if TYPE_CHECKING:
    from crossnet.analysis.rows import Experiments

Task = Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")]
Scale = Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")]
Revisions = Annotated[
    list[str] | None,
    typer.Option(help="An experiment, branch or commit; may be repeated. All experiments and HEAD if none is named."),
]
Choices = Annotated[
    bool,
    typer.Option("--choices", help="Runs for choices (seeds from 100 on, or split=valid) in place of results."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace results of more runs, of another scale, or of unknown origin.")
]
Out = Annotated[Path | None, typer.Option(help="Where to write; reports/experiments/<task> if not named.")]


def picked(root: Path, task: str | None, scale: str | None) -> tuple[str, str]:
    """The task and scale that are asked for, those of params.yaml where none are; stops where it has no such block."""
    from crossnet.analysis.revisions import RunsError, read_params
    from crossnet.params.block import plain_name

    try:
        params = read_params(root, None)
    except RunsError as error:
        raise stop(str(error)) from None
    task, scale = task or str(params.get("task")), scale or str(params.get("scale"))
    for kind, name in (("tasks", task), ("scales", scale)):
        blocks = params.get(kind)
        if not isinstance(blocks, dict):
            raise stop(f"params.yaml: {kind}: wanted blocks by their names, found {type(blocks).__name__}")
        if name not in blocks:
            raise stop(f"params.yaml: {kind}: {name!r} is none of {', '.join(blocks)}")
        try:
            plain_name(name)
        except ValueError as error:
            raise stop(f"params.yaml: {kind}: {error}") from None
    return task, scale


def margins(root: Path) -> dict[str, float]:
    """The margins of params.yaml, as it lies; stops where they are missing or wrong."""
    from crossnet.analysis.revisions import RunsError, read_params
    from crossnet.params import ParamsError, load_margins

    try:
        return load_margins(read_params(root, None))
    except (RunsError, ParamsError) as error:
        raise stop(str(error)) from None


def chosen(
    task: str | None,
    scale: str | None,
    rev: Sequence[str] | None,
    out: Path | None,
    overwrite: bool,
    choices: bool = False,
) -> "tuple[Experiments, Path]":
    """The experiments that were asked for, and the folder for what is made of them.

    Stops where there are none, and, unless told to overwrite, where the folder has results that fewer runs would
    replace.
    """
    from crossnet.analysis.made_from import OverwriteError, made_from, refuse_loss
    from crossnet.analysis.revisions import RunsError
    from crossnet.analysis.rows import read
    from crossnet.analysis.settings import SettingsError

    root = Path.cwd()
    if out:
        refuse_own(out)
    task, scale = picked(root, task, scale)
    folder = out or Path("reports/experiments") / task
    try:
        found = read(root, task, scale, rev or [], choices)
    except (RunsError, SettingsError) as error:
        raise stop(str(error)) from None
    with writing(folder):
        try:
            if not overwrite:
                refuse_loss(folder, made_from(task, scale, found.rows))
        except OverwriteError as error:
            raise stop(f"{error}; --overwrite replaces it, --out names another folder") from None
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    return found, folder


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Stop where the folder, or something in it, cannot be written."""
    try:
        with naming(folder):
            yield
    except OSError as error:
        place, around = Path(error.filename or folder).absolute(), folder.absolute()
        if not (place.is_relative_to(around) or around.is_relative_to(place)):
            raise
        raise stop(f"{told(error)}; --out names a folder that can be written to") from None
