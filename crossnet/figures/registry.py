"""The registry of the figures of one run: a function of this package with the decorator `run_figure` makes one.

Adding a figure is adding a module; `progress.py` is a short example.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from crossnet import figures
from crossnet.figures.comparison import Column, PreparedImages
from crossnet.figures.style import Theme, draw_both_themes

SPLIT_WORDS = {"test": "test", "valid": "validation"}


@dataclass(frozen=True)
class RunResults:
    """What the figures of one run are drawn from.

    Args:
        images: the prepared images of the split.
        translated: the folder with their translations, to_b and to_a.
        reports: the folder reports/, with plots and training.
        metrics: metrics.json; any block may be missing.
        split: the split that was translated and measured, "test" or "valid".
    """

    images: PreparedImages
    translated: Path
    reports: Path
    metrics: Mapping[str, Any]
    split: str = "test"

    @property
    def column(self) -> Column:
        return Column("translation", self.translated)

    @property
    def images_of_split(self) -> str:
        """The images in words: "test images"."""
        return f"{SPLIT_WORDS[self.split]} images"

    @property
    def selection(self) -> str:
        """The sentence of a caption that says how the images were chosen."""
        return f"The rows are evenly spaced through the {self.images_of_split} sorted by name; none was picked."


@dataclass(frozen=True)
class Figure:
    """A figure to be drawn.

    Args:
        title: its heading.
        caption: the text under it.
        alt: what it shows, for readers who do not see it.
        draw: writes it to a file with a theme.
        kind: "wide", or "square" for a figure that leaves room for its caption at its side.
    """

    title: str
    caption: str
    alt: str
    draw: Callable[[Path, Theme], None]
    kind: Literal["wide", "square"] = "wide"


@dataclass(frozen=True)
class DrawnFigure:
    """A figure as files: its PNG on a light and on a dark ground, and its texts, as in `Figure`."""

    name: str
    title: str
    caption: str
    alt: str
    kind: str
    light: Path
    dark: Path


RunFigure = Callable[[RunResults], Figure | None]

_registered: dict[str, tuple[int, RunFigure]] = {}


def run_figure(name: str, position: int) -> Callable[[RunFigure], RunFigure]:
    """Register a function as a figure of a run; it returns None where the run lacks what the figure needs.

    Args:
        name: the name of the figure's file, without extension.
        position: figures come in the order of their positions.
    """

    def register(function: RunFigure) -> RunFigure:
        _registered[name] = position, function
        return function

    return register


def run_figures() -> dict[str, RunFigure]:
    """Return the registered functions by name, in the order of the report."""
    for module in pkgutil.iter_modules(figures.__path__, f"{figures.__name__}."):
        pkgutil.resolve_name(module.name)
    order = sorted(_registered, key=lambda name: (_registered[name][0], name))
    return {name: _registered[name][1] for name in order}


def draw_run_figures(run: RunResults, folder: Path) -> list[DrawnFigure]:
    """Draw each figure that the run has the data for: <folder>/<name>.png and <folder>/dark/<name>.png."""
    drawn = []
    for name, function in run_figures().items():
        if figure := function(run):
            light, dark = draw_both_themes(figure.draw, folder, name)
            drawn.append(DrawnFigure(name, figure.title, figure.caption, figure.alt, figure.kind, light, dark))
    return drawn
