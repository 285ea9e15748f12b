"""Fig. 5: what each latent loss adds, a column a run, with its distance below."""

from collections.abc import Sequence
from pathlib import Path

from crossnet.figures import panels
from crossnet.figures.comparison import Column, Direction, PreparedImages, panel
from crossnet.figures.style import LIGHT, Theme


def draw(
    images: PreparedImages,
    columns: Sequence[Column],
    out: Path,
    *,
    direction: Direction,
    examples: int = 7,
    theme: Theme = LIGHT,
) -> list[str]:
    """Write the figure of one direction and return the names of its images. Raises ValueError if there are none."""
    found, names = panel(images, columns, direction, examples)
    panels.draw([found], out, theme)
    return names
