"""Features of image files by a network, each computed once: looked up by what is in the file."""

import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.evaluation.store import Store
from crossnet.images import decode, pixels
from crossnet.terminal import progress

VERSION = "1"  # of what is done to a file before a network sees it; another one finds nothing of this one's

Extract = Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.float32]]  # images (H, W, 3) -> (n, width)
Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True)
class Network:
    """What makes features: `identity` tells its weights and preprocessing from any other's; `load` makes it ready.

    It computes on a `device` of torch, which changes the last bits of features, and is fed `batch` images at a time.
    """

    name: str
    identity: str
    width: int
    load: Callable[[], Extract]
    device: str = "cpu"
    batch: int = 4


def batch_for(device: str) -> int:
    """How many images a network is fed at a time; on a CPU more take longer, since activations leave its cache."""
    return 4 if device == "cpu" else 64


def gather(
    network: Network, groups: Mapping[Group, Sequence[Path]], size: int, store: Store
) -> dict[Group, NDArray[np.float64]]:
    """Group -> paths of images becomes group -> (N, width) features, in the order of the paths.

    An image that is not size x size pixels is made so first, bicubic. What the store holds is not computed, and without
    anything to compute the network is not loaded. Raises OSError for a file that cannot be read.
    """
    keys = {path: _key(path, network, size) for paths in groups.values() for path in paths}
    found: dict[str, NDArray[np.float32]] = {}
    missing: dict[str, Path] = {}
    for path, key in keys.items():
        if (known := store.get(key, network.width)) is None:
            missing[key] = path
        else:
            found[key] = known
    if missing:
        computed = _computed(network, missing, size)
        for key, vector in progress(computed, len(missing), f"features of {network.name}", "images"):
            store.put(key, vector)
            found[key] = vector
        store.trim()
    empty = np.empty((0, network.width))
    return {
        name: np.stack([found[keys[path]] for path in paths]).astype(np.float64) if paths else empty
        for name, paths in groups.items()
    }


def _key(path: Path, network: Network, size: int) -> str:
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    made_by = network.identity if network.device == "cpu" else f"{network.identity} on {network.device}"
    return hashlib.sha256("\0".join((content, str(size), VERSION, made_by)).encode()).hexdigest()


def _computed(network: Network, missing: Mapping[str, Path], size: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    extract, keys = network.load(), list(missing)
    for start in range(0, len(keys), network.batch):
        batch = keys[start : start + network.batch]
        yield from zip(batch, extract([_square(missing[key], size) for key in batch]), strict=True)


def _square(path: Path, size: int) -> NDArray[np.uint8]:
    image = decode(path)
    return pixels(image if image.size == (size, size) else image.resize((size, size), Image.Resampling.BICUBIC))
