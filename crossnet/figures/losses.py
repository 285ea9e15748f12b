"""The training log as small multiples, a plot a logged scalar: figures of the loss terms and of all others."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.ticker import EngFormatter, MaxNLocator
from numpy.typing import NDArray

from crossnet.figures.registry import Figure, RunResults, run_figure
from crossnet.figures.style import FONT, LIGHT, Theme, new_figure, points, save, style_axes

Series = NDArray[np.float64]  # (K, 2): step, value
MEANINGS = {
    "gan": "translations pass for real",
    "id": "Eq. (2), target-domain images stay",
    "ctc": "Eq. (3), encoders agree",
    "zid": "Eq. (1), dual decoder rebuilds",
    "zcyc": "Eq. (4), code there and back",
    "cycle": "image there and back",
    "identity": "target-domain images stay",
    "disc_a": "discriminator of A",
    "disc_b": "discriminator of B",
}
COLUMNS, CELL_WIDTH, CELL_HEIGHT, TEXT = 4, 375, 300, 20
SMOOTH_FROM = 40  # points of a loss; a shorter series is drawn point by point, without a running mean


@run_figure("losses", position=50)
def figure(run: RunResults) -> Figure | None:
    terms = {name: curve for name, curve in _logged(run).items() if name.startswith("loss/")}
    if not terms:
        return None
    smoothed = any(len(curve) >= SMOOTH_FROM for curve in terms.values())
    mean = "; a strong line over a faint one is a running mean over about a tenth of the run" if smoothed else ""
    return Figure(
        "Loss terms",
        f"Each term as logged, without its weight{mean}.",
        f"Small plots over the optimisation steps, one for each of {', '.join(terms)}.",
        lambda path, theme: draw(terms, path, theme=theme),
    )


@run_figure("diagnostics", position=60)
def diagnostics(run: RunResults) -> Figure | None:
    others = {name: curve for name, curve in _logged(run).items() if not name.startswith("loss/")}
    if not others:
        return None
    return Figure(
        "What else was logged",
        "A collapse of the latent codes shows in their effective rank: how many of their dimensions they use."
        if any(name.startswith("code_rank/") for name in others)
        else "",
        f"Small plots over the optimisation steps, one for each of {', '.join(others)}.",
        lambda path, theme: draw(others, path, theme=theme),
    )


def _logged(run: RunResults) -> dict[str, Series]:
    return read(run.reports / "training/plots/metrics")


def read(folder: Path) -> dict[str, Series]:
    """Read every TSV of a DVCLive metrics folder by its path in it ("loss/gan"), the terms of MEANINGS first.

    Rows are sorted by step. The value is the first column that is neither step nor timestamp, NaN if it is no number.
    """
    series: dict[str, Series] = {}
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream, delimiter="\t")
            values = [c for c in reader.fieldnames or () if c not in ("step", "timestamp")]
            rows = [(float(row["step"]), _number(row[values[0]])) for row in reader]
        if rows:
            series[path.relative_to(folder).with_suffix("").as_posix()] = np.array(sorted(rows))
    known = list(MEANINGS)
    rank = {name: known.index(term) if (term := name.rpartition("/")[2]) in known else len(known) for name in series}
    return {name: series[name] for name in sorted(series, key=lambda name: (rank[name], name))}


def smooth(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Return the running mean of (K,) values over an odd window, cut at both ends; NaN values are left out."""
    finite = np.isfinite(values)
    kernel = np.ones(window)
    total = np.convolve(np.where(finite, values, 0), kernel, "same")
    count = np.convolve(finite.astype(float), kernel, "same")
    return np.where(count > 0, total / np.maximum(count, 1), math.nan)


def draw(series: Mapping[str, Series], out: Path, *, theme: Theme = LIGHT) -> None:
    """Write the figure, a plot a series, in the order of the mapping. Raises ValueError if there is none."""
    if not series:
        raise ValueError(f"{out}: no series to draw")
    columns = min(COLUMNS, len(series))
    rows = math.ceil(len(series) / columns)
    figure = new_figure(max(2, columns) * CELL_WIDTH, rows * CELL_HEIGHT, theme)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    last = max(float(curve[-1, 0]) for curve in series.values())
    for axes, (name, curve) in zip(grid.flat, series.items(), strict=False):
        style_axes(axes, theme, TEXT - 3)
        group, _, term = name.rpartition("/")
        hue = theme.hues[0 if group == "loss" else 2]
        steps, values = curve.T
        if len(steps) < SMOOTH_FROM:
            axes.plot(steps, values, color=hue, linewidth=2, marker="o", markersize=4)
        elif group != "loss":
            axes.plot(steps, values, color=hue, linewidth=1.4)
        else:
            axes.plot(steps, values, color=hue, linewidth=0.8, alpha=0.35)
            axes.plot(steps, smooth(values, len(steps) // 20 * 2 + 1), color=hue, linewidth=2.2)
        meaning = MEANINGS.get(term, "") if group == "loss" else ""
        axes.set_title(
            name.removeprefix("loss/"),
            loc="left",
            pad=27 if meaning else 8,
            size=points(TEXT + 3),
            weight="bold",
            color=theme.ink,
            family=FONT,
            parse_math=False,
        )
        axes.annotate(
            meaning,
            (0, 1),
            (0, 7),
            xycoords="axes fraction",
            textcoords="offset points",
            size=points(TEXT - 2),
            color=theme.muted,
            family=FONT,
        )
        axes.set_xlim(0, max(last, 1))
        axes.set_ylim(bottom=min(0.0, np.nanmin(values, initial=0.0)))
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.yaxis.set_major_locator(MaxNLocator(4))
    for axes in grid.flat[len(series) :]:
        axes.set_visible(False)
    for axes in grid.flat[max(0, len(series) - columns) : len(series)]:
        axes.tick_params(labelbottom=True)
    figure.supxlabel("optimisation step", size=points(TEXT), color=theme.muted, family=FONT)
    save(figure, out)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
