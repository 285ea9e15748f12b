"""`crossnet compare`: the experiments of a task side by side, as tables and figures."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from crossnet.cli.options import Choices, Out, Overwrite, Revisions, Scale, Task, experiments, fail, margins, writing
from crossnet.terminal import echo

NAMED = "ablation, side_by_side, latent, foregrounds, roc"


def compare(
    task: Task = None,
    scale: Scale = None,
    rev: Revisions = None,
    out: Out = None,
    overwrite: Overwrite = False,
    choices: Choices = False,
    figure: Annotated[str | None, typer.Option(help=f"Make this figure alone: {NAMED}.")] = None,
) -> None:
    """Put DVC's experiments into rows that differ in more than the seed, and write tables and the paper's figures.

    table.csv, table.md, table.json: mean ± standard deviation over seeds, floors and ceilings, each row against
    CrossNet by Welch's test and the test of equivalence, and the commit and hashes of each run. figures/: Fig. 3,
    Fig. 5, Fig. 6 to 8, Fig. 9, Fig. 10 and the effective rank of the codes over training, as PNG, light and dark, each
    with its data as CSV. What is missing is reported in a line.
    """
    from crossnet.analysis.figure_data import FigureData, FigureError
    from crossnet.analysis.figures import FIGURES, draw
    from crossnet.analysis.made_from import FIGURES as FOLDER
    from crossnet.analysis.made_from import made_from, record
    from crossnet.analysis.table import against_crossnet, measured, write

    if figure is not None and figure not in FIGURES:
        raise fail(f"--figure {figure}: is none of {', '.join(FIGURES)}")
    found, folder = experiments(task, scale, rev, out, overwrite, choices)
    if figure is None:
        with writing(folder):
            tests = against_crossnet(found.rows, margins(Path.cwd()))
            write(folder, found.task, found.scale, found.rows, tests, found.notes)
        for line in measured(found.task, found.scale, found.rows):
            echo(line, result=True)
    notes = [*found.notes]
    with TemporaryDirectory() as scratch, writing(folder):
        places = (Path(scratch), folder / FOLDER)
        data = FigureData(Path.cwd(), found.task, found.comparable, *places, notes, figure is not None)
        drawn: list[Path] = []
        for name in [figure] if figure else FIGURES:
            try:
                drawn += (paths := draw(name, data))
                for path in paths:
                    echo(f"{FIGURES[name][0]}: {path}", result=True)
            except FigureError as error:
                if figure:
                    raise fail(str(error), 1) from None
                notes.append(f"not drawn: {error}")
        if drawn:
            record(folder, made_from(found.task, found.scale, found.rows))
    for line in notes:
        echo(line)
