"""Features of image files by a network, each computed once and stored under the content of the file."""

import hashlib
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.files import write_atomically
from crossnet.images import decode, pixels
from crossnet.terminal import progress

VERSION = "1"  # of what is done to a file before a network sees it: part of the key of a stored vector
MAX_BYTES = 512 << 20  # of a store: 60,000 vectors of 2048 numbers
DIGEST = hashlib.sha256().digest_size

Extract = Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.float32]]  # images (H, W, 3) -> (n, width)
Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True)
class Network:
    """A network that computes features.

    Args:
        name: of the network.
        identity: its weights and preprocessing, in words that differ from those of any other network.
        width: numbers of a feature vector.
        load: builds the network; called only when there is something to compute.
        device: the torch device, which changes the last bits of features.
        batch: images at a time.
        all_of_training: whether distances to the training images are of all of them, or of as many as there are test
            images.
    """

    name: str
    identity: str
    width: int
    load: Callable[[], Extract]
    device: str = "cpu"
    batch: int = 4
    all_of_training: bool = False


def batch_for(device: str) -> int:
    """How many images to compute at a time; on a CPU more take longer, since activations leave its cache."""
    return 4 if device == "cpu" else 64


class Store:
    """A folder of feature vectors, float32, each in a file named by its key of hexadecimal digits.

    Several processes may use it at once. A file begins with the digest of the rest, so that a truncated or damaged one
    counts as missing. When the files exceed `max_bytes`, the least recently used are removed.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder, self.max_bytes = folder, max_bytes

    def get(self, key: str, width: int) -> NDArray[np.float32] | None:
        """The stored vector, (width,); None where it is missing, damaged or of another width."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        digest, values = content[:DIGEST], content[DIGEST:]
        if len(values) != 4 * width or hashlib.sha256(values).digest() != digest:
            return None
        return np.frombuffer(values, dtype="<f4")

    def put(self, key: str, vector: NDArray[np.float32]) -> None:
        """Store a vector (F,), in the place of one that has the key; not where another process trims it meanwhile."""
        path, values = self._path(key), vector.astype("<f4").tobytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            write_atomically(path, hashlib.sha256(values).digest() + values, shared=True)

    def trim(self) -> None:
        """Remove the least recently used files, down to 90 % of `max_bytes`, where they exceed `max_bytes`."""
        files = sorted(_facts(path for path in self.folder.rglob("*") if path.is_file()))
        total = sum(size for _, size, _ in files)
        if total <= self.max_bytes:
            return
        for _, size, path in files:
            if total <= 0.9 * self.max_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


def gather(
    network: Network, groups: Mapping[Group, Sequence[Path]], size: int, store: Store
) -> dict[Group, NDArray[np.float64]]:
    """The features of groups of image files, (N, width) each, in the order of the paths.

    An image that is not size x size pixels is resized first, bicubic. Vectors that the store has are not computed
    again. Raises OSError for a file that cannot be read.
    """
    keys = {path: _key(path, network, size) for paths in groups.values() for path in paths}
    found: dict[str, NDArray[np.float32]] = {}
    missing: dict[str, Path] = {}
    for path, key in keys.items():
        if (stored := store.get(key, network.width)) is None:
            missing[key] = path
        else:
            found[key] = stored
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


def _facts(paths: Iterable[Path]) -> Iterator[tuple[int, int, Path]]:
    """The time of the last use and the bytes of each file; files that another process removed meanwhile are skipped."""
    for path in paths:
        with suppress(FileNotFoundError):
            facts = path.stat()
            yield facts.st_mtime_ns, facts.st_size, path
