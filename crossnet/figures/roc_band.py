"""Fig. 10: the ROC of several methods, each the mean over its seeds with the band that they span."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.figures.axes import TEXT, canvas, quiet, save
from crossnet.figures.palette import FONT, LIGHT, Theme
from crossnet.figures.palette import points as in_points
from crossnet.figures.roc import Curve

GRID = np.linspace(0, 1, 201)
SPREAD = "± standard deviation; band: least to most of the seeds"  # of areas in labels, and of curves
DASHES = ("-", (0, (6, 2)), (0, (1, 1.5)), "-.", (0, (9, 3, 1, 3)))


@dataclass(frozen=True)
class Band:
    """True positive rates on GRID, (201,) each: mean over curves, least and most. n: how many curves."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: int


def band(curves: Sequence[Curve]) -> Band:
    """Vertical averaging (Fawcett 2006): each curve's true positive rate at the same false positive rates.

    Between its points a curve is a straight line; where it rises upright, its highest point counts.
    """
    rates = np.stack([_at(curve, GRID) for curve in curves])
    return Band(rates.mean(0), rates.min(0), rates.max(0), len(curves))


def draw(
    bands: Mapping[str, Band], out: Path, *, labels: Mapping[str, str], floor: Curve | None, theme: Theme = LIGHT
) -> None:
    """Write the figure: a line and a band a method, its label (such as its area ± spread) in the legend; at most five.

    floor: a curve that takes no translation; its label is `floor`'s.
    Raises ValueError where there is no band, or too many to tell apart.
    """
    if not bands:
        raise ValueError(f"{out}: no curves to draw")
    if len(bands) > len(theme.hues):
        raise ValueError(f"{out}: {len(bands)} methods; at most {len(theme.hues)} can be told apart by colour")
    figure = canvas(1000, 960, theme)
    axes = figure.add_subplot()
    quiet(axes, theme)
    axes.plot([0, 1], [0, 1], color=theme.muted, linewidth=1, linestyle=(0, (2, 4)))
    for (name, each), hue, dashes in zip(bands.items(), theme.hues, DASHES, strict=False):
        if each.n > 1:
            axes.fill_between(GRID, each.low, each.high, color=hue, alpha=0.2, linewidth=0)
        axes.plot(GRID, each.mean, color=hue, linestyle=dashes, linewidth=2.6, label=labels.get(name, name))
    if floor is not None:
        label = labels.get("floor", "floor")
        axes.plot(floor[:, 0], floor[:, 1], color=theme.muted, linewidth=1.6, linestyle=(0, (4, 3)), label=label)
    if any(each.n > 1 for each in bands.values()):
        axes.fill([], [], color=theme.muted, alpha=0.3, linewidth=0, label=SPREAD)
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), aspect="equal")
    axes.set_xlabel("background taken for foreground", size=in_points(TEXT + 2), color=theme.ink, family=FONT)
    axes.set_ylabel("foreground found", size=in_points(TEXT + 2), color=theme.ink, family=FONT)
    axes.legend(
        loc="lower right",
        prop={"size": in_points(TEXT - 2), "family": FONT},
        labelcolor=theme.ink,
        facecolor=theme.ground,
        edgecolor=theme.line,
        framealpha=0.95,
        handlelength=2.8,
    )
    save(figure, out)


def _at(curve: Curve, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """The curve's true positive rate at false positive rates; the highest where it has several at one."""
    fpr, tpr = curve[:, 0], np.maximum.accumulate(curve[:, 1])
    last = np.append(fpr[1:] != fpr[:-1], True)
    return np.interp(rates, fpr[last], tpr[last])
