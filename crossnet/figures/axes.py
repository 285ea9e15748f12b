"""What the plots share: a figure of a size in pixels, and quiet axes."""

import io
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crossnet.figures.palette import DPI, FONT, Theme, points
from crossnet.files import write_atomically

TEXT = 23


def canvas(width: float, height: float, theme: Theme) -> Figure:
    """An empty figure of that many pixels, laid out by matplotlib."""
    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=theme.ground, layout="constrained")


def save(figure: Figure, out: Path, **options: Any) -> None:
    """Write a figure in the format of its file's name, whole or not at all; options are matplotlib's."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format=out.suffix[1:], **options)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, drawn.getvalue())


def quiet(axes: Axes, theme: Theme, size: float = TEXT) -> None:
    """Two spines, a faint grid, and the theme's inks; size is that of the tick labels, in pixels."""
    axes.set_facecolor(theme.ground)
    axes.grid(True, color=theme.line, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(theme.muted)
    axes.tick_params(colors=theme.muted, labelsize=points(size), labelfontfamily=FONT)
