"""How the translations of a few images change over training."""

from pathlib import Path

from crossnet.figures import sheet
from crossnet.figures.palette import LIGHT, Theme


def draw(logged: Path, out: Path, *, moments: int = 5, theme: Theme = LIGHT) -> None:
    """Write the figure: the first, the last and evenly spaced ones of the grids logged as <step>.png."""
    steps = sorted((p.stem for p in logged.glob("*.png") if p.stem.isdecimal()), key=int)
    shown = sheet.evenly(steps, moments)
    labels = tuple(f"step {int(step):,}" for step in shown)
    sheet.draw([sheet.Panel(labels, [[sheet.read(logged / f"{step}.png") for step in shown]])], out, theme)
