"""PSNR and SSIM against the truth."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from crossnet.evaluation.paired import psnr_ssim


def flat(level: int) -> np.ndarray:
    return np.full((16, 20, 3), level, dtype=np.uint8)


@pytest.mark.parametrize("difference", [1, 5, 50, 255])
def test_psnr_is_the_closed_form(difference: int) -> None:
    assert psnr_ssim([flat(0)], [flat(difference)], {})["psnr"][0] == pytest.approx(20 * np.log10(255 / difference))


def test_ssim_of_flat_images_is_the_closed_form() -> None:
    a, b, c1 = 100.0, 120.0, (0.01 * 255) ** 2
    wanted = (2 * a * b + c1) / (a**2 + b**2 + c1)
    assert psnr_ssim([flat(100)], [flat(120)], {})["ssim"][0] == pytest.approx(wanted, rel=1e-6)


def ssim(x: np.ndarray, y: np.ndarray) -> float:
    """Wang et al. 2004, eq. (13): each channel's mean of the places where the 11 x 11 Gaussian window lies within."""

    def mean(values: np.ndarray) -> np.ndarray:  # weighted by the window around each place
        return gaussian_filter(values, sigma=(1.5, 1.5, 0), radius=(5, 5, 0))[5:-5, 5:-5]

    a, b = x.astype(float), y.astype(float)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * mean(a) * mean(b) + c1) / (mean(a) ** 2 + mean(b) ** 2 + c1)
    covariance = mean(a * b) - mean(a) * mean(b)
    variances = mean(a * a) - mean(a) ** 2 + mean(b * b) - mean(b) ** 2
    return float((luminance * (2 * covariance + c2) / (variances + c2)).mean())


@pytest.mark.parametrize("seed", range(4))
def test_ssim_is_that_of_wang_on_images_with_structure(seed: int) -> None:
    rng = np.random.default_rng(seed)
    blurred = gaussian_filter(rng.normal(size=(24, 30, 3)), sigma=(seed, seed, 0))
    truth = np.clip(128 + 60 * blurred / blurred.std(), 0, 255).astype(np.uint8)
    noisier = np.clip(0.6 * truth + 40 + rng.normal(0, 5 + 10 * seed, truth.shape), 0, 255).astype(np.uint8)
    unlike = np.ascontiguousarray(255 - truth[::-1])
    wanted = [ssim(noisier, truth), ssim(unlike, truth)]
    assert psnr_ssim([noisier, unlike], [truth, truth], {})["ssim"] == pytest.approx(wanted, abs=1e-6)
    assert 0.05 < wanted[0] < 0.97
    assert wanted[1] < 0.5


def test_equal_images_are_finite_and_best() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (16, 20, 3), dtype=np.uint8)
    found = psnr_ssim([noise], [noise], {})
    assert (found["psnr"], found["ssim"]) == (pytest.approx([54.15], abs=0.01), pytest.approx([1]))


def test_each_image_has_its_own() -> None:
    truths = [flat(0), flat(0)]
    both = psnr_ssim([flat(5), flat(50)], truths, {})
    each = [psnr_ssim([flat(level)], truths[:1], {}) for level in (5, 50)]
    for name, values in both.items():
        assert values.tolist() == [one[name][0] for one in each]


def test_each_image_needs_its_truth() -> None:
    with pytest.raises(ValueError, match="zip"):
        psnr_ssim([flat(0)], [], {})


def test_psnr_of_a_part_is_that_of_its_pixels_alone() -> None:
    mask = np.zeros((16, 20), bool)
    mask[3:9, 4:12] = True
    truth, found = flat(100), flat(100)
    found[mask] = 110
    found[~mask] = 50
    values = psnr_ssim([found], [truth], {"object": [mask], "background": [~mask]})
    assert values["psnr_object"] == pytest.approx([20 * np.log10(255 / 10)])
    assert values["psnr_background"] == pytest.approx([20 * np.log10(255 / 50)])


def test_parts_have_the_mean_squared_error_and_the_ssim_of_the_whole_between_them() -> None:
    rng = np.random.default_rng(0)
    truths, found = rng.integers(0, 256, (2, 2, 24, 30, 3), dtype=np.uint8)
    masks = list(rng.random((2, 24, 30)) < 0.3)
    values = psnr_ssim([*found], [*truths], {"object": masks, "background": [~mask for mask in masks]})
    for i, mask in enumerate(masks):
        share, inner = mask.mean(), mask[5:-5, 5:-5].mean()
        errors = {name: 10 ** (-values[f"psnr{name}"][i] / 10) for name in ("", "_object", "_background")}
        assert share * errors["_object"] + (1 - share) * errors["_background"] == pytest.approx(errors[""])
        both = inner * values["ssim_object"][i] + (1 - inner) * values["ssim_background"][i]
        assert both == pytest.approx(values["ssim"][i])


def test_the_ssim_of_a_part_is_that_of_the_places_where_it_is() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 256, (16, 40, 3), dtype=np.uint8)
    found, left = truth.copy(), np.zeros((16, 40), bool)
    found[:, 20:] = 255 - found[:, 20:]
    left[:, :14] = True
    right = left[:, ::-1]
    values = psnr_ssim([found], [truth], {"left": [left], "right": [right]})
    assert values["ssim_left"] == pytest.approx([1])
    assert values["ssim_right"] == pytest.approx([ssim(found[:, 21:], truth[:, 21:])], abs=1e-6)


def test_an_image_without_a_pixel_of_a_part_has_no_value_of_it() -> None:
    nothing = np.zeros((16, 20), bool)
    values = psnr_ssim([flat(1)], [flat(0)], {"object": [nothing]})
    assert np.isnan([values["psnr_object"], values["ssim_object"]]).all()
