"""How many dimensions the codes of several methods use while they are trained: a collapse of the codes, drawn."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.ticker import EngFormatter

from crossnet.figures.axes import TEXT, canvas, quiet, save
from crossnet.figures.losses import Series
from crossnet.figures.palette import FONT, LIGHT, Theme, points
from crossnet.figures.roc_band import DASHES

PANELS = {"code_rank/z_b": "codes of A, z_b", "code_rank/z_a": "codes of B, z_a"}  # of a training's log
RANKS = (1, 2, 5, 10, 20, 50, 100, 200, 500)

Course = dict[str, Series]  # of one training: name in its log -> (K, 2), step and effective rank


def draw(courses: Mapping[str, Sequence[Course]], out: Path, *, theme: Theme = LIGHT) -> None:
    """Write the figure: a panel for each code, a line for each training in the colour of its method.

    courses: by method, the courses of its seeds; at most five methods. Steps are on a scale that is linear up to the
    first logged one and logarithmic from there on, ranks on a logarithmic one, from 1. Raises ValueError where there is
    nothing to draw, or too many methods to tell apart.
    """
    if not any(courses.values()):
        raise ValueError(f"{out}: no code ranks to draw")
    if len(courses) > len(theme.hues):
        raise ValueError(f"{out}: {len(courses)} methods; at most {len(theme.hues)} can be told apart by colour")
    figure = canvas(1500, 720, theme)
    logged = [curve for found in courses.values() for course in found for curve in course.values()]
    first = min(float(step) for curve in logged for step in curve[:, 0] if step > 0)
    for axes, (code, title) in zip(figure.subplots(1, 2, sharey=True), PANELS.items(), strict=True):
        quiet(axes, theme)
        for (name, found), hue, dashes in zip(courses.items(), theme.hues, DASHES, strict=False):
            for number, course in enumerate(course for course in found if code in course):
                steps, ranks = course[code].T
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
