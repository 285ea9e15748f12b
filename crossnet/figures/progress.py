"""How the translations of a few images change over training."""

from pathlib import Path

from crossnet.figures import panels
from crossnet.figures.registry import Figure, RunResults, run_figure
from crossnet.figures.style import LIGHT, Theme


@run_figure("progress", position=40)
def figure(run: RunResults) -> Figure | None:
    logged = run.reports / "training/plots/images/translations"
    if not _steps(logged):
        return None
    return Figure(
        "Over training",
        "The same images, translated as training went on: inputs of each side, and their translations under them.",
        "Grids of the same images and their translations at several steps of the training, from early to last.",
        lambda path, theme: draw(logged, path, theme=theme),
    )


def draw(logged: Path, out: Path, *, moments: int = 6, theme: Theme = LIGHT) -> None:
    """Write the figure: of the grids that are logged as <step>.png the first, the last and evenly spaced ones.

    Wide grids stand two in a row, tall ones all in one row.
    """
    steps = panels.evenly_spaced(_steps(logged), moments)
    grids = [panels.read(logged / f"{step}.png") for step in steps]
    captions = [f"step {int(step):,}" for step in steps]
    across = 2 if any(grid.shape[1] > grid.shape[0] for grid in grids) else len(grids)
    starts = range(0, len(grids), max(1, across))
    panel = panels.Panel(
        columns=("",) * min(across, len(grids)),
        rows=[grids[i : i + across] for i in starts],
        captions=[captions[i : i + across] for i in starts],
    )
    panels.draw([panel], out, theme, largest=panels.WIDTH // 2)


def _steps(logged: Path) -> list[str]:
    return sorted((path.stem for path in logged.glob("*.png") if path.stem.isdecimal()), key=int)
