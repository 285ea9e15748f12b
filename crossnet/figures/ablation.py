"""Fig. 5: what each latent loss adds, column by column, with the distance under each."""

from collections.abc import Sequence
from pathlib import Path

from crossnet.figures import sheet
from crossnet.figures.columns import ARROWS, Column, Subjects, Way, subtitle
from crossnet.figures.palette import LIGHT, Theme


def draw(
    tested: Subjects, columns: Sequence[Column], out: Path, *, way: Way, examples: int = 7, theme: Theme = LIGHT
) -> list[str]:
    """Write the figure of one direction: input, a column for each run, the truth where there is one.

    Returns the names of the images that it shows. Raises ValueError where there is none.
    """
    images = tested.images(way, columns, examples)
    heads = ["input", *(column.name for column in columns)]
    under = ["", *(column.under for column in columns)]
    rows = [
        [tested.input(way, image), *(tested.translation(column, way, image) for column in columns)] for image in images
    ]
    if tested.paired:
        heads.append("truth" if way == "to_b" else "one of many truths")
        under.append("")
        for row, image in zip(rows, images, strict=True):
            row.append(tested.truth(way, image))
    panel = sheet.Panel(tuple(heads), rows, ARROWS[way], subtitle(columns, tested.title(way)), under=under)
    sheet.draw([panel], out, theme)
    return images
