"""How near the nearest real image is, which tells what a translation looks like, and a copied one."""

import numpy as np
from numpy.typing import NDArray


def nearest(translations: NDArray[np.float64], real: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cosine similarity of each translation's features (N, F) to the nearest of the real images' (M, F): (N,).

    As precision and recall for generators have it (Sajjadi et al. 2018; Kynkäänniemi et al. 2019), the neighbour is
    sought among features; M is at least 1.
    """
    x, y = (z / np.linalg.norm(z, axis=1, keepdims=True).clip(1e-12) for z in (translations, real))
    nearest_of_each: NDArray[np.float64] = (x @ y.T).max(1)
    return nearest_of_each
