"""How far translations are from real images of their domain, on EfficientNet-Lite0 features, in every direction."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from crossnet.metrics.efflite0 import features
from crossnet.metrics.frechet import frechet_distance
from crossnet.metrics.kid import kernel_distance

Images = Sequence[NDArray[np.uint8]]  # each (H, W, 3)
FEWEST = 2  # images on each side: an unbiased kernel distance and a covariance need them


def distances(directions: Mapping[str, tuple[Images, Images]]) -> dict[str, dict[str, float]]:
    """`kid_efflite0` and `fd_efflite0` of translations to real images, by the direction's name.

    directions: name -> (translations, real images). Beside a distance stand its `_n` and `_n_real`, how many there
    were of each, and the kernel distance's `_std`; with fewer than 2 of either the counts stand alone.
    """
    kernel: dict[str, float] = {}
    frechet: dict[str, float] = {}
    for name, (translations, real) in directions.items():
        if min(len(translations), len(real)) >= FEWEST:
            x, y = features(translations), features(real)
            kernel[name], kernel[f"{name}_std"] = kernel_distance(x, y)
            frechet[name] = frechet_distance(x, y)
        for block in (kernel, frechet):
            block |= {f"{name}_n": len(translations), f"{name}_n_real": len(real)}
    return {"kid_efflite0": kernel, "fd_efflite0": frechet}
