"""Options that several commands share, what they select, and the one-line error for a wrong one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated

import typer

from crossnet.escaping import one_line
from crossnet.files import error_message, errors_at
from crossnet.params.user_files import KEPT, of_pipeline
from crossnet.terminal import echo

if TYPE_CHECKING:
    from crossnet.analysis.load import Experiments


def fail(message: str, status: int = 2) -> typer.Exit:
    """Print the reason in one line on standard error, and return the exception to raise."""
    echo(f"error: {one_line(message)}")
    return typer.Exit(status)


def folder(text: str) -> Path:
    """Parse the name of a folder to write to; fail on an empty one, which would be the current folder."""
    if not text.strip():
        raise fail("--out '': is empty; name a folder, or . for the current one")
    return Path(text)


def refuse_pipeline_folder(out: Path) -> None:
    """Fail where a folder lies in one of the pipeline, whose files the next run deletes."""
    if own := of_pipeline(out):
        raise fail(
            f"{out}: is or lies in {own}, which belongs to the pipeline and may be replaced by it; name a folder "
            f"of your own, or one in {KEPT}"
        )


Task = Annotated[str | None, typer.Option(help="Default: that of params.yaml.")]
Scale = Annotated[str | None, typer.Option(help="Default: that of params.yaml.")]
Revisions = Annotated[
    list[str] | None,
    typer.Option(help="An experiment, branch or commit; may be repeated. Default: all experiments and HEAD."),
]
Choices = Annotated[
    bool,
    typer.Option("--choices", help="Runs for choices (seeds from 100 on, or split=valid) in place of results."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace results of more runs, of another scale, or of unknown origin.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="The folder to write to. Default: reports/experiments/<task>.", parser=folder, metavar="DIRECTORY"
    ),
]


def task_and_scale(root: Path, task: str | None, scale: str | None) -> tuple[str, str]:
    """The selected task and scale, by default those of params.yaml; fail where it has no such block."""
    from crossnet.analysis.repository import ExperimentError, read_params
    from crossnet.schema import plain_name

    try:
        params = read_params(root, None)
    except ExperimentError as error:
        raise fail(str(error)) from None
    task, scale = task or str(params.get("task")), scale or str(params.get("scale"))
    for kind, name in (("tasks", task), ("scales", scale)):
        blocks = params.get(kind)
        if not isinstance(blocks, dict):
            raise fail(f"params.yaml: {kind}: wanted blocks by their names, found {type(blocks).__name__}")
        if name not in blocks:
            raise fail(f"params.yaml: {kind}: {name!r} is none of {', '.join(blocks)}")
        try:
            plain_name(name)
        except ValueError as error:
            raise fail(f"params.yaml: {kind}: {error}") from None
    return task, scale


def margins(root: Path) -> dict[str, float]:
    """The margins of params.yaml in the working tree; fail where they are missing or wrong."""
    from crossnet.analysis.repository import ExperimentError, read_params
    from crossnet.params import ParamsError, load_margins

    try:
        return load_margins(read_params(root, None))
    except (ExperimentError, ParamsError) as error:
        raise fail(str(error)) from None


def load_experiments(
    task: str | None,
    scale: str | None,
    rev: Sequence[str] | None,
    out: Path | None,
    overwrite: bool,
    choices: bool = False,
) -> "tuple[Experiments, Path]":
    """Load the selected experiments, and create the folder to write their results to.

    Fail where there are no experiments, and, without `overwrite`, where fewer runs would replace the folder's results.
    """
    from crossnet.analysis.load import load
    from crossnet.analysis.repository import ExperimentError
    from crossnet.analysis.tables import OverwriteError, refuse_loss, run_counts
    from crossnet.analysis.variants import SettingsError

    root = Path.cwd()
    if out:
        refuse_pipeline_folder(out)
    task, scale = task_and_scale(root, task, scale)
    place = out or Path("reports/experiments") / task
    try:
        found = load(root, task, scale, rev or [], choices)
    except (ExperimentError, SettingsError) as error:
        raise fail(str(error)) from None
    with writing(place):
        try:
            if not overwrite:
                refuse_loss(place, run_counts(found))
        except OverwriteError as error:
            raise fail(f"{error}; --overwrite replaces it, --out names another folder") from None
        place.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=place).close()
    return found, place


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Fail where a folder, or a file in it, cannot be written."""
    try:
        with errors_at(place):
            yield
    except OSError as error:
        path, around = Path(error.filename or place).absolute(), place.absolute()
        if not (path.is_relative_to(around) or around.is_relative_to(path)):
            raise
        raise fail(f"{error_message(error)}; --out names a folder that can be written to") from None
