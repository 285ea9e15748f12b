"""pytorch-fid (Heusel et al.'s FID in PyTorch), imported in this one place.

It imports torchvision, which fails beside a torch of another build (such as one for CPUs alone) because operators of
its own are missing that nothing here calls; there, those are declared without an implementation.
"""

from typing import Any

OPERATORS = ("nms", "qnms")  # of torchvision, (boxes, scores, threshold) -> the boxes to keep

_declared: list[Any] = []  # kept: a torch library that is collected takes its operators with it


def pytorch_fid() -> Any:
    """The package pytorch_fid, with its modules `inception` and `fid_score`."""
    try:
        return _imported()
    except RuntimeError as error:
        if _declared or "operator torchvision::nms does not exist" not in str(error):
            raise
    import torch

    untyped: Any = torch.library
    library = untyped.Library("torchvision", "DEF")
    for name in OPERATORS:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)
    return _imported()


def _imported() -> Any:
    import pytorch_fid.fid_score

    return pytorch_fid
