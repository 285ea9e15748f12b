"""The latent codes that the method kept: their magnitude (Fig. 3), and how many dimensions they use."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.effective_rank import effective_rank
from crossnet.evaluation.registry import Metric, Result, Value
from crossnet.evaluation.testset import Direction

Code = NDArray[np.floating]  # (C, h, w)


@Metric(
    "signs",
    {
        "to_*_code_norm": Value(
            "{}, norm of the latent codes",
            "Mean magnitude of the feature vector (Fig. 3). It does not show a collapse: instance norms fix its scale.",
        ),
        "to_*_code_rank": Value(
            "{}, collapse of codes: effective rank",
            "How many dimensions the latent codes use: exp of the entropy of their principal components’ shares of the "
            "variance. Near 1, the codes have collapsed.",
            best="to_*_code_channels",
            table=True,
        ),
        "to_*_code_channels": Value("{}, channels of the latent codes", "What their effective rank can be at most."),
    },
    needs=("codes",),
)
def codes(direction: Direction) -> Result:
    """The norm, the effective rank and the channels of the codes.

    - `code_norm`: the mean over places and images of the magnitude of the feature vector. It does not show a collapse,
      because the instance norms of the encoder fix the scale of a code.
    - `code_rank`: the effective rank, with the places of all images as samples: 1 is a collapse, `code_channels` the
      most that is possible.
    """
    found = read_codes(direction.codes)
    norms = [float(np.linalg.norm(code.astype(np.float64), axis=0).mean()) for code in found]
    vectors = np.concatenate([code.reshape(len(code), -1).T for code in found]).astype(np.float64)
    return Result(
        {
            "to_*_code_norm": float(np.mean(norms)),
            "to_*_code_rank": effective_rank(vectors),
            "to_*_code_channels": vectors.shape[1],
        }
    )


def read_codes(paths: Sequence[Path]) -> list[Code]:
    """The codes in .npy files, (C, h, w) each. Raises ValueError for a file without a code, or with another C."""
    found = [_read(path) for path in paths]
    for path, code in zip(paths, found, strict=True):
        if len(code) != len(found[0]):
            raise ValueError(f"{path}: a code of {len(code)} channels, wanted {len(found[0])}; translate again")
    return found


def _read(path: Path) -> Code:
    try:
        code: Code = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: no array of a code: {error}; translate again") from error
    if code.ndim != 3 or not np.isfinite(code).all():
        raise ValueError(f"{path}: an array of shape {code.shape}, wanted a code (C, h, w) of finite numbers")
    return code
