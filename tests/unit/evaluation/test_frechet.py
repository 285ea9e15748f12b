"""The Fréchet distance and its interval, against the official code, closed forms and scipy's bootstrap."""

import numpy as np
import pytest
from numpy.typing import NDArray

from crossnet.evaluation.bootstrap import resample
from crossnet.evaluation.frechet import frechet_distance, frechet_interval, resampled_distances
from crossnet.evaluation.inception import pytorch_fid

Features = NDArray[np.float64]


def features(seed: int, count: int, width: int) -> Features:
    rng = np.random.default_rng(seed)
    return rng.normal(rng.normal(size=width), 1, (count, width)) @ rng.normal(size=(width, width))


@pytest.mark.filterwarnings("ignore:The `disp` argument:DeprecationWarning")  # pytorch-fid's, of SciPy
@pytest.mark.parametrize(("n", "m", "width"), [(40, 40, 6), (30, 90, 12), (200, 50, 3)])
def test_it_is_that_of_pytorch_fid(n: int, m: int, width: int) -> None:
    x, y = features(1, n, width), features(2, m, width)
    moments = [moment for z in (x, y) for moment in (z.mean(0), np.cov(z, rowvar=False))]
    official = pytorch_fid().fid_score.calculate_frechet_distance(*moments)
    assert frechet_distance(x, y) == pytest.approx(official, rel=1e-6)


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


@pytest.mark.parametrize(("n", "m", "width"), [(7, 5, 3), (6, 9, 40), (2, 2, 4)])
def test_a_resample_has_the_distance_of_its_images(n: int, m: int, width: int) -> None:
    x, y = features(1, n, width), features(2, m, width) + 50
    of_x, of_y = resample(n)[:20], resample(m, 1)[:20]
    wanted = [frechet_distance(x.repeat(p, axis=0), y.repeat(q, axis=0)) for p, q in zip(of_x, of_y, strict=True)]
    assert resampled_distances(x, y, of_x, of_y) == pytest.approx(np.array(wanted), rel=1e-8)


def test_the_interval_holds_the_distance_and_is_as_wide_as_the_spread_over_new_samples() -> None:
    def drawn(seed: int) -> tuple[Features, Features]:
        rng = np.random.default_rng(seed)
        return rng.normal(0, 1, (60, 3)), rng.normal(2, 1, (50, 3))

    x, y = drawn(0)
    found = frechet_interval(x, y)
    assert found is not None
    assert found[0] < frechet_distance(x, y) < found[1]
    low, high = np.percentile([frechet_distance(*drawn(seed)) for seed in range(400)], [2.5, 97.5])
    assert found[1] - found[0] == pytest.approx(high - low, rel=0.25)


def test_the_interval_is_the_percentiles_of_resamples_about_the_distance() -> None:
    x, y = features(1, 12, 3), features(2, 9, 3)
    values = resampled_distances(x, y, resample(12), resample(9, 1))
    low, high = np.quantile(values, [0.025, 0.975]) - values.mean() + frechet_distance(x, y)
    assert frechet_interval(x, y) == (pytest.approx(max(0, low)), pytest.approx(high))


def test_of_very_many_images_there_is_no_interval() -> None:
    assert frechet_interval(np.zeros((1001, 1)), np.zeros((2, 1))) is None
