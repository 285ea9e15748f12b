"""The effective rank of the latent codes over training, of several methods: it falls where codes collapse."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.ticker import EngFormatter

from crossnet.figures.losses import Series
from crossnet.figures.style import DASHES, FONT, LIGHT, TEXT, Theme, new_figure, points, save, style_axes

PANELS = {"code_rank/z_b": "codes of A, z_b", "code_rank/z_a": "codes of B, z_a"}  # of a training's log
RANKS = (1, 2, 5, 10, 20, 50, 100, 200, 500)

RankCurves = dict[str, Series]  # of one training: name in its log -> (K, 2), step and effective rank


def draw(methods: Mapping[str, Sequence[RankCurves]], out: Path, *, theme: Theme = LIGHT) -> None:
    """Write the figure: a panel for each code, a line for each training, in the colour of its method.

    Both axes are logarithmic; steps are linear up to the first logged one.

    Args:
        methods: the curves of each seed, by method; at most as many methods as the theme has hues.
        out: the PNG to write.
        theme: the colours.

    Raises:
        ValueError: there is no curve, or there are too many methods.
    """
    if not any(methods.values()):
        raise ValueError(f"{out}: no code ranks to draw")
    if len(methods) > len(theme.hues):
        raise ValueError(f"{out}: {len(methods)} methods; at most {len(theme.hues)} can be told apart by colour")
    figure = new_figure(1500, 720, theme)
    logged = [curve for found in methods.values() for curves in found for curve in curves.values()]
    first = min(float(step) for curve in logged for step in curve[:, 0] if step > 0)
    for axes, (code, title) in zip(figure.subplots(1, 2, sharey=True), PANELS.items(), strict=True):
        style_axes(axes, theme)
        for (name, found), hue, dashes in zip(methods.items(), theme.hues, DASHES, strict=False):
            for number, curves in enumerate(curves for curves in found if code in curves):
                steps, ranks = curves[code].T
                axes.plot(steps, ranks, color=hue, linestyle=dashes, linewidth=2, label=None if number else name)
        axes.set_title(title, loc="left", size=points(TEXT + 3), weight="bold", color=theme.ink, family=FONT)
        axes.set_xscale("symlog", linthresh=first)
        axes.set_xlim(0, max(float(curve[-1, 0]) for curve in logged))
        axes.set_yscale("log")
        axes.set_yticks(RANKS, [str(rank) for rank in RANKS])
        axes.set_ylim(1, max(2.0, *(float(np.nanmax(curve[:, 1])) for curve in logged)) * 1.15)
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.minorticks_off()
    axes = figure.axes[0]
    axes.set_ylabel("effective rank", size=points(TEXT + 2), color=theme.ink, family=FONT)
    figure.supxlabel("optimisation step", size=points(TEXT + 2), color=theme.muted, family=FONT)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=len(labels),
        prop={"size": points(TEXT - 2), "family": FONT},
        labelcolor=theme.ink,
        frameon=False,
        handlelength=2.8,
    )
    save(figure, out)
