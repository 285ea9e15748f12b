"""A trained model on disk: weights as safetensors and one config.json that is enough to rebuild the networks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from crossnet.images import from_range, to_range
from crossnet.training.method import Method, Side, load

TRANSLATING = "translating.safetensors"  # what `translate` needs: for CrossNet E and D, §3.1
TRAINING_ONLY = "training_only.safetensors"  # the rest: for CrossNet T and Q


class ModelError(ValueError):
    """A folder that holds no usable model; the message is one line."""


def save_model(folder: Path, method: Method, config: Mapping[str, Any]) -> None:
    """Write config.json and the weights of all networks, those for translating in a file of their own.

    config holds `method`, `networks`, `weights` and `history` as the method's constructor takes them, and whatever
    else describes the model.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    for file, wanted in ((TRANSLATING, True), (TRAINING_ONLY, False)):
        chosen = {n: net for n, net in method.networks.items() if (n in method.translates_with) == wanted}
        save_file(_tensors(chosen), folder / file)


def load_model(folder: Path, training_only: bool = False) -> tuple[Method, dict[str, Any]]:
    """Rebuild a model for translating; with `training_only` all its networks have their trained weights.

    Returns the method, in evaluation mode, and its config. Raises ModelError where the folder lacks a file, or the
    weights are not those of the networks that config.json describes.
    """
    try:
        config = json.loads((folder / "config.json").read_text())
        method = load(config["method"])(config["networks"], config["weights"], config["history"], seed=0)
        weights = load_file(folder / TRANSLATING)
        if training_only:
            weights |= load_file(folder / TRAINING_ONLY)
    except (OSError, ValueError, KeyError, TypeError, ImportError, SafetensorError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(
            f"{folder}: not a model of this project ({reason}); train one with `dvc repro train`"
        ) from error
    for name, network in method.networks.items():
        if training_only or name in method.translates_with:
            _fill(network, name, weights, folder)
        network.requires_grad_(False).eval()
    return method, config


def _tensors(networks: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    return {
        f"{name}.{key}": value.detach().cpu().contiguous()
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }


def _fill(network: nn.Module, name: str, weights: Mapping[str, Tensor], folder: Path) -> None:
    own = {key.removeprefix(f"{name}."): value for key, value in weights.items() if key.startswith(f"{name}.")}
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    found = {key: tuple(value.shape) for key, value in own.items()}
    if found != wanted:
        odd = sorted(key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key))
        differ = [f"{name}.{key} is {found.get(key)}, config.json says {wanted.get(key)}" for key in odd[:4]]
        more = f"; and {len(odd) - 4} more" if len(odd) > 4 else ""
        raise ModelError(f"{folder}: weights of another architecture: {'; '.join(differ)}{more}")
    network.load_state_dict(own)


@torch.inference_mode()
def translate(
    method: Method, rgb: NDArray[np.uint8], to: Side, device: torch.device | str = "cpu"
) -> NDArray[np.uint8]:
    """(N, H, W, 3) uint8 images of one domain -> (N, H, W, 3) uint8 of the other, at their own size.

    Sides that are not multiples of 4, or below 8, are mirrored out to the next one (below 5: repeated) and cut back.
    """
    height, width = rgb.shape[1:3]
    y = method.translate(_padded(rgb, device), to)[..., :height, :width]
    return from_range(y.float().cpu().numpy())


@torch.inference_mode()
def encode(method: Method, rgb: NDArray[np.uint8], to: Side) -> NDArray[np.float32]:
    """(N, H, W, 3) uint8 images of one domain -> their codes (N, C, h, w), which `translate` decodes: Fig. 3."""
    return method.encode(_padded(rgb, "cpu"), to).float().numpy()


def _padded(rgb: NDArray[np.uint8], device: torch.device | str) -> Tensor:
    height, width = rgb.shape[1:3]
    x = torch.from_numpy(to_range(rgb)).to(device)
    right, bottom = (max(8, side + -side % 4) - side for side in (width, height))
    return functional.pad(x, (0, right, 0, bottom), mode="reflect" if min(height, width) > 4 else "replicate")
