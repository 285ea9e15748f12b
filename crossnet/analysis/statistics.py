"""Comparisons of variants over seeds: Welch's test, equivalence, Page's trend test, floors, Holm's correction.

docs/claims.md says where each test is from, and how a verdict follows. The values of a variant are a Series by seed,
named after the variant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import page_trend_test, ttest_1samp, ttest_ind, ttest_rel

Values = pd.Series  # of floats, by seed
Result = Literal["as claimed", "the other way", "differs", "no difference", "undecided"]

LEVEL = 0.05  # of every test; two-sided for differences and trends
MIN_SEEDS = 3  # of each variant for a test; an interval needs two


@dataclass(frozen=True)
class Comparison:
    """A metric's difference between two variants, first - second, and the tests of it.

    Attributes:
        metric: "<block>.<key>" of metrics.json.
        first, second: names of the variants; in a trend, of the last and the first of its order.
        test: "Welch", of two variants, or "Page", of an order of variants.
        n: seeds of each variant.
        means: of each variant.
        difference: of the means.
        low, high: 95 % confidence interval of the difference, by Welch.
        direction: 1 or -1, the direction that p speaks for: first is higher or lower, or the order rises or falls.
        claimed: the direction of a claim, None where nothing is claimed.
        p: two-sided, of Welch's or Page's test.
        p_holm: p, corrected by Holm over the family that `corrected` was given.
        p_paired: of the t-test paired by seed, for information.
        margin: a difference within ± margin counts as none.
        p_equivalent: of the two one-sided tests (TOST) that the difference is within the margin.
        p_equivalent_holm: the same, corrected.
        note: why a test is missing; its p is None.
    """

    metric: str
    first: str
    second: str
    test: Literal["Welch", "Page"]
    n: tuple[int, int]
    means: tuple[float, float]
    difference: float
    low: float | None = None
    high: float | None = None
    direction: int = 0
    claimed: int | None = None
    p: float | None = None
    p_holm: float | None = None
    p_paired: float | None = None
    margin: float | None = None
    p_equivalent: float | None = None
    p_equivalent_holm: float | None = None
    note: str = ""

    @property
    def result(self) -> Result:
        """What this comparison shows by itself; Holm's p counts where no claim joins it with others."""
        p, p_equivalent = (self.p, self.p_equivalent) if self.claimed else (self.p_holm, self.p_equivalent_holm)
        if below(p_equivalent):
            return "no difference"
        if not below(p):
            return "undecided"
        return "differs" if not self.claimed else "as claimed" if self.direction == self.claimed else "the other way"

    @property
    def refutes(self) -> bool:
        """Whether it alone refutes a claim that needs all comparisons of its family."""
        against = self.direction != self.claimed and below(self.p_holm)
        return below(self.p_equivalent_holm) or (against and self.result != "no difference")


@dataclass(frozen=True)
class FloorTest:
    """A variant's metric against its floor: a value that is reached without translating anything.

    n: seeds. gain: mean of metric - floor over the seeds, positive where the metric is better. p: one-sided t-test of
    the gain, None where it does not vary.
    """

    metric: str
    variant: str
    floor: str
    n: int
    mean: float
    floor_mean: float
    gain: float
    p: float | None

    @property
    def beaten(self) -> bool:
        """Whether the metric is better than its floor: surely, or at every seed by the same amount."""
        return self.gain > 0 and (below(self.p) or (self.p is None and self.n >= MIN_SEEDS))


def below(p: float | None) -> bool:
    """Whether a test was made and its p is below the level."""
    return p is not None and p < LEVEL


def compare(
    metric: str, first: Values, second: Values, margin: float | None = None, claimed: int | None = None
) -> Comparison:
    """Compare two variants by Welch's test, TOST, and the test paired by seed; each has a value or more."""
    difference = float(first.mean() - second.mean())
    found = Comparison(
        metric,
        str(first.name),
        str(second.name),
        "Welch",
        n=(len(first), len(second)),
        means=(float(first.mean()), float(second.mean())),
        difference=difference,
        direction=int(np.sign(difference)),
        claimed=claimed,
        margin=margin,
    )
    if (fewest := min(found.n)) < 2:
        return replace(found, note=f"{fewest} seed: neither interval nor test ({MIN_SEEDS} needed)")
    if not (_varies(first) and _varies(second)):
        return replace(found, note="a variant has the same value with every seed: no spread to test against")
    p, low, high = welch(first, second)
    found = replace(found, low=low, high=high)
    if fewest < MIN_SEEDS:
        return replace(found, note=f"{fewest} seeds: too few for a test ({MIN_SEEDS} needed)")
    equivalent = None if margin is None else tost(first, second, margin)
    return replace(found, p=p, p_equivalent=equivalent, p_paired=paired(first, second))


def trend(metric: str, order: Sequence[Values], margin: float | None = None, claimed: int | None = None) -> Comparison:
    """Test by Page that a metric rises or falls along variants; seeds are its blocks, those that all variants have.

    Difference and interval are of the last variant and the first. p_equivalent is the greatest of all pairs.
    """
    blocks = pd.concat(order, axis=1, join="inner")
    n = len(blocks)
    found = replace(compare(metric, order[-1], order[0], margin, claimed), test="Page", p=None, p_equivalent=None)
    if n < MIN_SEEDS:
        return replace(found, note=f"{n} seeds that all variants have: too few for a test ({MIN_SEEDS} needed)")
    rises, falls = (float(page_trend_test(each).pvalue) for each in (blocks.to_numpy(), -blocks.to_numpy()))
    columns = [blocks.iloc[:, i] for i in range(len(order))]
    testable = margin is not None and all(map(_varies, columns))
    return replace(
        found,
        n=(n, n),
        direction=1 if rises < falls else -1,
        p=min(1.0, 2 * min(rises, falls)),
        p_equivalent=max(tost(x, y, margin or 0) for x, y in combinations(columns, 2)) if testable else None,
        p_paired=None,
        note="",
    )


def against_floor(metric: str, variant: Values, floor: Values, higher: bool) -> FloorTest:
    """Test a metric against its floor, which each run measured on its own test images.

    floor: its values by seed, named after its key. higher: whether higher is better.
    """
    both = pd.concat([variant, floor], axis=1, join="inner")
    values, floors = both.iloc[:, 0], both.iloc[:, 1]
    gains = (values - floors) * (1 if higher else -1)
    p = float(ttest_1samp(gains, 0, alternative="greater").pvalue) if len(both) > 1 and _varies(gains) else None
    means = float(values.mean()), float(floors.mean()), float(gains.mean())
    return FloorTest(metric, str(variant.name), str(floor.name), len(both), *means, p)


def welch(x: Values, y: Values) -> tuple[float, float, float]:
    """Two-sided p of Welch's test (1947), and the 95 % interval of mean(x) - mean(y)."""
    found = ttest_ind(x, y, equal_var=False)
    interval = found.confidence_interval(1 - LEVEL)
    return float(found.pvalue), float(interval.low), float(interval.high)


def tost(x: Values, y: Values, margin: float) -> float:
    """p of the two one-sided tests (Schuirmann, 1987) that mean(x) - mean(y) lies within ± margin, by Welch."""
    above = ttest_ind(x + margin, y, equal_var=False, alternative="greater").pvalue
    under = ttest_ind(x - margin, y, equal_var=False, alternative="less").pvalue
    return float(max(above, under))


def paired(x: Values, y: Values) -> float | None:
    """Two-sided p of the t-test paired by seed; None where too few seeds are shared or the differences do not vary."""
    both = pd.concat([x, y], axis=1, join="inner").to_numpy()
    if len(both) < MIN_SEEDS or not _varies(both[:, 0] - both[:, 1]):
        return None
    return float(ttest_rel(both[:, 0], both[:, 1]).pvalue)


def corrected(family: Sequence[Comparison]) -> list[Comparison]:
    """The same comparisons with p_holm and p_equivalent_holm: corrected over those of the family that have a p."""
    p, equivalent = holm([each.p for each in family]), holm([each.p_equivalent for each in family])
    return [replace(each, p_holm=a, p_equivalent_holm=b) for each, a, b in zip(family, p, equivalent, strict=True)]


def holm(p: Sequence[float | None]) -> list[float | None]:
    """Holm's adjusted p (1979), in the given order: the k-th smallest of m times m - k + 1, never falling, at most 1.

    A p that is None stays so, and does not count.
    """
    tested = pd.Series({place: each for place, each in enumerate(p) if each is not None}, dtype=float).sort_values()
    adjusted = (tested * np.arange(len(tested), 0, -1)).cummax().clip(upper=1).to_dict()
    return [adjusted.get(place) for place in range(len(p))]


def _varies(values: Values | np.ndarray) -> bool:
    """Whether values differ by more than rounding."""
    return bool(np.ptp(values) > 1e-12 * max(1.0, float(np.abs(values).max())))
