"""The Fréchet distance, against the official code and a closed form."""

import numpy as np
import pytest
from numpy.typing import NDArray

from crossnet.metrics.frechet import frechet_distance

from .official_fid import calculate_frechet_distance

Features = NDArray[np.float64]


def features(seed: int, count: int, width: int) -> Features:
    rng = np.random.default_rng(seed)
    return rng.normal(rng.normal(size=width), 1, (count, width)) @ rng.normal(size=(width, width))


@pytest.mark.filterwarnings("ignore:The `disp` argument:DeprecationWarning")  # pytorch-fid's, of SciPy
@pytest.mark.parametrize(("n", "m", "width"), [(40, 40, 6), (30, 90, 12), (200, 50, 3)])
def test_it_is_that_of_pytorch_fid(n: int, m: int, width: int) -> None:
    x, y = features(1, n, width), features(2, m, width)
    moments = [moment for z in (x, y) for moment in (z.mean(0), np.cov(z, rowvar=False))]
    assert frechet_distance(x, y) == pytest.approx(calculate_frechet_distance()(*moments), rel=1e-6)


def whitened(seed: int, count: int, mean: Features, deviation: Features) -> Features:
    """Samples whose own mean and (diagonal) covariance are exactly those given."""
    z = np.random.default_rng(seed).normal(size=(count, len(mean)))
    z -= z.mean(0)
    z = z @ np.linalg.inv(np.linalg.cholesky(np.cov(z, rowvar=False))).T
    return mean + z * deviation


def test_between_diagonal_gaussians_it_is_the_closed_form() -> None:
    mean_x, mean_y = np.array([0.0, 1.0, -2.0]), np.array([3.0, 1.0, 0.5])
    s_x, s_y = np.array([1.0, 0.5, 2.0]), np.array([2.0, 0.1, 2.0])
    wanted = ((mean_x - mean_y) ** 2).sum() + ((s_x - s_y) ** 2).sum()
    x, y = whitened(0, 50, mean_x, s_x), whitened(1, 70, mean_y, s_y)
    assert frechet_distance(x, y) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("n", "width"), [(30, 4), (10, 200)])
def test_equal_sets_are_at_zero_and_both_ways_are_as_far(n: int, width: int) -> None:
    x, y = features(1, n, width), features(2, n + 5, width)
    scale = (x**2).sum()
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9 * scale)
    assert frechet_distance(x, x[::-1]) == pytest.approx(0, abs=1e-9 * scale)
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-9)
    assert frechet_distance(x, y) > 0


def test_moving_a_set_moves_it_by_the_square() -> None:
    x = features(1, 8, 40)
    assert frechet_distance(x, x + 3) == pytest.approx(40 * 9, rel=1e-9)


def test_with_fewer_images_than_features_it_is_that_of_the_space_they_span() -> None:
    x, y = features(1, 12, 3), features(2, 15, 3)
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(100, 3)))[0]  # 3 directions in 100
    assert frechet_distance(x @ basis.T, y @ basis.T) == pytest.approx(frechet_distance(x, y), rel=1e-9)


@pytest.mark.parametrize(("n", "m"), [(1, 5), (5, 1), (0, 0)])
def test_one_image_is_too_few(n: int, m: int) -> None:
    with pytest.raises(ValueError, match=f"at least 2 images on each side, not {n} and {m}"):
        frechet_distance(np.zeros((n, 3)), np.zeros((m, 3)))
