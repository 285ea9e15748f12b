"""Panels of images, side by side: each is a table of images with a heading. All figures of images are made of them."""

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

from crossnet.figures.style import DPI, FONT, Theme, points, save

WIDTH = 1440  # the most pixels of all cells of a row together
MAX_CELL = 288  # the most pixels of a cell's width
MAX_ASPECT = 2.0  # the most height over width of a cell
GAP, PANEL_GAP, MARGIN = 8, 44, 16
TITLE, TEXT, LEADING = 26, 20, 1.35
ADVANCE = 0.58  # mean width of a letter of FONT, in its size

Picture = NDArray[np.uint8]  # (H, W, 3)
T = TypeVar("T")


@dataclass(frozen=True)
class Panel:
    """A table of images of any sizes.

    Args:
        columns: the heading of each column.
        rows: the images; a row may have fewer than there are columns.
        title: the heading of the panel.
        subtitle: a line or two under the title.
        captions: a text above each image, in rows as the images; none for no captions.
        under: a text below each column; its line ends stay.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Picture]]
    title: str = ""
    subtitle: str = ""
    captions: Sequence[Sequence[str]] = ()
    under: Sequence[str] = ()


def evenly_spaced(items: Sequence[T], count: int) -> list[T]:
    """Return at most `count` items, evenly spaced from the first to the last, so that nobody picks examples."""
    if len(items) <= count:
        return list(items)
    return [items[round(i)] for i in np.linspace(0, len(items) - 1, count)]


def read(path: Path) -> Picture:
    """Read an image file as (H, W, 3) uint8."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def fit(picture: Picture, width: int, height: int) -> Picture:
    """Resize a picture to fit in a box: nearest neighbour to enlarge it, Lanczos to reduce it."""
    h, w, _ = picture.shape
    scale = min(width / w, height / h)
    if scale == 1:
        return picture
    size = max(1, round(w * scale)), max(1, round(h * scale))
    how = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(picture).resize(size, how))


def cell_size(pictures: Sequence[Picture], columns: int, largest: int = MAX_CELL) -> tuple[int, int]:
    """Return the width and height of a cell: a multiple of the widest picture's size where WIDTH allows it."""
    widest = max(p.shape[1] for p in pictures)
    room = min(WIDTH // columns, largest)
    width = room // widest * widest or room
    tallest = max(p.shape[0] / p.shape[1] for p in pictures)
    return width, round(width * min(tallest, MAX_ASPECT))


def wrap(text: str, width: float, size: float, lines: int) -> list[str]:
    """Wrap a text into at most `lines` lines of a width in pixels."""
    return textwrap.wrap(text, max(8, int(width / (ADVANCE * size))), max_lines=lines, placeholder=" …")


def draw(panels: Sequence[Panel], out: Path, theme: Theme, largest: int = MAX_CELL) -> None:
    """Write the panels as one PNG, left to right. Raises ValueError if there is no picture."""
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
