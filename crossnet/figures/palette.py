"""The colours and type of every figure and of the page: Okabe and Ito's colour-blind safe hues on paper or on slate."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FONT = "DejaVu Sans"  # ships with matplotlib: the same figure on every machine
DPI = 100


@dataclass(frozen=True)
class Theme:
    """One look: the ground and a wash of it, the inks by weight, the edges, the hues of curves in the order of use."""

    ground: str
    ink: str
    muted: str
    line: str
    wash: str
    edge: str  # of what is operated: 3:1 against the ground
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
    """A length in pixels of a figure, as the points that matplotlib wants."""
    return pixels * 72 / DPI


def paint_both(paint: Callable[[Path, Theme], None], folder: Path, name: str) -> tuple[Path, Path]:
    """Paint a figure in both looks: <folder>/<name>.png and <folder>/dark/<name>.png."""
    light, dark = folder / f"{name}.png", folder / "dark" / f"{name}.png"
    paint(light, LIGHT)
    paint(dark, DARK)
    return light, dark
