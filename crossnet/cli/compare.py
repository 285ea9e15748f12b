"""`crossnet compare`: the experiments of a task side by side, as tables and figures."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from crossnet.cli.options import (
    Choices,
    Out,
    Overwrite,
    Revisions,
    Scale,
    Task,
    fail,
    load_experiments,
    margins,
    writing,
)
from crossnet.terminal import echo

NAMES = "ablation, side_by_side, latent, foregrounds, roc, code_rank"


def compare(
    task: Task = None,
    scale: Scale = None,
    rev: Revisions = None,
    out: Out = None,
    overwrite: Overwrite = False,
    choices: Choices = False,
    figure: Annotated[str | None, typer.Option(help=f"Draw this figure alone: {NAMES}.")] = None,
) -> None:
    """Group DVC's experiments by what differs besides the seed, and write tables and the paper's figures.

    table.csv, table.md, table.json: mean ± standard deviation over seeds, floors and ceilings, each variant against
    CrossNet by Welch's test and the test of equivalence, and the commit and hashes of each run. figures/: Fig. 3,
    Fig. 5, Fig. 6 to 8, Fig. 9, Fig. 10 and the effective rank of the codes over training, as PNG, light and dark, each
    with its data as CSV. What is missing is reported in a line.
    """
    from crossnet.analysis.figures import FIGURES, FigureData, FigureError, draw
    from crossnet.analysis.tables import against_crossnet, means_table, record_figures, write_tables

    if figure is not None and figure not in FIGURES:
        raise fail(f"--figure {figure}: is none of {', '.join(FIGURES)}")
    found, place = load_experiments(task, scale, rev, out, overwrite, choices)
    if figure is None:
        with writing(place):
            write_tables(place, found, against_crossnet(found.comparable, margins(Path.cwd())))
        for line in means_table(found):
            echo(line, result=True)
    notes = [*found.notes]
    with TemporaryDirectory() as scratch, writing(place):
        data = FigureData(Path.cwd(), found.task, found.comparable, Path(scratch), place, notes, figure is not None)
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
            record_figures(place, found)
    for line in notes:
        echo(line)
