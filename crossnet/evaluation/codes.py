"""The latent codes that were kept: their magnitude, which Fig. 3 draws, and how many dimensions they use."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.effective_rank import effective_rank

Code = NDArray[np.floating]  # (C, h, w)


def read_codes(paths: Sequence[Path]) -> list[Code]:
    """The codes in .npy files. Raises ValueError for one that holds no code, or another number of channels."""
    codes = [_read(path) for path in paths]
    for path, code in zip(paths, codes, strict=True):
        if len(code) != len(codes[0]):
            raise ValueError(f"{path}: a code of {len(code)} channels, wanted {len(codes[0])}; translate again")
    return codes


def code_signs(codes: Sequence[Code]) -> dict[str, float]:
    """`code_norm`, `code_rank` and `code_channels` of codes; empty without codes.

    - `code_norm`: the mean over places and images of the magnitude of the feature vector. It does not show a collapse:
      the instance norms of the encoder fix the scale of a code.
    - `code_rank`: the effective rank, the places of all images being the samples: 1 is a collapse, `code_channels` all
      that there could be.
    """
    if not codes:
        return {}
    vectors = np.concatenate([code.reshape(len(code), -1).T for code in codes]).astype(np.float64)
    norms = [float(np.linalg.norm(code.astype(np.float64), axis=0).mean()) for code in codes]
    return {
        "code_norm": float(np.mean(norms)),
        "code_rank": effective_rank(vectors),
        "code_channels": vectors.shape[1],
    }


def _read(path: Path) -> Code:
    try:
        code: Code = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: no array of a code: {error}; translate again") from error
    if code.ndim != 3 or not np.isfinite(code).all():
        raise ValueError(f"{path}: an array of shape {code.shape}, wanted a code (C, h, w) of finite numbers")
    return code
