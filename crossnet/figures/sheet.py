"""Sheets of pictures: panels side by side, each a table of images under a heading. What the image figures share."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from crossnet.figures.axes import save
from crossnet.figures.palette import DPI, FONT, Theme, points

WIDTH = 1440  # of all cells together, in pixels, at most
LARGEST = 288  # cell, in pixels
TALLEST = 2.0  # cell, height over width
GAP, PANEL_GAP, MARGIN = 8, 44, 16
TITLE, TEXT, LEADING = 26, 20, 1.35
ADVANCE = 0.58  # mean width of a letter of FONT, in its size

Picture = NDArray[np.uint8]  # (H, W, 3)
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Panel:
    """A table of pictures of any sizes: rows of at most as many as there are columns, a caption above each or none.

    under: what stands below each column, its lines as they are.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Picture]]
    title: str = ""
    subtitle: str = ""
    captions: Sequence[Sequence[str]] = ()
    under: Sequence[str] = ()


def evenly(things: Sequence[Thing], count: int) -> list[Thing]:
    """At most `count` of some things, evenly spaced from the first to the last: nobody picks."""
    if len(things) <= count:
        return list(things)
    return [things[round(i)] for i in np.linspace(0, len(things) - 1, count)]


def read(path: Path) -> Picture:
    """An image file as (H, W, 3) uint8."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def fit(picture: Picture, width: int, height: int) -> Picture:
    """The picture as large as the box allows: nearest neighbour when it grows, Lanczos when it shrinks."""
    h, w, _ = picture.shape
    scale = min(width / w, height / h)
    if scale == 1:
        return picture
    size = max(1, round(w * scale)), max(1, round(h * scale))
    how = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(picture).resize(size, how))


def cell_size(pictures: Sequence[Picture], columns: int, largest: int = LARGEST) -> tuple[int, int]:
    """Width and height of a cell: a whole multiple of the widest picture where that fits the sheet."""
    widest = max(p.shape[1] for p in pictures)
    room = min(WIDTH // columns, largest)
    width = room // widest * widest or room
    tallest = max(p.shape[0] / p.shape[1] for p in pictures)
    return width, round(width * min(tallest, TALLEST))


def wrap(text: str, width: float, size: float, lines: int) -> list[str]:
    """The text in at most so many lines of a width in pixels."""
    return textwrap.wrap(text, max(8, int(width / (ADVANCE * size))), max_lines=lines, placeholder=" …")


def draw(panels: Sequence[Panel], out: Path, theme: Theme, largest: int = LARGEST) -> None:
    """Write the panels as one PNG, left to right. Raises ValueError where there is no picture."""
    pictures = [picture for panel in panels for row in panel.rows for picture in row]
    if not pictures:
        raise ValueError(f"{out}: no pictures to draw")
    width, height = cell_size(pictures, sum(len(panel.columns) for panel in panels), largest)
    over = round(TEXT * LEADING) + 6 if any(panel.captions for panel in panels) else 0
    spans = [len(panel.columns) * (width + GAP) - GAP for panel in panels]
    subtitles = [wrap(panel.subtitle, span, TEXT, 2) for panel, span in zip(panels, spans, strict=True)]
    labels = [[wrap(column, width, TEXT, 2) for column in panel.columns] for panel in panels]

    y_title = MARGIN + (TITLE * LEADING if any(panel.title for panel in panels) else 0)
    y_subtitle = y_title + max(map(len, subtitles)) * TEXT * LEADING
    y_labels = y_subtitle + max(len(lines) for line in labels for lines in line) * TEXT * LEADING
    top = round(y_labels + 8 + (14 if y_subtitle > MARGIN else 0))
    total_width = sum(spans) + PANEL_GAP * (len(panels) - 1) + 2 * MARGIN
    bottom = top + max(len(panel.rows) for panel in panels) * (over + height + GAP) - GAP + MARGIN
    below = max((text.count("\n") + 1 for panel in panels for text in panel.under if text), default=0)
    total_height = bottom + round(below * TEXT * LEADING) + (10 if below else 0)

    figure = Figure(figsize=(total_width / DPI, total_height / DPI), dpi=DPI, facecolor=theme.ground)

    def write(x: float, y: float, text: str, size: float, **style: Any) -> None:
        figure.text(
            x / total_width, 1 - y / total_height, text, size=points(size), family=FONT, parse_math=False, **style
        )

    x = MARGIN
    for panel, span, subtitle, line in zip(panels, spans, subtitles, labels, strict=True):
        write(x, y_title, panel.title, TITLE, color=theme.ink, weight="bold", va="bottom")
        write(x, y_title + 5, "\n".join(subtitle), TEXT, color=theme.muted, va="top")
        for j, lines in enumerate(line):
            centre = x + j * (width + GAP) + width / 2
            write(centre, top - 6, "\n".join(lines), TEXT, color=theme.ink, ha="center", va="bottom")
        for i, row in enumerate(panel.rows):
            for j, picture in enumerate(row):
                shown = fit(picture, width, height)
                left = x + j * (width + GAP) + (width - shown.shape[1]) // 2
                upper = top + i * (over + height + GAP) + over + (height - shown.shape[0]) // 2
                lower = total_height - upper - shown.shape[0]
                figure.figimage(shown, left, lower, origin="upper")
                box = (left - 0.5, lower - 0.5), shown.shape[1] + 1, shown.shape[0] + 1
                figure.add_artist(Rectangle(*box, transform=None, fill=False, edgecolor=theme.line, linewidth=0.8))
        for i, captions in enumerate(panel.captions):
            for j, caption in enumerate(captions):
                write(x + j * (width + GAP), top + i * (over + height + GAP) + over - 6, caption, TEXT, color=theme.ink)
        for j, text in enumerate(panel.under):
            centre = x + j * (width + GAP) + width / 2
            write(centre, bottom + 6, text, TEXT, color=theme.ink, ha="center", va="top", linespacing=1.2)
        x += span + PANEL_GAP
    save(figure, out, dpi=DPI, facecolor=theme.ground)
