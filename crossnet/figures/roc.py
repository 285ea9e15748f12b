"""Fig. 10, section 5.3: the ROC of the foreground by luminance, of one run or of several methods."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from crossnet.figures.registry import Figure, RunResults, run_figure
from crossnet.figures.style import DASHES, FONT, LIGHT, TEXT, Theme, new_figure, points, save, style_axes

Curve = NDArray[np.float64]  # (K, 3): fpr, tpr, threshold
NAMES = {
    "translation": "translation",
    "input": "untranslated input",
    "constant": "constant prior, which sees no input",
}
BY_LUMINANCE = ("translation", "input")  # the curves that have a point at a threshold on luminance
STYLES = ("-", (0, (6, 2)), (0, (1, 1.5)), "-.")  # of the curves of one run
GRID = np.linspace(0, 1, 201)  # the false positive rates of a band
BAND_LABEL = "± standard deviation; band: least to most of the seeds"  # of areas in labels, and of curves


@dataclass(frozen=True)
class Band:
    """True positive rates on GRID over n curves: their mean, least and largest value, (201,) each."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: int


@run_figure("roc", position=30)
def figure(run: RunResults) -> Figure | None:
    foreground, folder = run.metrics.get("foreground"), run.reports / "plots/roc"
    if not foreground or not (run.images.folder / "masksA").is_dir() or not folder.is_dir():
        return None
    threshold, curves = float(foreground["threshold"]), read(folder)
    measured = {
        image: foreground.get(key) for image, key in zip(NAMES, ("auc", "auc_input", "auc_constant"), strict=True)
    }
    auc = {image: value for image, value in measured.items() if value is not None and math.isfinite(value)}
    return Figure(
        "The foreground by luminance",
        "Share of the true foreground that is found, against the share of the background that is taken for it, "
        f"as the threshold on luminance moves; pixels of all {run.images_of_split} together. The dashed curve uses the "
        "input as it is. The constant prior is one map for all images, the share of training images of B with "
        "an object at a pixel: where objects lie in the same place, it finds them without seeing any. Circles "
        f"mark the paper’s fixed threshold, {threshold:g}; the dotted diagonal is chance.",
        "ROC curves of foreground against background: "
        + ", ".join(f"{NAMES[image]} has an area of {value:.3f}" for image, value in auc.items())
        + ".",
        lambda path, theme: draw(curves, path, auc=auc, threshold=threshold, theme=theme),
        "square",
    )


def read(folder: Path) -> dict[str, Curve]:
    """Read the curves of a folder of CSVs with columns fpr, tpr and threshold, by file name, sorted along the curve."""
    curves = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [(float(row["fpr"]), float(row["tpr"]), float(row["threshold"])) for row in csv.DictReader(stream)]
        curves[path.stem] = np.array(sorted(rows))
    return curves


def at_threshold(curve: Curve, threshold: float) -> tuple[float, float]:
    """Return (fpr, tpr) of the last measured point where pixels of luminance <= threshold are foreground."""
    reached = curve[curve[:, 2] <= threshold]
    fpr, tpr = reached[np.argmax(reached[:, 2]), :2] if len(reached) else (0.0, 0.0)
    return float(fpr), float(tpr)


def draw(
    curves: Mapping[str, Curve], out: Path, *, auc: Mapping[str, float], threshold: float, theme: Theme = LIGHT
) -> None:
    """Write the figure of one run, a line a curve.

    Args:
        curves: by image: a key of NAMES, or any other, which goes by its own name.
        out: the PNG to write.
        auc: the measured areas, by image, for the legend.
        threshold: where curves by luminance have a circle, in [0, 255].
        theme: the colours.
    """
    canvas, axes = _axes(theme)
    order = [*(image for image in NAMES if image in curves), *(image for image in curves if image not in NAMES)]
    circle: dict[str, Any] = {
        "marker": "o",
        "markersize": points(15),
        "markerfacecolor": theme.ground,
        "linestyle": "none",
    }
    for image, hue, dashes in zip(order, theme.hues, STYLES, strict=False):
        fpr, tpr = curves[image][:, 0], curves[image][:, 1]
        area = f", AUC {auc[image]:.3f}" if image in auc else ""
        axes.plot(fpr, tpr, color=hue, linestyle=dashes, linewidth=2.6, label=NAMES.get(image, image) + area)
        if image in BY_LUMINANCE:
            place = at_threshold(curves[image], threshold)
            axes.plot(*place, markeredgecolor=hue, markeredgewidth=2.6, clip_on=False, zorder=5, **circle)
    label = f"at the paper’s threshold, luminance {threshold:g}"
    axes.plot([], [], markeredgecolor=theme.muted, markeredgewidth=2, label=label, **circle)
    _finish(canvas, axes, out, theme, TEXT)


def band(curves: Sequence[Curve]) -> Band:
    """Average curves vertically (Fawcett 2006): their true positive rates at the same false positive rates.

    A curve is a straight line between its points; where it is vertical, its highest point counts.
    """
    rates = np.stack([_tpr_at(curve, GRID) for curve in curves])
    return Band(rates.mean(0), rates.min(0), rates.max(0), len(curves))


def draw_methods(
    bands: Mapping[str, Band], out: Path, *, labels: Mapping[str, str], floor: Curve | None, theme: Theme = LIGHT
) -> None:
    """Write the figure of several methods, a line and a band each.

    Args:
        bands: by method; at most as many as the theme has hues.
        out: the PNG to write.
        labels: texts for the legend by method, and that of the floor as "floor".
        floor: a curve that uses no translation.
        theme: the colours.

    Raises:
        ValueError: there is no band, or there are too many.
    """
    if not bands:
        raise ValueError(f"{out}: no curves to draw")
    if len(bands) > len(theme.hues):
        raise ValueError(f"{out}: {len(bands)} methods; at most {len(theme.hues)} can be told apart by colour")
    canvas, axes = _axes(theme)
    for (name, each), hue, dashes in zip(bands.items(), theme.hues, DASHES, strict=False):
        if each.n > 1:
            axes.fill_between(GRID, each.low, each.high, color=hue, alpha=0.2, linewidth=0)
        axes.plot(GRID, each.mean, color=hue, linestyle=dashes, linewidth=2.6, label=labels.get(name, name))
    if floor is not None:
        label = labels.get("floor", "floor")
        axes.plot(floor[:, 0], floor[:, 1], color=theme.muted, linewidth=1.6, linestyle=(0, (4, 3)), label=label)
    if any(each.n > 1 for each in bands.values()):
        axes.fill([], [], color=theme.muted, alpha=0.3, linewidth=0, label=BAND_LABEL)
    _finish(canvas, axes, out, theme, TEXT - 2, handlelength=2.8)


def _axes(theme: Theme) -> tuple[Canvas, Axes]:
    """Return a square figure and its axes, with the diagonal of chance."""
    canvas = new_figure(1000, 960, theme)
    axes = canvas.add_subplot()
    style_axes(axes, theme)
    axes.plot([0, 1], [0, 1], color=theme.muted, linewidth=1, linestyle=(0, (2, 4)))
    return canvas, axes


def _finish(canvas: Canvas, axes: Axes, out: Path, theme: Theme, legend_size: float, **legend: Any) -> None:
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), aspect="equal")
    axes.set_xlabel("background taken for foreground", size=points(TEXT + 2), color=theme.ink, family=FONT)
    axes.set_ylabel("foreground found", size=points(TEXT + 2), color=theme.ink, family=FONT)
    axes.legend(
        loc="lower right",
        prop={"size": points(legend_size), "family": FONT},
        labelcolor=theme.ink,
        facecolor=theme.ground,
        edgecolor=theme.line,
        framealpha=0.95,
        **legend,
    )
    save(canvas, out)


def _tpr_at(curve: Curve, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a curve's true positive rates at false positive rates; the highest where it has several at one."""
    fpr, tpr = curve[:, 0], np.maximum.accumulate(curve[:, 1])
    last = np.append(fpr[1:] != fpr[:-1], True)
    return np.interp(rates, fpr[last], tpr[last])
