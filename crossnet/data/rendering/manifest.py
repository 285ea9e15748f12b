"""The list of what was rendered: a row for each file, with all that shaped it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.data.rendering.sculpture import Sculpture
from crossnet.files import write_csv
from crossnet.images import LUMA


def write_manifest(folder: Path, renders: Sequence[tuple[Path, Sculpture, float]]) -> None:
    """Write objects.csv to folder: files relative to it, and the mean luminance that each object came to."""
    rows = [
        {"file": path.relative_to(folder).as_posix(), "mean_luminance": round(mean, 4)} | s.row()
        for path, s, mean in renders
    ]
    write_csv(folder / "objects.csv", [[*rows[0]], *([*row.values()] for row in rows)])


def mean_luminance(rgba: NDArray[np.uint8]) -> float:
    """Of (H, W, 4) sRGB the mean over the object, weighted by alpha, in [0, 1]."""
    alpha = rgba[..., 3] / 255
    return float((rgba[..., :3] @ LUMA / 255 * alpha).sum() / alpha.sum())
