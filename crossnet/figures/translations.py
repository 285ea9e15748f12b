"""Inputs and translations in both directions, with the truth if there is one (as Fig. 5 to 8, of one run)."""

from collections.abc import Sequence
from pathlib import Path

from crossnet.figures import panels
from crossnet.figures.comparison import FOLDERS, Column, PreparedImages, panel
from crossnet.figures.registry import Figure, RunResults, run_figure
from crossnet.figures.style import LIGHT, Theme


@run_figure("translations", position=10)
def figure(run: RunResults) -> Figure:
    images = run.images
    both = all(images.examples(direction, [run.column], 1) for direction in FOLDERS)
    truth = ""
    if images.paired:
        truth = (
            " The truth next to them shows the same thing in the other domain, for looking and measuring only: "
            "training does not see it."
        )
        ways = [("to_b", "B"), ("to_a", "A")][: 1 + both]
        many = [side for direction, side in ways if images.truth.get(direction) != "image"]
        truth += f" Towards {' and '.join(many)} it is one of many that would be right." if many else ""
    return Figure(
        f"Translations of {run.images_of_split}",
        f"Left, from A ({images.a}) to B ({images.b}); right, from B to A.{truth} {run.selection}"
        if both
        else f"From A ({images.a}) to B ({images.b}), the one direction of this method.{truth} {run.selection}",
        f"{'Two tables' if both else 'A table'} of {run.images_of_split}: each input next to its translation"
        f"{' and the truth' * images.paired}, from {images.a} to {images.b}"
        f"{' on the left and back on the right' * both}.",
        lambda path, theme: draw(images, [run.column], path, theme=theme),
    )


def draw(
    images: PreparedImages, columns: Sequence[Column], out: Path, *, examples: int = 8, theme: Theme = LIGHT
) -> None:
    """Write the figure, a panel a direction; a direction without translations is left out."""
    both = [panel(images, columns, direction, examples) for direction in FOLDERS]
    panels.draw([found for found, names in both if names], out, theme)
