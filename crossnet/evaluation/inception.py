"""Inception features of FID: the network and preprocessing of pytorch-fid, on the official weights."""

import pickle
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossnet.escaping import one_line
from crossnet.evaluation.features import Extract, Network, batch_for
from crossnet.evaluation.fid_weights import URL, verify

SIZE = 299  # pixels a side, to which the network resizes, bilinear
WIDTH = 2048  # of the final average pooling
OPERATORS = ("nms", "qnms")  # of torchvision: (boxes, scores, threshold) -> the boxes to keep

_declared: list[Any] = []  # torch libraries: one that is garbage-collected takes its operators with it


def inception(weights: Path, device: str = "cpu") -> Network:
    """The network of FID's 2048 features (Heusel et al. 2017), from the file of its official weights.

    Images of any size are resized to 299x299, bilinear. Nothing is downloaded.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is not the official one.
    """
    identity = f"pytorch-fid {verify(weights)} bilinear {SIZE}"
    load = partial(_load, weights, device)
    return Network("inception", identity, WIDTH, load, device, batch_for(device), all_of_training=True)


def pytorch_fid() -> Any:
    """The package pytorch_fid, with its modules `inception` and `fid_score`.

    The package imports torchvision. That fails where torch is another build than torchvision's, such as one for CPUs
    alone, because torchvision's own operators are missing. Nothing here calls them: then they are declared without an
    implementation.
    """
    try:
        import pytorch_fid.fid_score
    except RuntimeError as error:
        if _declared or "operator torchvision::nms does not exist" not in str(error):
            raise
        import torch

        untyped: Any = torch.library
        library = untyped.Library("torchvision", "DEF")
        for name in OPERATORS:
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)
        import pytorch_fid.fid_score
    return pytorch_fid


def _load(weights: Path, device: str) -> Extract:
    import torch

    network = _built(weights, _state(weights)).eval().to(device, memory_format=torch.channels_last)

    @torch.inference_mode()
    def extract(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        x = (
            torch.from_numpy(np.stack(images)).to(device).permute(0, 3, 1, 2).float() / 255
        )  # (n, 3, H, W) in [0, 1]: ToTensor
        maps = network(x)[0]  # (n, 2048, 1, 1)
        values: NDArray[np.float32] = maps[:, :, 0, 0].cpu().numpy()
        return values

    return extract


def _state(weights: Path) -> dict[str, Any]:
    """The tensors of a file of weights. Raises ValueError for a file that holds anything else."""
    import torch

    try:
        state = torch.load(weights, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, KeyError, ValueError, pickle.UnpicklingError) as error:
        first = str(error).partition("\n")[0]
        raise ValueError(f"{weights}: no weights that torch can read: {first}; fetch {URL}") from error
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ValueError(f"{weights}: holds no state dict of tensors; fetch {URL}")
    return state


def _built(weights: Path, state: dict[str, Any]) -> Any:
    """pytorch-fid's InceptionV3 with these weights, in the place of those that its module would download."""
    module = pytorch_fid().inception
    download = module.load_state_dict_from_url
    module.load_state_dict_from_url = lambda url, progress: state
    try:
        block = module.InceptionV3.BLOCK_INDEX_BY_DIM[WIDTH]
        return module.InceptionV3([block], resize_input=True, normalize_input=True)
    except RuntimeError as error:
        shown = one_line(error)[:200]
        raise ValueError(f"{weights}: weights of another network than FID's Inception: {shown}; fetch {URL}") from error
    finally:
        module.load_state_dict_from_url = download
