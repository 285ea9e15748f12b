"""Norms of the latent codes: Fig. 3 draws the magnitude of the feature vector, and a collapse of codes shows in it."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np


def code_norm(paths: Iterable[Path]) -> float | None:
    """The mean over places and images of the magnitude of the feature vector of codes (C, h, w) in .npy files.

    None where there is no file. Raises ValueError for one that holds no such array.
    """
    norms = [_norm(path) for path in paths]
    return float(np.mean(norms)) if norms else None


def _norm(path: Path) -> float:
    try:
        code = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: no array of a code: {error}; translate anew") from error
    if code.ndim != 3 or not np.isfinite(code).all():
        raise ValueError(f"{path}: an array of shape {code.shape}, wanted a code (C, h, w) of finite numbers")
    return float(np.linalg.norm(code.astype(np.float64), axis=0).mean())
