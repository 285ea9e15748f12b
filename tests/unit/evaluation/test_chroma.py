"""The correlation of chroma, against Pillow's conversion and NumPy's correlation."""

import numpy as np
import pytest
from PIL import Image

from crossnet.evaluation.chroma import chroma_correlation


def drawn(seed: int, count: int = 3) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).integers(0, 256, (count, 8, 9, 3), dtype=np.uint8))


def chroma(images: list[np.ndarray], masks: list[np.ndarray]) -> np.ndarray:
    """Cb and Cr by Pillow, of all chosen pixels, one channel after the other and each about its mean."""
    parts = [np.asarray(Image.fromarray(x).convert("YCbCr"))[m][:, 1:] for x, m in zip(images, masks, strict=True)]
    values = np.concatenate(parts).astype(float)
    return np.ravel(values - values.mean(0), order="F")


def test_it_is_pearsons_of_both_channels_together() -> None:
    truths, other = drawn(0), drawn(1)
    mixed = [(0.6 * x + 0.4 * y).astype(np.uint8) for x, y in zip(truths, other, strict=True)]
    masks = [np.random.default_rng(i).random((8, 9)) < 0.4 for i in range(3)]
    for chosen in (masks, [np.ones((8, 9), bool)] * 3):
        wanted = np.corrcoef(chroma(mixed, chosen), chroma(truths, chosen))[0, 1]
        assert chroma_correlation(mixed, truths, chosen) == pytest.approx(wanted, abs=5e-3)
    assert chroma_correlation(mixed, truths) == chroma_correlation(mixed, truths, [np.ones((8, 9), bool)] * 3)


def test_equal_colours_are_at_one_whatever_their_brightness_and_complements_at_minus_one() -> None:
    images = [image // 2 + 60 for image in drawn(2)]
    assert chroma_correlation([image + 40 for image in images], images) == pytest.approx(1)
    assert chroma_correlation([255 - image for image in images], images) == pytest.approx(-1)


def test_a_cast_that_both_have_is_no_correlation() -> None:
    image = np.full((4, 4, 3), (200, 30, 90), np.uint8)
    noise = np.random.default_rng(0).integers(0, 20, (2, 4, 4, 3))
    x, y = (image + noise).astype(np.uint8)
    assert abs(chroma_correlation([x], [y]) or 1) < 0.6


def test_without_colour_there_is_none() -> None:
    white = [np.full((8, 9, 3), 255, np.uint8)] * 3
    assert chroma_correlation(drawn(3), white) is None
    assert chroma_correlation(drawn(3), drawn(4), [np.zeros((8, 9), bool)] * 3) is None
