"""pytorch-fid, the official second implementation, where it can be imported.

It imports torchvision, which beside a torch of another build lacks an operator of its own that nothing here calls.
"""

from collections.abc import Callable
from typing import Any

import torch

_declared: list[torch.library.Library] = []  # kept alive: a library that is collected takes its operators with it


def calculate_frechet_distance() -> Callable[..., Any]:
    """The function of that name of pytorch_fid.fid_score."""
    try:
        from pytorch_fid import fid_score
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)
        from pytorch_fid import fid_score
    function: Callable[..., Any] = fid_score.calculate_frechet_distance
    return function
