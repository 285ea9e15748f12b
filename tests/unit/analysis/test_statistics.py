"""Each statistic against its formula, a second implementation or a simulation."""

from itertools import combinations, permutations, product

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from scipy.stats import ttest_rel

from crossnet.analysis.statistics import (
    LEVEL,
    Comparison,
    Values,
    against_floor,
    compare,
    corrected,
    holm,
    tost,
    trend,
    welch,
)

X, Y = pd.Series([0.91, 0.90, 0.93, 0.88, 0.97], name="x"), pd.Series([0.88, 0.89, 0.90, 0.87], name="y")


def satterthwaite(x: Values, y: Values) -> tuple[float, float]:
    """Standard error of the difference of means, and its degrees of freedom."""
    parts = [values.var() / len(values) for values in (x, y)]
    df = sum(parts) ** 2 / sum(p**2 / (len(v) - 1) for p, v in zip(parts, (x, y), strict=True))
    return float(np.sqrt(sum(parts))), float(df)


def test_welch_has_the_p_and_the_interval_of_its_formula() -> None:
    error, df = satterthwaite(X, Y)
    difference = X.mean() - Y.mean()
    half = stdtrit(df, 0.975) * error
    assert welch(X, Y) == pytest.approx((2 * stdtr(df, -abs(difference) / error), difference - half, difference + half))


def test_welchs_interval_covers_the_true_difference_as_often_as_it_says_with_unequal_spreads() -> None:
    rng = np.random.default_rng(0)
    found = [welch(rng.normal(1, 1, 5), rng.normal(0, 3, 8)) for _ in range(400)]
    assert np.mean([low < 1 < high for _, low, high in found]) == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize("margin", [0.01, 0.03, 0.1])
@pytest.mark.parametrize(("x", "y"), [(X, Y), (Y, X)], ids=["above", "below"])
def test_tost_is_the_larger_of_two_one_sided_tests(x: Values, y: Values, margin: float) -> None:
    error, df = satterthwaite(x, y)
    difference = x.mean() - y.mean()
    wanted = max(stdtr(df, -(difference + margin) / error), stdtr(df, (difference - margin) / error))
    assert tost(x, y, margin) == pytest.approx(wanted)


def test_tost_is_below_the_level_when_the_interval_of_90_percent_lies_within_the_margin() -> None:
    error, df = satterthwaite(X, Y)
    reach = abs(X.mean() - Y.mean()) + stdtrit(df, 0.95) * error
    assert tost(X, Y, reach * 1.001) < LEVEL < tost(X, Y, reach * 0.999)


def test_a_true_difference_of_the_margin_is_called_none_as_rarely_as_the_level_says() -> None:
    rng = np.random.default_rng(0)
    found = [tost(rng.normal(1, 0.3, 8), rng.normal(0, 0.3, 8), 1.0) < LEVEL for _ in range(400)]
    assert np.mean(found) == pytest.approx(LEVEL, abs=0.025)


def pages_l(ranks: NDArray[np.int_]) -> float:
    return float((ranks.sum(axis=0) * np.arange(1, ranks.shape[1] + 1)).sum())


def test_the_trend_has_the_p_of_all_permutations_of_the_ranks() -> None:
    values = np.array([[3.0, 2.0, 1.0], [2.5, 2.6, 1.1], [3.1, 0.5, 0.7]])  # falls, but for two exchanges
    found = trend("m", [pd.Series(column, name=name) for name, column in zip("abc", values.T, strict=True)])
    ranks = (-values).argsort(axis=1).argsort(axis=1) + 1
    every = [pages_l(np.array(blocks)) for blocks in product(permutations((1, 2, 3)), repeat=3)]
    assert found.p == pytest.approx(2 * np.mean([each >= pages_l(ranks) for each in every]))
    assert (found.direction, found.first, found.second) == (-1, "c", "a")
    assert found.difference == pytest.approx(values[:, 2].mean() - values[:, 0].mean())


def test_a_trend_is_none_when_every_pair_of_variants_lies_within_the_margin() -> None:
    rng = np.random.default_rng(0)
    columns = [pd.Series(rng.normal(0, 0.1, 5), name=str(i)) for i in range(4)]
    found = trend("m", columns, margin=0.5)
    assert found.p_equivalent == pytest.approx(max(tost(x, y, 0.5) for x, y in combinations(columns, 2)))


def test_a_trend_takes_the_seeds_that_all_variants_have() -> None:
    order = [pd.Series({seed: seed / 10 - i for seed in range(i, 5)}, name=str(i)) for i in range(3)]
    assert trend("m", order).n == (3, 3)
    assert trend("m", order).p is not None
    few = trend("m", [*order, pd.Series({0: 0.0, 3: 0.1, 4: 0.2}, name="3")])
    assert (few.p, few.note) == (None, "2 seeds that all variants have: too few for a test (3 needed)")


def closed_testing(p: list[float]) -> list[float]:
    """Adjusted p by the closure of Bonferroni tests, which is what Holm's steps are a short cut for."""
    every = [c for size in range(1, len(p) + 1) for c in combinations(range(len(p)), size)]
    return [max(min(1, len(c) * min(p[j] for j in c)) for c in every if i in c) for i in range(len(p))]


@pytest.mark.parametrize("p", [[0.01, 0.04, 0.03, 0.005], [0.9, 0.6], [0.02, 0.02, 0.021], [0.5], []])
def test_holm_is_the_closure_of_bonferroni(p: list[float]) -> None:
    assert holm(p) == pytest.approx(closed_testing(p))


def test_a_family_is_corrected_over_the_tests_that_it_has() -> None:
    single = compare("m", pd.Series([1.0]), Y)
    family = [compare("m", X, Y, margin=0.05), single, compare("m", X, Y - 1)]
    found = corrected(family)
    assert [each.p_holm for each in found] == [family[0].p, None, pytest.approx(2 * (family[2].p or 1))]
    assert [each.p_equivalent_holm for each in found] == [family[0].p_equivalent, None, None]


def test_the_paired_test_is_of_the_seeds_that_both_have() -> None:
    found = compare("m", X, pd.concat([Y, pd.Series({9: 0.5})]))
    assert found.p_paired == pytest.approx(ttest_rel(X[:4], Y).pvalue)
    assert found.n == (5, 5)


@pytest.mark.parametrize(
    ("values", "note"),
    [([1.0], "1 seed: neither"), ([1.0, 1.5], "2 seeds: too few"), ([1.0] * 3, "a variant has the same value")],
)
def test_what_cannot_be_tested_says_why(values: list[float], note: str) -> None:
    found = compare("m", pd.Series(values), Y, margin=1.0)
    assert (found.p, found.p_equivalent, found.p_paired) == (None, None, None)
    assert (found.low is None) == (len(values) != 2)
    assert found.note.startswith(note)
    assert found.result == "undecided"


P = [0.01, None, 0.04, 0.03, None, 0.005]


def test_a_missing_p_stays_missing_and_does_not_count() -> None:
    there = [p for p in P if p is not None]
    adjusted = iter(closed_testing(there))
    assert holm(P) == [None if p is None else pytest.approx(next(adjusted)) for p in P]


def made(direction: int, p: float, equivalent: float | None, claimed: int | None = 1, times: int = 1) -> Comparison:
    return Comparison(
        "m", "x", "y", "Welch", (5, 5), (0, 0), direction * 0.1, direction=direction, claimed=claimed, p=p,
        p_holm=min(1, times * p), p_equivalent=equivalent,
        p_equivalent_holm=None if equivalent is None else min(1, times * equivalent),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("comparison", "result", "refutes"),
    [
        (made(1, 0.01, 0.9), "as claimed", False),
        (made(-1, 0.01, 0.9), "the other way", True),
        (made(-1, 0.03, 0.9, times=2), "the other way", False),
        (made(-1, 0.2, 0.2), "undecided", False),
        (made(1, 0.2, 0.01), "no difference", True),
        (made(1, 0.01, 0.01), "no difference", True),  # a difference that is surely there, and surely small
        (made(1, 0.2, 0.03, times=2), "no difference", False),
        (made(1, 0.01, None, claimed=None), "differs", True),
        (made(1, 0.03, None, claimed=None, times=2), "undecided", False),
    ],
)
def test_a_result_follows_from_p_and_margin(comparison: Comparison, result: str, refutes: bool) -> None:
    assert comparison.result == result
    if comparison.claimed:
        assert comparison.refutes == refutes


def test_a_floor_is_beaten_by_more_than_chance() -> None:
    sure = against_floor("m", X, pd.Series([0.8] * 5, name="m_input"), higher=True)
    assert (sure.beaten, sure.gain) == (True, pytest.approx(X.mean() - 0.8))
    assert sure.p == pytest.approx(stdtr(4, -(X.mean() - 0.8) / (X.std() / 5**0.5)))
    close = against_floor("m", X, pd.Series([0.91] * 5, name="m_input"), higher=True)
    assert close.gain > 0
    assert not close.beaten
    assert not against_floor("m", X, pd.Series([0.8] * 5, name="m_input"), higher=False).beaten
