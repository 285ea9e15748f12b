"""PSNR and SSIM against the truth."""

import numpy as np
import pytest

from crossnet.metrics.paired import paired


def flat(level: int) -> np.ndarray:
    return np.full((16, 20, 3), level, dtype=np.uint8)


@pytest.mark.parametrize("difference", [1, 5, 50, 255])
def test_psnr_is_the_closed_form(difference: int) -> None:
    assert paired([flat(0)], [flat(difference)])["psnr"] == pytest.approx(20 * np.log10(255 / difference))


def test_ssim_of_flat_images_is_the_closed_form() -> None:
    a, b, c1 = 100.0, 120.0, (0.01 * 255) ** 2
    wanted = (2 * a * b + c1) / (a**2 + b**2 + c1)
    assert paired([flat(100)], [flat(120)])["ssim"] == pytest.approx(wanted, rel=1e-6)


def test_equal_images_are_finite_and_best() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (16, 20, 3), dtype=np.uint8)
    assert paired([noise], [noise]) == {"psnr": pytest.approx(54.15, abs=0.01), "ssim": pytest.approx(1), "n": 1}


def test_it_is_the_mean_over_images() -> None:
    truths = [flat(0), flat(0)]
    both = paired([flat(5), flat(50)], truths)
    each = [paired([flat(level)], truths[:1]) for level in (5, 50)]
    assert both["n"] == 2
    assert both["psnr"] == pytest.approx((each[0]["psnr"] + each[1]["psnr"]) / 2)
    assert both["ssim"] == pytest.approx((each[0]["ssim"] + each[1]["ssim"]) / 2)


def test_each_image_needs_its_truth() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired([flat(0)], [])
