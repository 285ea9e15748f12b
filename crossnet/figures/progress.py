"""How the translations of a few images change over training."""

from pathlib import Path

from crossnet.figures import sheet
from crossnet.figures.palette import LIGHT, Theme


def draw(logged: Path, out: Path, *, moments: int = 6, theme: Theme = LIGHT) -> None:
    """Write the figure: the first, the last and evenly spaced ones of the grids logged as <step>.png.

    Wide grids stand two in a row, tall ones all in one row.
    """
    steps = sheet.evenly(sorted((p.stem for p in logged.glob("*.png") if p.stem.isdecimal()), key=int), moments)
    grids = [sheet.read(logged / f"{step}.png") for step in steps]
    captions = [f"step {int(step):,}" for step in steps]
    across = 2 if any(grid.shape[1] > grid.shape[0] for grid in grids) else len(grids)
    starts = range(0, len(grids), max(1, across))
    panel = sheet.Panel(
        columns=("",) * min(across, len(grids)),
        rows=[grids[i : i + across] for i in starts],
        captions=[captions[i : i + across] for i in starts],
    )
    sheet.draw([panel], out, theme, largest=sheet.WIDTH // 2)
