"""A trained model on disk: weights as safetensors and one config.json that is enough to rebuild the networks."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from crossnet.engine.cpu import winograd_native
from crossnet.engine.cpu.layers import accelerate
from crossnet.engine.cpu.malloc import keep_freed_memory
from crossnet.engine.cpu.native_build import NotBuiltError
from crossnet.engine.cpu.native_library import load_library
from crossnet.escaping import one_line
from crossnet.files import error_message, write_all_atomically
from crossnet.images import from_range, to_range
from crossnet.methods.base import Domain, Method, load
from crossnet.params.model_config import read_config

TRANSLATING = "translating.safetensors"  # what `translate` needs: for CrossNet E and D, §3.1
TRAINING_ONLY = "training_only.safetensors"  # the rest: for CrossNet T and Q
SHARED = "model.safetensors"  # what TRANSLATING is called in a model to share, as the Hugging Face Hub has it
CONFIG = "config.json"
CPU_PIXELS = 2**14  # of a batch on a CPU: 4 images of 64x64; more leave its cache, and take longer each
GPU_PIXELS = 2**20  # of a batch elsewhere: 64 images of 128x128
PAPER_SIZE, MOST_SIZE = 256, 8192  # of images that a model was trained on
FLOATS = ("F32", "F64", "F16", "BF16")  # what weights may be saved as; they become float32


class ModelError(ValueError):
    """A folder that holds no usable model; the message is one line."""


def save_model(folder: Path, method: Method, config: Mapping[str, Any]) -> None:
    """Write config.json and the weights of all networks, those for translating in a file of their own: all or none.

    config holds `method`, `networks`, `weights`, `image_pool` and `size` as the method's constructor takes them, and
    whatever else describes the model.
    """
    files: dict[Path, bytes | str] = {folder / CONFIG: json.dumps(config, indent=1) + "\n"}
    for file, wanted in ((TRANSLATING, True), (TRAINING_ONLY, False)):
        chosen = {n: net for n, net in method.networks.items() if (n in method.translates_with) == wanted}
        files[folder / file] = save(_tensors(chosen))
    folder.mkdir(parents=True, exist_ok=True)
    write_all_atomically(files)


def shared_model(method: Method, config: Mapping[str, Any]) -> dict[str, bytes | str]:
    """Return the files of a model to share by their names: config.json, and the weights that translate.

    Weights are in half precision where that loses nothing.
    """
    tensors = _tensors({name: method.networks[name] for name in method.translates_with})
    halves = {key: value.half() for key, value in tensors.items()}
    if all(torch.equal(halves[key].float(), value) for key, value in tensors.items()):
        tensors = halves
    return {CONFIG: json.dumps(config, indent=1) + "\n", SHARED: save(tensors)}


def translating_weights(folder: Path) -> Path:
    """Return the file with the weights that translate: SHARED if the folder has it, else TRANSLATING."""
    return folder / SHARED if (folder / SHARED).exists() else folder / TRANSLATING


def load_model(folder: Path, training_only: bool = False) -> tuple[Method, dict[str, Any]]:
    """Rebuild a model for translating; with `training_only` all its networks have their trained weights.

    Returns the method, in evaluation mode, and its config. Without `training_only` the networks that translating does
    not need are on torch's device "meta": they have shapes, and no weights. Nothing is allocated before config.json is
    within the bounds of params.yaml and the weights on the disk have the shapes that it asks for. Raises ModelError
    where the folder lacks a file, or where the weights are of other shapes, no floating-point numbers, or not finite.
    """
    files = (TRANSLATING, TRAINING_ONLY) if training_only else (TRANSLATING,)
    try:
        config = read_config(folder / CONFIG)
        with torch.device("meta"):
            setup = {key: config[key] for key in ("networks", "weights", "image_pool")}
            method = load(config["method"])(**setup, seed=0, size=_size(config))
        for file in files:
            wanted = {
                n: net for n, net in method.networks.items() if (n in method.translates_with) == (file == TRANSLATING)
            }
            path = translating_weights(folder) if file == TRANSLATING else folder / file
            try:
                _fill(wanted, path)
            except SafetensorError as error:
                raise ValueError(f"{path.name}: {error}") from error
    except ModelError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = one_line(error_message(error) if isinstance(error, OSError) else error)
        raise ModelError(
            f"{folder}: not a model of this project ({reason}); train one with `dvc repro train`, or name a "
            "pretrained one (docs/pretrained.md)"
        ) from error
    for network in method.networks.values():
        network.requires_grad_(False).eval()
    return method, config


def _size(config: Mapping[str, Any]) -> int:
    """The size of the images that a model was trained on; that of the paper where its config says none."""
    size = config.get("size")
    return size if type(size) is int and 0 < size <= MOST_SIZE else PAPER_SIZE


def _tensors(networks: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    return {
        f"{name}.{key}": value.detach().cpu().contiguous()
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }


def _fill(networks: Mapping[str, nn.Module], path: Path) -> None:
    """Give networks on "meta" the weights of a file, after a look at the shapes and types that its head declares."""
    if not path.is_file():  # of a pipe nothing ever comes
        raise FileNotFoundError(f"{path.name}: {'is no regular file' if path.exists() else 'no such file'}")
    wanted = {
        f"{name}.{key}": tuple(value.shape)
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }
    with safe_open(path, "pt") as weights:
        heads = {key: weights.get_slice(key) for key in weights.keys()}  # noqa: SIM118
        found = {key: tuple(head.get_shape()) for key, head in heads.items()}
        _same_shapes(found, wanted, path)
        for key, head in heads.items():
            if head.get_dtype() not in FLOATS:
                raise ModelError(f"{path}: {key} is of type {head.get_dtype()}, wanted one of {', '.join(FLOATS)}")
        for name, network in networks.items():
            own = {key: weights.get_tensor(f"{name}.{key}").float().clone() for key in network.state_dict()}
            for key, value in own.items():
                if not bool(torch.isfinite(value).all()):
                    raise ModelError(f"{path}: {name}.{key} has values that are not finite; train the model again")
            network.load_state_dict(own, assign=True)


def _same_shapes(found: Mapping[str, tuple[int, ...]], wanted: Mapping[str, tuple[int, ...]], path: Path) -> None:
    odd = [key for key in dict.fromkeys([*wanted, *sorted(found)]) if wanted.get(key) != found.get(key)]
    if odd:
        differ = [f"{key} is {found.get(key)}, {CONFIG} says {wanted.get(key)}" for key in odd[:4]]
        more = f"; and {len(odd) - 4} more" if len(odd) > 4 else ""
        raise ModelError(f"{path}: weights of another architecture: {'; '.join(differ)}{more}")


def place(method: Method, device: torch.device) -> None:
    """Move the networks that translate to a device.

    On a CPU residual blocks are then computed by C++, if it can be compiled, and the layers around them store the
    channels of a pixel side by side, which takes oneDNN less time.
    """
    for name in method.translates_with:
        network = method.networks[name].to(device)
        if device.type == "cpu":
            accelerate(network)
            for layer in network.children():
                if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                    layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if device.type == "cpu":
        keep_freed_memory()
        with suppress(NotBuiltError, OSError):
            winograd_native.use(load_library())


def batch_pixels(method: Method) -> int:
    """How many pixels a batch of images had better have at most, where the method's weights are."""
    return CPU_PIXELS if method.device.type == "cpu" else GPU_PIXELS


def refuse_other_direction(method: Method, to: Domain) -> None:
    """Raise ModelError for a domain that a method of one direction does not translate to."""
    if to not in method.directions:
        raise ModelError(f"this model translates to {method.directions[0]} alone, not to {to}")


@torch.inference_mode()
def translate(
    method: Method, rgb: NDArray[np.uint8], to: Domain, styles: Sequence[Tensor | None] | None = None
) -> NDArray[np.uint8]:
    """(N, H, W, 3) uint8 images of one domain -> (N, H, W, 3) uint8 of the other, at their own size.

    Computed where the method's weights are. Sides that are not multiples of the method's `multiple`, or below 8, are
    mirrored out to the next one (where that is too far: repeated) and cut back.

    styles: one for each image, as `draw_style` and `style_of` give them; None: those of seed 0.
    """
    height, width = rgb.shape[1:3]
    given = [style for style in styles or () if style is not None]
    y = method.translate(_padded(rgb, method), to, torch.cat(given) if given else None)[..., :height, :width]
    return from_range(y.float().cpu().numpy())


@torch.inference_mode()
def encode(method: Method, rgb: NDArray[np.uint8], to: Domain) -> NDArray[np.float32] | None:
    """(N, H, W, 3) uint8 images of one domain -> their codes (N, C, h, w), which `translate` decodes: Fig. 3.

    None for a method without codes.
    """
    codes = method.encode(_padded(rgb, method), to)
    return None if codes is None else codes.float().cpu().numpy()


@torch.inference_mode()
def scores(method: Method, rgb: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """(N, H, W, 3) uint8 images of A -> how much each pixel is of the object, (N, H, W) in [0, 1], if it says so."""
    height, width = rgb.shape[1:3]
    found = method.scores(_padded(rgb, method))
    return None if found is None else found[..., :height, :width].float().cpu().numpy()


@torch.inference_mode()
def draw_style(method: Method, rgb: NDArray[np.uint8], to: Domain, seed: int) -> Tensor | None:
    """The style (1, ...) that a seed gives to the translation of an image (H, W, 3); None: the method has no styles."""
    if not method.has_styles:
        return None
    return method.draw_style(_padded(rgb[None], method), to, torch.Generator().manual_seed(seed))


@torch.inference_mode()
def style_of(method: Method, rgb: NDArray[np.uint8], domain: Domain) -> Tensor | None:
    """The style (1, ...) of an image (H, W, 3) of a domain, for translations to it; None: images have none."""
    return method.style_of(_padded(rgb[None], method), domain)


def padded(width: int, height: int, multiple: int = 4) -> tuple[int, int]:
    """Width and height of what is translated for an image: multiples, and 8 at least. They take the memory."""
    return max(8, width + -width % multiple), max(8, height + -height % multiple)


def made_up(rgb: NDArray[np.uint8], multiple: int = 4) -> NDArray[np.uint8]:
    """Mirror images (..., H, W, 3) out to the size of `padded`; where that is too far, repeat the border."""
    height, width = rgb.shape[-3:-1]
    right, bottom = np.subtract(padded(width, height, multiple), (width, height)).tolist()
    if not (right or bottom):
        return rgb
    border = [(0, 0)] * (rgb.ndim - 3) + [(0, bottom), (0, right), (0, 0)]
    return np.pad(rgb, border, mode="reflect" if right < width and bottom < height else "edge")


def _padded(rgb: NDArray[np.uint8], method: Method) -> Tensor:
    return torch.from_numpy(to_range(made_up(rgb, method.multiple))).to(method.device)
