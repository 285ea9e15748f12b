"""Photographs of any size for a trained model: how far they are reduced first, and translating them in batches."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.images import resized, to_rgb
from crossnet.methods.base import Domain, Method
from crossnet.model import translate

Pixels = NDArray[np.uint8]  # (H, W, 3)
TIMES = 2  # photographs are reduced to this multiple of the size of the training images (docs/pretrained.md)


def usual_side(config: Mapping[str, Any]) -> int:
    """Return the shorter side that photographs are reduced to, in pixels; 0 if config.json has no training size."""
    size = config.get("size")
    return TIMES * size if isinstance(size, int) and size > 0 else 0


def reduced_size(width: int, height: int, side: int) -> tuple[int, int]:
    """Return width and height after reducing to a shorter side, unless that is 0 or the image is smaller."""
    shorter = min(width, height)
    if not 0 < side < shorter:
        return width, height
    return round(width * side / shorter), round(height * side / shorter)


def reduced(image: Image.Image, side: int) -> Image.Image:
    """Return an image reduced to a shorter side; the same image if it is smaller, or if the side is 0."""
    size = reduced_size(*image.size, side)
    return image if size == image.size else resized(image, size)


def split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return an image as RGB on white, and its alpha channel (mode L); None if it has none.

    Raises ValuesError, an OSError, for float values and integers outside of 16 bits.
    """
    has_alpha = "A" in image.getbands() or ("transparency" in image.info and not image.mode.startswith("I"))
    return to_rgb(image), image.convert("RGBA").getchannel("A") if has_alpha else None


def translate_batch(method: Method, images: Sequence[Pixels], to: Domain) -> list[Pixels]:
    """Translate images of one size to a domain: (H, W, 3) uint8 each. Raises RuntimeError if memory is short."""
    return list(translate(method, np.stack(images), to))
