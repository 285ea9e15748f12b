"""Images of mixed sizes in batches of one size, with a bound on the pixels that wait."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key")
Image = NDArray[np.uint8]  # (H, W, 3)


def by_size(images: Iterable[tuple[Key, Image]], pixels: int) -> Iterator[list[tuple[Key, Image]]]:
    """Yield images, each with its key, in batches of one height and width; those of one size keep their order.

    A batch has at most `pixels` pixels, or one image. Images that wait for others of their size have at most 4 times
    as many pixels; then the size with the most pixels goes first.
    """
    waiting: dict[tuple[int, ...], list[tuple[Key, Image]]] = {}
    for key, image in images:
        size = image.shape[:2]
        batch = waiting.setdefault(size, [])
        batch.append((key, image))
        if (len(batch) + 1) * _area(size) > pixels:
            yield waiting.pop(size)
        elif sum(len(each) * _area(of) for of, each in waiting.items()) > 4 * pixels:
            yield waiting.pop(max(waiting, key=lambda of: len(waiting[of]) * _area(of)))
    yield from waiting.values()


def _area(size: tuple[int, ...]) -> int:
    return size[0] * size[1]
