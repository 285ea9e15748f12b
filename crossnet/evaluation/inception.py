"""Inception features as FID takes them: pytorch-fid's network and preprocessing, on the official weights."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossnet.escaping import one_line
from crossnet.evaluation.features import Extract, Network, batch_for
from crossnet.evaluation.official import pytorch_fid
from crossnet.evaluation.weights import URL, checked

SIZE = 299  # pixels a side, to which the network resizes, bilinear
WIDTH = 2048  # of the final average pooling


def inception(weights: Path, device: str = "cpu") -> Network:
    """The network of 2048 features of images of any size, from a file of its weights; nothing is ever downloaded.

    It computes on a device of torch.

    Raises OSError or ValueError, in one line, for a file that is not there or not the official one.
    """
    found = checked(weights)
    identity = f"pytorch-fid {found} bilinear {SIZE}"
    return Network("Inception", identity, WIDTH, lambda: _load(weights, device), device, batch_for(device))


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
    """The tensors of a file of weights, which may hold nothing else."""
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
    """pytorch-fid's InceptionV3, which asks a function of its module for weights: here for these, not the network's."""
    module = pytorch_fid().inception
    asked = module.load_state_dict_from_url
    module.load_state_dict_from_url = lambda url, progress: state
    try:
        block = module.InceptionV3.BLOCK_INDEX_BY_DIM[WIDTH]
        return module.InceptionV3([block], resize_input=True, normalize_input=True)
    except RuntimeError as error:
        shown = one_line(error)[:200]
        raise ValueError(f"{weights}: weights of another network than FID's Inception: {shown}; fetch {URL}") from error
    finally:
        module.load_state_dict_from_url = asked
