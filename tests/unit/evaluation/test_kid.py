"""The kernel distance, against its definition and what unbiased means."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics.pairwise import polynomial_kernel

from crossnet.evaluation.kid import kernel_distance, squared_mmd


def by_definition(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    def kernel(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        return float((a @ b / len(a) + 1) ** 3)

    n, m = len(x), len(y)
    xx = sum(kernel(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    yy = sum(kernel(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    xy = sum(kernel(a, b) for a in x for b in y) / (n * m)
    return xx + yy - 2 * xy


def drawn(seed: int, count: int, shift: float = 0, width: int = 5) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(shift, 1, (count, width))


@pytest.mark.parametrize(("n", "m"), [(2, 2), (7, 4), (10, 12)])
def test_it_is_its_definition(n: int, m: int) -> None:
    x, y = drawn(1, n), drawn(2, m, 0.5)
    assert squared_mmd(x, y) == pytest.approx(by_definition(x, y), rel=1e-10)


def test_it_is_that_of_scikit_learns_kernel() -> None:
    x, y = drawn(1, 30, width=2048), drawn(2, 20, 0.5, width=2048)
    xx, yy, xy = (polynomial_kernel(a, b, degree=3, gamma=None, coef0=1) for a, b in ((x, x), (y, y), (x, y)))
    within = [(k.sum() - k.trace()) / (len(k) * (len(k) - 1)) for k in (xx, yy)]
    assert squared_mmd(x, y) == pytest.approx(sum(within) - 2 * xy.mean(), rel=1e-10)


@pytest.mark.parametrize("count", [5, 20])
def test_between_samples_of_one_distribution_it_is_zero_on_average_and_often_negative(count: int) -> None:
    values = np.array([squared_mmd(drawn(2 * i, count), drawn(2 * i + 1, count)) for i in range(400)])
    assert abs(values.mean()) < 3 * values.std() / 20
    assert 0.3 < (values < 0).mean() < 0.8


def test_it_grows_with_the_distance() -> None:
    distances = [squared_mmd(drawn(0, 200), drawn(1, 200, shift)) for shift in (0, 0.5, 1, 2)]
    assert distances == sorted(distances)
    assert distances[1] > 0.01


def test_mean_and_deviation_are_over_subsets_of_half() -> None:
    x, y = drawn(0, 40), drawn(1, 30, 1)
    mean, deviation = kernel_distance(x, y)
    assert mean == pytest.approx(squared_mmd(x, y), rel=0.1)
    assert 0 < deviation < mean
    assert kernel_distance(x, y) == (mean, deviation)
    assert kernel_distance(x, y, seed=1) != (mean, deviation)


def test_subsets_as_large_as_the_sets_do_not_differ() -> None:
    x, y = drawn(0, 3), drawn(1, 3)
    assert kernel_distance(x[:2], y[:2], subsets=5) == (pytest.approx(squared_mmd(x[:2], y[:2])), pytest.approx(0))


def test_one_image_is_too_few() -> None:
    with pytest.raises(ValueError, match="at least 2 images on each side, not 1 and 3"):
        squared_mmd(drawn(0, 1), drawn(0, 3))
