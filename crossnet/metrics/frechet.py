"""The Fréchet distance between Gaussians fitted to two sets of features [4], as pytorch-fid computes it."""

from types import ModuleType

import numpy as np
from numpy.typing import NDArray


def frechet_distance(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Features (N, F) and (M, F) -> distance >= 0; biased by N, so it is reported with it. N and M are at least 2."""
    if min(len(x), len(y)) < 2:
        raise ValueError(f"a Fréchet distance needs at least 2 images on each side, not {len(x)} and {len(y)}")
    moments = (moment for z in (x, y) for moment in (z.mean(0), np.cov(z, rowvar=False)))
    return float(_pytorch_fid().calculate_frechet_distance(*moments))


def _pytorch_fid() -> ModuleType:
    """pytorch_fid.fid_score, which imports torchvision.

    Beside a torch without CUDA, torchvision from a registry lacks the operators that it registers shapes for; they
    are not used here, so declaring them is enough.
    """
    import torch

    try:
        from pytorch_fid import fid_score
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)
        from pytorch_fid import fid_score
    return fid_score


_declared: list[object] = []  # a library's operators live as long as it does
