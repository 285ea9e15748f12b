"""PSNR and SSIM against the truth."""

import numpy as np
import pytest

from crossnet.metrics.paired import paired


def flat(level: int) -> np.ndarray:
    return np.full((16, 20, 3), level, dtype=np.uint8)


@pytest.mark.parametrize("difference", [1, 5, 50, 255])
def test_psnr_is_the_closed_form(difference: int) -> None:
    assert paired([flat(0)], [flat(difference)])["psnr"][0] == pytest.approx(20 * np.log10(255 / difference))


def test_ssim_of_flat_images_is_the_closed_form() -> None:
    a, b, c1 = 100.0, 120.0, (0.01 * 255) ** 2
    wanted = (2 * a * b + c1) / (a**2 + b**2 + c1)
    assert paired([flat(100)], [flat(120)])["ssim"][0] == pytest.approx(wanted, rel=1e-6)


def test_equal_images_are_finite_and_best() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (16, 20, 3), dtype=np.uint8)
    found = paired([noise], [noise])
    assert (found["psnr"], found["ssim"]) == (pytest.approx([54.15], abs=0.01), pytest.approx([1]))


def test_each_image_has_its_own() -> None:
    truths = [flat(0), flat(0)]
    both = paired([flat(5), flat(50)], truths)
    each = [paired([flat(level)], truths[:1]) for level in (5, 50)]
    for name, values in both.items():
        assert values.tolist() == [one[name][0] for one in each]


def test_each_image_needs_its_truth() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired([flat(0)], [])
