"""Intervals by resampling, against scipy's."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from crossnet.evaluation.bootstrap import RESAMPLES, SEED, interval, mean_interval, resample


@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_resample_has_as_many_images_and_each_as_often_as_another(count: int) -> None:
    counts = resample(count)
    assert counts.shape == (RESAMPLES, count)
    assert (counts.sum(1) == count).all()
    assert counts.mean(0) == pytest.approx(np.ones(count), abs=0.2)
    assert (resample(count) == counts).all()
    assert count == 1 or (resample(count, 1) != counts).any()


def test_the_interval_of_a_mean_is_that_of_scipy() -> None:
    values = np.random.default_rng(1).gamma(2, size=40)
    scipys = bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(SEED)
    ).confidence_interval
    assert mean_interval(values) == (pytest.approx(scipys.low), pytest.approx(scipys.high))


def test_an_interval_holds_19_of_20_values() -> None:
    assert interval(np.arange(1001.0)) == (pytest.approx(25), pytest.approx(975))
