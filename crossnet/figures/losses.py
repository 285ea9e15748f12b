"""The training log as small multiples: one plot a logged scalar, whatever their names."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.ticker import EngFormatter, MaxNLocator
from numpy.typing import NDArray

from crossnet.figures.axes import canvas, quiet, save
from crossnet.figures.palette import FONT, LIGHT, Theme, points

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
SMOOTH_FROM = 40  # points in a series of a loss; a shorter one is drawn point by point, without a running mean


def read(folder: Path) -> dict[str, Series]:
    """Every TSV of a dvclive metrics folder, by its path inside it ("loss/gan"); terms with a meaning first.

    Each is in order of step; its value is the first column but step and timestamp, NaN where that is no number.
    """
    series: dict[str, Series] = {}
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream, delimiter="\t")
            values = [c for c in reader.fieldnames or () if c not in ("step", "timestamp")]
            rows = [(float(row["step"]), number(row[values[0]])) for row in reader]
        if rows:
            series[path.relative_to(folder).with_suffix("").as_posix()] = np.array(sorted(rows))
    known = list(MEANINGS)
    rank = {name: known.index(term) if (term := name.rpartition("/")[2]) in known else len(known) for name in series}
    return {name: series[name] for name in sorted(series, key=lambda name: (rank[name], name))}


def number(text: str) -> float:
    """The number that a text stands for, or NaN."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def smooth(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """(K,) -> (K,): the running mean over an odd window, which shrinks towards both ends; NaN are left out of it."""
    finite = np.isfinite(values)
    kernel = np.ones(window)
    total = np.convolve(np.where(finite, values, 0), kernel, "same")
    count = np.convolve(finite.astype(float), kernel, "same")
    return np.where(count > 0, total / np.maximum(count, 1), math.nan)


def draw(series: Mapping[str, Series], out: Path, *, theme: Theme = LIGHT) -> None:
    """Write the figure, one plot a series in the mapping's order. Raises ValueError where there is none."""
    if not series:
        raise ValueError(f"{out}: no series to draw")
    columns = min(COLUMNS, len(series))
    rows = math.ceil(len(series) / columns)
    figure = canvas(max(2, columns) * CELL_WIDTH, rows * CELL_HEIGHT, theme)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    last = max(float(curve[-1, 0]) for curve in series.values())
    for axes, (name, curve) in zip(grid.flat, series.items(), strict=False):
        quiet(axes, theme, TEXT - 3)
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
