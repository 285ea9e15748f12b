"""Fig. 6 to 8: inputs and the translations of several methods side by side, each with an enlarged window."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import sobel, uniform_filter

from crossnet.figures import panels
from crossnet.figures.comparison import ARROWS, FOLDERS, Column, Direction, PreparedImages, subtitle, translating
from crossnet.figures.style import LIGHT, Theme
from crossnet.images import luminance

PART = 3  # a window has a third of the image's height and width


@dataclass(frozen=True)
class Window:
    """A rectangle of an image, in pixels."""

    top: int
    left: int
    height: int
    width: int

    def of(self, picture: panels.Picture) -> panels.Picture:
        return picture[self.top : self.top + self.height, self.left : self.left + self.width]


@dataclass(frozen=True)
class Shown:
    """An image of the figure, and its window that is enlarged."""

    direction: Direction
    image: str
    window: Window


def most_detailed(picture: panels.Picture) -> Window:
    """Return the window with the largest sum of gradient magnitudes: a rule, so that nobody picks windows."""
    h, w = picture.shape[:2]
    height, width = max(1, h // PART), max(1, w // PART)
    grey = luminance(picture)
    detail = uniform_filter(np.hypot(sobel(grey, 0), sobel(grey, 1)), (height, width), mode="constant")
    top, left = height // 2, width // 2  # of the centre, where the window is at the corner
    inside = detail[top : top + h - height + 1, left : left + w - width + 1]
    y, x = np.unravel_index(np.argmax(inside), inside.shape)
    return Window(int(y), int(x), height, width)


def draw(
    images: PreparedImages, columns: Sequence[Column], out: Path, *, examples: int = 4, theme: Theme = LIGHT
) -> list[Shown]:
    """Write the figure, a panel a direction: a row of images and below it the same window of each, enlarged.

    A panel has the methods that translate in its direction.

    Returns what is shown. Raises ValueError if there is no image.
    """
    shown: list[Shown] = []
    drawn = []
    of = {direction: translating(columns, direction) for direction in FOLDERS}
    ways = [direction for direction in FOLDERS if of[direction] and images.examples(direction, of[direction], examples)]
    across = sum(1 + len(of[direction]) + images.paired for direction in ways)
    for direction in ways:
        headings = ["input", *(column.name for column in of[direction])]
        headings += [images.truth_heading(direction)] if images.paired else []
        rows: list[list[panels.Picture]] = []
        for name in images.examples(direction, of[direction], examples):
            pictures = [images.input(direction, name)]
            pictures += [images.translation(column, direction, name) for column in of[direction]]
            pictures += [images.true_image(direction, name)] if images.paired else []
            window = most_detailed(pictures[0])
            shown.append(Shown(direction, name, window))
            rows.append([_marked(picture, window, across, theme) for picture in pictures])
            rows.append([window.of(picture) for picture in pictures])
        title = subtitle(of[direction], images.title(direction))
        drawn.append(panels.Panel(tuple(headings), rows, ARROWS[direction], title))
    panels.draw(drawn, out, theme)
    return shown


def _marked(picture: panels.Picture, window: Window, across: int, theme: Theme) -> panels.Picture:
    """Enlarge a picture to its cell and draw a frame around the window."""
    width, height = panels.cell_size([picture], across)
    large = np.array(panels.fit(picture, width, height))
    scale = large.shape[0] / picture.shape[0]
    top, left = round(window.top * scale), round(window.left * scale)
    bottom, right = round((window.top + window.height) * scale) - 1, round((window.left + window.width) * scale) - 1
    for colour, inset in ((theme.hues[1], 0), (theme.hues[1], 1), ("#ffffff", 2)):
        ink = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        box = large[top + inset : bottom - inset + 1, left + inset : right - inset + 1]
        box[[0, -1]] = ink
        box[:, [0, -1]] = ink
    return large
