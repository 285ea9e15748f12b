"""The look of every figure and of the report: colours, fonts and axes, on a light and on a dark ground.

The hues are safe for colour-blind readers (Okabe and Ito, 2008).
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crossnet.files import write_atomically

FONT = "DejaVu Sans"  # ships with matplotlib: the same figure on every machine
DPI = 100
TEXT = 23  # size of tick labels, in pixels
DASHES = ("-", (0, (6, 2)), (0, (1, 1.5)), "-.", (0, (9, 3, 1, 3)))  # line styles, in the order of Theme.hues


@dataclass(frozen=True)
class Theme:
    """The colours of one look: backgrounds, text by weight, edges, and the hues of curves in the order of use."""

    ground: str
    ink: str
    muted: str
    line: str
    wash: str
    edge: str  # of controls: contrast 3:1 against the ground
    hues: tuple[str, ...]


LIGHT = Theme(
    ground="#ffffff",
    ink="#1b1f24",
    muted="#59626d",
    line="#d5d9de",
    wash="#f5f6f8",
    edge="#868e98",
    hues=("#0072b2", "#d55e00", "#00805f", "#a3497f", "#8a6100"),
)
DARK = Theme(
    ground="#171a1f",
    ink="#e9ebee",
    muted="#a3abb6",
    line="#3a4049",
    wash="#1f242b",
    edge="#707985",
    hues=("#56b4e9", "#f08a3c", "#2bc49a", "#e29bc6", "#e6b422"),
)


def points(pixels: float) -> float:
    """Convert a length in pixels of a figure to points, matplotlib's unit."""
    return pixels * 72 / DPI


def new_figure(width: float, height: float, theme: Theme) -> Figure:
    """Return an empty figure of a size in pixels, with matplotlib's constrained layout."""
    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=theme.ground, layout="constrained")


def save(figure: Figure, out: Path, **options: Any) -> None:
    """Write a figure atomically, in the format of the file's extension; options are those of `savefig`."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format=out.suffix[1:], **options)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, drawn.getvalue())


def style_axes(axes: Axes, theme: Theme, size: float = TEXT) -> None:
    """Give axes two spines, a faint grid and the colours of the theme; size is that of tick labels, in pixels."""
    axes.set_facecolor(theme.ground)
    axes.grid(True, color=theme.line, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(theme.muted)
    axes.tick_params(colors=theme.muted, labelsize=points(size), labelfontfamily=FONT)


def draw_both_themes(draw: Callable[[Path, Theme], None], folder: Path, name: str) -> tuple[Path, Path]:
    """Draw a figure twice: <folder>/<name>.png on a light ground, <folder>/dark/<name>.png on a dark one."""
    light, dark = folder / f"{name}.png", folder / "dark" / f"{name}.png"
    draw(light, LIGHT)
    draw(dark, DARK)
    return light, dark
