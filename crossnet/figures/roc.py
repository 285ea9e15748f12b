"""Fig. 10, §5.3: how well luminance tells the foreground, after the translation and before it."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.figures.axes import TEXT, canvas, quiet, save
from crossnet.figures.palette import FONT, LIGHT, Theme, points

Curve = NDArray[np.float64]  # (K, 3): fpr, tpr, threshold
NAMES = {
    "translation": "translation",
    "input": "untranslated input",
    "constant": "constant prior, which sees no input",
}
BY_LUMINANCE = ("translation", "input")  # the curves that have a point at a threshold on luminance


def read(folder: Path) -> dict[str, Curve]:
    """The curves of a folder of CSVs with columns fpr, tpr and threshold, by file name, each sorted along its way."""
    return {path.stem: np.array(sorted(map(_row, _rows(path)))) for path in sorted(folder.glob("*.csv"))}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _row(row: Mapping[str, str]) -> tuple[float, float, float]:
    return float(row["fpr"]), float(row["tpr"]), float(row["threshold"])


def at_threshold(curve: Curve, threshold: float) -> tuple[float, float]:
    """(fpr, tpr) where the pixels of luminance <= threshold are foreground: the last measured point up to it."""
    reached = curve[curve[:, 2] <= threshold]
    fpr, tpr = reached[np.argmax(reached[:, 2]), :2] if len(reached) else (0.0, 0.0)
    return float(fpr), float(tpr)


def draw(
    curves: Mapping[str, Curve], out: Path, *, auc: Mapping[str, float], threshold: float, theme: Theme = LIGHT
) -> None:
    """Write the figure: a line a curve, its area (as measured, by image) in the legend, and its point, if any."""
    figure = canvas(1000, 960, theme)
    axes = figure.add_subplot()
    quiet(axes, theme)
    axes.plot([0, 1], [0, 1], color=theme.muted, linewidth=1, linestyle=(0, (2, 4)))
    styles = zip(theme.hues, ("-", (0, (6, 2)), (0, (1, 1.5)), "-."), strict=False)
    order = sorted(curves, key=lambda image: (image not in NAMES, list(NAMES).index(image) if image in NAMES else 0))
    for (hue, dashes), image in zip(styles, order, strict=False):
        curve = curves[image]
        area = f", AUC {auc[image]:.3f}" if image in auc else ""
        axes.plot(
            curve[:, 0], curve[:, 1], color=hue, linestyle=dashes, linewidth=2.6, label=NAMES.get(image, image) + area
        )
        if image not in BY_LUMINANCE:
            continue
        axes.plot(
            *at_threshold(curve, threshold),
            marker="o",
            markersize=points(15),
            markerfacecolor=theme.ground,
            markeredgecolor=hue,
            markeredgewidth=2.6,
            linestyle="none",
            clip_on=False,
            zorder=5,
        )
    axes.plot(
        [],
        [],
        marker="o",
        markersize=points(15),
        markerfacecolor=theme.ground,
        markeredgecolor=theme.muted,
        markeredgewidth=2,
        linestyle="none",
        label=f"at the paper’s threshold, luminance {threshold:g}",
    )
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), aspect="equal")
    axes.set_xlabel("background taken for foreground", size=points(TEXT + 2), color=theme.ink, family=FONT)
    axes.set_ylabel("foreground found", size=points(TEXT + 2), color=theme.ink, family=FONT)
    axes.legend(
        loc="lower right",
        prop={"size": points(TEXT), "family": FONT},
        labelcolor=theme.ink,
        facecolor=theme.ground,
        edgecolor=theme.line,
        framealpha=0.95,
    )
    save(figure, out)
