"""The foreground at every threshold on luminance (§5.3, Fig. 10), for the part of the page where it is dragged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossnet.escaping import printable
from crossnet.figures import roc
from crossnet.figures.panels import evenly_spaced, read
from crossnet.images import luminance
from crossnet.report.embedding import Album
from crossnet.report.pairs import Test

LEVELS = 256  # thresholds 0 to 255
SHOWN = 8  # test images whose masks follow the threshold
SIDE = 400  # of the plot, in units of its drawing


@dataclass(frozen=True)
class Line:
    """A curve of the plot: its kind (translation, input or other), its name, and its corners for an SVG polyline."""

    kind: str
    name: str
    corners: str


@dataclass(frozen=True)
class Threshold:
    """The curves, and what the script reads: counts of pixels at each level, and some images."""

    lines: list[Line]
    start: int
    of: int
    data: dict[str, Any]


def collect(
    tests: Sequence[Test], candidates: Sequence[str], masks: Path, curves: Path, *, start: float | None, album: Album
) -> Threshold | None:
    """None where no test image has a mask, or nothing was measured of the foreground.

    tests: of side A. candidates: ids of those whose masks may be shown. masks: the folder of PNGs, by the same ids.
    curves: the folder of fpr, tpr, threshold tables. start: the threshold that the metrics were measured at, if any.
    """
    masked = {test.id: test for test in tests if (masks / f"{test.id}.png").is_file()}
    if not masked or start is None:
        return None
    shown_ids = evenly_spaced([id_ for id_ in candidates if id_ in masked], SHOWN)
    return Threshold(
        lines=_lines(roc.read(curves)) if curves.is_dir() else [],
        start=round(start),
        of=len(masked),
        data={
            "side": SIDE,
            "paper": round(start),
            **counts(
                [luminance(read(test.output)) for test in masked.values()],
                [read(masks / f"{id_}.png")[..., 0] >= 128 for id_ in masked],
            ),
            "images": [
                {
                    "name": printable(masked[id_].name),
                    "input": album.number(masked[id_].input),
                    "translation": album.number(masked[id_].output),
                    "mask": album.number(masks / f"{id_}.png"),
                }
                for id_ in shown_ids
            ],
        },
    )


def counts(levels: Sequence[NDArray[np.float64]], masks: Sequence[NDArray[np.bool_]]) -> dict[str, Any]:
    """Pixels of the foreground and of the background that each threshold takes for foreground, and how many there are.

    levels: (H, W) luminance of each translation. A pixel is foreground from its luminance on: 255 - luminance >=
    255 - threshold, compared as crossnet/evaluation/foreground.py does it, to the last bit.
    """
    labels = np.concatenate([mask.ravel() for mask in masks])
    scores = 255 - np.concatenate([level.ravel() for level in levels])
    limits = 255 - np.arange(LEVELS, dtype=np.float64)
    found, taken = (
        (len(part) - np.searchsorted(np.sort(part), limits)).tolist() for part in (scores[labels], scores[~labels])
    )
    return {
        "found": found,
        "taken": taken,
        "foreground": int(labels.sum()),
        "background": int(labels.size - labels.sum()),
    }


def _lines(curves: Mapping[str, roc.Curve]) -> list[Line]:
    order = [*(image for image in roc.NAMES if image in curves), *(image for image in curves if image not in roc.NAMES)]
    return [
        Line(
            image if image in roc.BY_LUMINANCE else "other",
            roc.NAMES.get(image, image),
            " ".join(f"{SIDE * fpr:.1f},{SIDE * (1 - tpr):.1f}" for fpr, tpr, _ in curves[image]),
        )
        for image in order
        if len(curves[image])
    ]
