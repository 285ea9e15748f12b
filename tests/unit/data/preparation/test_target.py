"""What is told of an image by its pixels."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from crossnet.data.preparation import target


@pytest.mark.parametrize("size", [(1, 1), (7, 100), (30, 1025), (20000, 2)])
def test_a_digest_is_that_of_all_pixels_and_of_the_size(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    wanted = hashlib.sha256(f"{size[0]}x{size[1]}".encode() + pixels.tobytes()).hexdigest()
    assert target.digest_of(Image.fromarray(pixels)) == wanted
    pixels[-1, -1, -1] ^= 1
    assert target.digest_of(Image.fromarray(pixels)) != wanted


def test_the_same_values_in_another_shape_are_another_image() -> None:
    wide, high = Image.new("RGB", (6, 4)), Image.new("RGB", (4, 6))
    assert target.digest_of(wide) != target.digest_of(high)
