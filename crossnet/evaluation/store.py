"""A folder of feature vectors by content: whole entries only, safe with several writers, bounded in size."""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.files import write_atomically

MOST_BYTES = 512 << 20  # 60,000 vectors of 2048 numbers
DIGEST = hashlib.sha256().digest_size


class Store:
    """Feature vectors, float32, each in a file named after a key of hexadecimal digits.

    An entry begins with the digest of what follows, so one that was broken off or damaged counts as none. What was not
    used for longest goes first once there are more than `most_bytes`.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.most_bytes = folder, most_bytes

    def get(self, key: str, width: int) -> NDArray[np.float32] | None:
        """The vector of `width` numbers that was put under a key; None where there is none, or none that is whole."""
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
        """Write an entry whole or not at all, over what is there; not where another process trims it meanwhile."""
        path, values = self._path(key), vector.astype("<f4").tobytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            write_atomically(path, hashlib.sha256(values).digest() + values, shared=True)

    def trim(self) -> None:
        """Remove what was not used for longest, to nine tenths of the bound, where there is more than that."""
        known = sorted(_facts(path for path in self.folder.rglob("*") if path.is_file()))
        total = sum(size for _, size, _ in known)
        if total <= self.most_bytes:
            return
        for _, size, path in known:
            if total <= 0.9 * self.most_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


def _facts(paths: Iterable[Path]) -> list[tuple[int, int, Path]]:
    """When each file was last used, and its bytes; those that another process removed meanwhile are left out."""
    found = []
    for path in paths:
        with suppress(FileNotFoundError):
            facts = path.stat()
            found.append((facts.st_mtime_ns, facts.st_size, path))
    return found
