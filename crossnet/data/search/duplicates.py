"""Pictures that look the same, found by perceptual hashes: resized, recompressed or copied elsewhere."""

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def perceptual_hash(image: Image.Image) -> str:
    """A picture's pHash, 64 bits as 16 hexadecimal digits: which of its low frequencies are above their median."""
    return str(imagehash.phash(image))


class Seen:
    """The hashes of what was kept, in order, each with its name."""

    def __init__(self, distance: int) -> None:
        """distance: the most bits, of 64, in which two pictures that look the same differ."""
        self.distance = distance
        self.names: list[str] = []
        self._hashes: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)

    def like(self, phash: str) -> str | None:
        """The name of the first that looks the same, or None."""
        bits = np.bitwise_count(self._hashes ^ np.uint64(int(phash, 16)))
        near = np.flatnonzero(bits <= self.distance)
        return self.names[near[0]] if len(near) else None

    def add(self, phash: str, name: str) -> None:
        """Remember one that is kept."""
        self.names.append(name)
        self._hashes = np.append(self._hashes, np.uint64(int(phash, 16)))
