"""`crossnet compare`: the experiments of a task side by side, as tables and figures."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from crossnet.commands.chosen import Choices, Out, Revisions, Scale, Task, chosen, margins, writing
from crossnet.commands.stop import stop
from crossnet.terminal import say

NAMED = "ablation, side_by_side, latent, foregrounds, roc"


def compare(
    task: Task = None,
    scale: Scale = None,
    rev: Revisions = None,
    out: Out = None,
    choices: Choices = False,
    figure: Annotated[str | None, typer.Option(help=f"Make this figure alone: {NAMED}.")] = None,
) -> None:
    """Put DVC's experiments into rows that differ in more than the seed, and write tables and the paper's figures.

    table.csv, table.md, table.json: mean ± standard deviation over seeds, floors and ceilings, each row against
    CrossNet by Welch's test and the test of equivalence, and the commit and hashes of each run. figures/: Fig. 3,
    Fig. 5, Fig. 6 to 8, Fig. 9, Fig. 10 and the effective rank of the codes over training, as PNG, light and dark, each
    with its data as CSV. What is missing is reported in a line.
    """
    from crossnet.experiments.evidence import evidence
    from crossnet.experiments.gathered import FigureError, Gathered
    from crossnet.experiments.pictures import FIGURES, draw
    from crossnet.experiments.table import against_crossnet, measured, write

    if figure is not None and figure not in FIGURES:
        raise stop(f"--figure {figure}: is none of {', '.join(FIGURES)}")
    found, folder = chosen(task, scale, rev, out, choices)
    if figure is None:
        with writing(folder):
            tests = against_crossnet(found.rows, margins(Path.cwd()))
            write(folder, found.task, found.scale, found.rows, tests, found.notes)
        for line in measured(found.task, found.scale, found.rows):
            say(line, result=True)
    notes = [*found.notes]
    same = evidence(found.task, found.rows).rows
    with TemporaryDirectory() as scratch, writing(folder):
        material = Gathered(Path.cwd(), found.task, same, Path(scratch), folder / "figures", notes, figure is not None)
        for name in [figure] if figure else FIGURES:
            try:
                for path in draw(name, material):
                    say(f"{FIGURES[name][0]}: {path}", result=True)
            except FigureError as error:
                if figure:
                    raise stop(str(error), 1) from None
                notes.append(f"not drawn: {error}")
    for line in notes:
        say(line)
