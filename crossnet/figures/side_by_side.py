"""Fig. 6 to 8: inputs and the translations of several methods side by side, each with a part of it enlarged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import sobel, uniform_filter

from crossnet.figures import sheet
from crossnet.figures.columns import ARROWS, SIDES, Column, Subjects, Way, subtitle
from crossnet.figures.palette import LIGHT, Theme
from crossnet.images import luminance

PART = 3  # the enlarged window is a third of the image, each way


@dataclass(frozen=True)
class Window:
    """A part of an image: its upper left corner, height and width, in pixels."""

    top: int
    left: int
    height: int
    width: int

    def of(self, picture: sheet.Picture) -> sheet.Picture:
        return picture[self.top : self.top + self.height, self.left : self.left + self.width]


@dataclass(frozen=True)
class Shown:
    """An image that the figure shows, and the window of it that is enlarged."""

    way: Way
    image: str
    window: Window


def busiest(picture: sheet.Picture) -> Window:
    """The window with the most detail, by the sum of its gradients' magnitude: a rule, so that nobody picks."""
    h, w = picture.shape[:2]
    height, width = max(1, h // PART), max(1, w // PART)
    grey = luminance(picture)
    detail = uniform_filter(np.hypot(sobel(grey, 0), sobel(grey, 1)), (height, width), mode="constant")
    top, left = height // 2, width // 2  # of the centre, where the window is at the corner
    inside = detail[top : top + h - height + 1, left : left + w - width + 1]
    y, x = np.unravel_index(np.argmax(inside), inside.shape)
    return Window(int(y), int(x), height, width)


def draw(
    tested: Subjects, columns: Sequence[Column], out: Path, *, examples: int = 4, theme: Theme = LIGHT
) -> list[Shown]:
    """Write the figure, a panel a direction: a row of images and under it the same window of each, enlarged.

    The window is the busiest of the input. Returns what is shown. Raises ValueError where there is nothing.
    """
    shown: list[Shown] = []
    panels = []
    across = len(SIDES) * (1 + len(columns) + tested.paired)
    for way in SIDES:
        heads = ["input", *(column.name for column in columns), *(["truth"] if tested.paired else [])]
        rows: list[list[sheet.Picture]] = []
        for image in tested.images(way, columns, examples):
            pictures = [tested.input(way, image)]
            pictures += [tested.translation(column, way, image) for column in columns]
            pictures += [tested.truth(way, image)] if tested.paired else []
            window = busiest(pictures[0])
            shown.append(Shown(way, image, window))
            rows.append([_marked(picture, window, across, theme) for picture in pictures])
            rows.append([window.of(picture) for picture in pictures])
        if rows:
            panels.append(sheet.Panel(tuple(heads), rows, ARROWS[way], subtitle(columns, tested.title(way))))
    sheet.draw(panels, out, theme)
    return shown


def _marked(picture: sheet.Picture, window: Window, across: int, theme: Theme) -> sheet.Picture:
    """The picture at the size of its cell, with a frame around the window."""
    width, height = sheet.cell_size([picture], across)
    large = np.array(sheet.fit(picture, width, height))
    scale = large.shape[0] / picture.shape[0]
    top, left = round(window.top * scale), round(window.left * scale)
    bottom, right = round((window.top + window.height) * scale) - 1, round((window.left + window.width) * scale) - 1
    for colour, inset in ((theme.hues[1], 0), (theme.hues[1], 1), ("#ffffff", 2)):
        ink = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        box = large[top + inset : bottom - inset + 1, left + inset : right - inset + 1]
        box[[0, -1]] = ink
        box[:, [0, -1]] = ink
    return large
