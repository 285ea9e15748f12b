"""Do two rows differ? Paired by seed, since a seed gives both the same first weights and order of images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from crossnet.experiments.rows import Row

CONFIDENCE = 0.95
FEWEST = 3  # shared seeds for a test; an interval needs two


@dataclass(frozen=True)
class Paired:
    """The paired differences, first - second, of a metric: mean, its interval and p, None where there are too few.

    low, high: the 95 % interval by Student's t. p: two-sided, by the paired t-test; p_holm: corrected by Holm for all
    tests of its family. note: in words, why something is not there.
    """

    metric: str
    first: str
    second: str
    seeds: tuple[int, ...]
    difference: float
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    note: str


def paired(metric: str, first: str, one: Mapping[int, float], second: str, other: Mapping[int, float]) -> Paired | None:
    """Test one row's values by seed against another's; None where they share no seed."""
    from scipy.stats import ttest_rel

    seeds = tuple(sorted(one.keys() & other.keys()))
    if not seeds:
        return None
    x, y = np.array([one[seed] for seed in seeds]), np.array([other[seed] for seed in seeds])
    found = Paired(metric, first, second, seeds, float((x - y).mean()), None, None, None, None, "")
    if len(seeds) < 2:
        return replace(found, note=f"1 shared seed: neither interval nor test ({FEWEST} wanted)")
    if np.ptp(x - y) <= 1e-12 * max(1.0, float(np.abs(x).max())):
        return replace(found, note="the same difference with every seed: no spread to test it against")
    result = ttest_rel(x, y)
    interval = result.confidence_interval(CONFIDENCE)
    found = replace(found, low=float(interval.low), high=float(interval.high))
    if len(seeds) < FEWEST:
        return replace(found, note=f"{len(seeds)} shared seeds: too few for a test ({FEWEST} wanted)")
    return replace(found, p=float(result.pvalue))


def all_pairs(rows: Sequence[Row], metrics: Sequence[str]) -> list[Paired]:
    """Every pair of rows on the same data that shares a seed, for every metric; Holm's family is a metric's tests."""
    tests: list[Paired] = []
    for metric in metrics:
        family = [
            paired(metric, first.name, first.values(metric), second.name, second.values(metric))
            for first, second in combinations(rows, 2)
            if first.data == second.data
        ]
        tests += corrected([test for test in family if test is not None])
    return tests


def corrected(family: Sequence[Paired]) -> list[Paired]:
    """The same tests with p_holm: Holm 1979, step-down Bonferroni over the tests of the family that have a p."""
    tested = [test.p for test in family if test.p is not None]
    adjusted = iter(holm(tested))
    return [replace(test, p_holm=next(adjusted)) if test.p is not None else test for test in family]


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjusted p, in the order of the given ones: the k-th smallest of m times m - k + 1, never falling."""
    order = np.argsort(p)
    steps = np.array(p)[order] * np.arange(len(p), 0, -1)
    adjusted = np.minimum(np.maximum.accumulate(steps), 1) if len(p) else steps
    found = np.empty(len(p))
    found[order] = adjusted
    return [float(value) for value in found]
