"""Comparisons of rows over seeds: Welch's test, equivalence, Page's trend test, floors, Holm's correction.

docs/claims.md has the formulas' sources and how a verdict follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = Mapping[int, float]  # a row's metric by seed
Result = Literal["as claimed", "the other way", "differs", "no difference", "undecided"]

LEVEL = 0.05  # of every test; two-sided for differences and trends
FEWEST = 3  # seeds of each row for a test; an interval needs two


@dataclass(frozen=True)
class Comparison:
    """A metric's difference between two rows, first - second, and the tests of it.

    test: "Welch", of two rows; or "Page", of an order of rows, whose ends are `first` and `second`.
    n: seeds of each row. means: of each row. low, high: 95 % confidence interval of the difference, by Welch.
    direction: 1 or -1, the side that p speaks for: first is the higher or the lower one, or the order rises or falls.
    claimed: the direction that a claim says, None where nothing is claimed.
    p: two-sided, of Welch's or Page's test. p_paired: of the t-test paired by seed, shown beside it.
    margin: a difference within ± margin counts as none. p_equivalent: of the two one-sided tests (TOST) for that.
    p_holm, p_equivalent_holm: corrected by Holm over the family that `corrected` was given.
    note: why a test is missing. A p that is missing is None.
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
    """A row's metric against its floor: a value that is reached without translating anything.

    gain: mean of metric - floor over the seeds, positive where the metric is better. p: one-sided t-test of the gain,
    None where there is no spread to test it against.
    """

    metric: str
    row: str
    floor: str
    n: int
    mean: float
    floor_mean: float
    gain: float
    p: float | None

    @property
    def beaten(self) -> bool:
        """Whether the metric is better than its floor: surely, or at every seed by the same amount."""
        return self.gain > 0 and (below(self.p) or (self.p is None and self.n >= FEWEST))


def below(p: float | None) -> bool:
    """Whether there is a p, below the level."""
    return p is not None and p < LEVEL


def compare(
    metric: str,
    first: str,
    one: Values,
    second: str,
    other: Values,
    margin: float | None = None,
    claimed: int | None = None,
) -> Comparison:
    """Welch's test and TOST of a metric between two rows, and the test paired by seed. Each row has a value or more."""
    x, y = np.array([*one.values()]), np.array([*other.values()])
    difference = float(x.mean() - y.mean())
    found = Comparison(
        metric,
        first,
        second,
        "Welch",
        (len(x), len(y)),
        (float(x.mean()), float(y.mean())),
        difference,
        direction=int(np.sign(difference)),
        claimed=claimed,
        margin=margin,
    )
    if (fewest := min(found.n)) < 2:
        return replace(found, note=f"{fewest} seed: neither interval nor test ({FEWEST} needed)")
    if not (_varies(x) and _varies(y)):
        return replace(found, note="a row has the same value with every seed: no spread to test against")
    p, low, high = welch(x, y)
    found = replace(found, low=low, high=high)
    if fewest < FEWEST:
        return replace(found, note=f"{fewest} seeds: too few for a test ({FEWEST} needed)")
    equivalent = None if margin is None else tost(x, y, margin)
    return replace(found, p=p, p_equivalent=equivalent, p_paired=paired(one, other))


def trend(
    metric: str, rows: Sequence[tuple[str, Values]], margin: float | None = None, claimed: int | None = None
) -> Comparison:
    """Page's test that a metric rises or falls along the rows; seeds are its blocks, those that all rows have.

    Difference and interval are of the last row and the first. p_equivalent is the greatest of all pairs of rows.
    """
    from scipy.stats import page_trend_test

    (start, one), (end, last) = rows[0], rows[-1]
    seeds = sorted(set.intersection(*(set(values) for _, values in rows)))
    found = replace(compare(metric, end, last, start, one, margin, claimed), test="Page", p=None, p_equivalent=None)
    if len(seeds) < FEWEST:
        return replace(found, note=f"{len(seeds)} seeds that all rows have: too few for a test ({FEWEST} needed)")
    blocks = np.array([[values[seed] for _, values in rows] for seed in seeds])
    rises, falls = float(page_trend_test(blocks).pvalue), float(page_trend_test(-blocks).pvalue)
    columns = blocks.T
    varied = all(map(_varies, columns))
    return replace(
        found,
        n=(len(seeds), len(seeds)),
        direction=1 if rises < falls else -1,
        p=min(1.0, 2 * min(rises, falls)),
        p_equivalent=max(tost(x, y, margin) for x, y in combinations(columns, 2)) if margin and varied else None,
        p_paired=None,
        note="",
    )


def against_floor(metric: str, row: str, values: Values, floor: str, floors: Values, higher: bool) -> FloorTest:
    """Test a metric against its floor, which each run measured on its own test images."""
    from scipy.stats import ttest_1samp

    seeds = sorted(values.keys() & floors.keys())
    gains = np.array([values[seed] - floors[seed] for seed in seeds]) * (1 if higher else -1)
    p = float(ttest_1samp(gains, 0, alternative="greater").pvalue) if len(gains) > 1 and _varies(gains) else None
    mean, floor_mean = (float(np.mean([each[seed] for seed in seeds])) for each in (values, floors))
    return FloorTest(metric, row, floor, len(seeds), mean, floor_mean, float(gains.mean()), p)


def welch(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, float]:
    """Two-sided p of Welch's test (1947), and the 95 % interval of mean(x) - mean(y)."""
    from scipy.stats import ttest_ind

    found = ttest_ind(x, y, equal_var=False)
    interval = found.confidence_interval(1 - LEVEL)
    return float(found.pvalue), float(interval.low), float(interval.high)


def tost(x: NDArray[np.float64], y: NDArray[np.float64], margin: float) -> float:
    """p of the two one-sided tests (Schuirmann, 1987) that mean(x) - mean(y) lies within ± margin, by Welch."""
    from scipy.stats import ttest_ind

    above = ttest_ind(x + margin, y, equal_var=False, alternative="greater").pvalue
    under = ttest_ind(x - margin, y, equal_var=False, alternative="less").pvalue
    return float(max(above, under))


def paired(one: Values, other: Values) -> float | None:
    """Two-sided p of the t-test on differences by seed; None where too few seeds are shared or they do not vary."""
    from scipy.stats import ttest_1samp

    seeds = sorted(one.keys() & other.keys())
    differences = np.array([one[seed] - other[seed] for seed in seeds])
    if len(seeds) < FEWEST or not _varies(differences):
        return None
    return float(ttest_1samp(differences, 0).pvalue)


def corrected(family: Sequence[Comparison]) -> list[Comparison]:
    """The same comparisons with p_holm and p_equivalent_holm: corrected over those of the family that have a p."""
    differ = _holm_where_tested([each.p for each in family])
    equivalent = _holm_where_tested([each.p_equivalent for each in family])
    return [replace(each, p_holm=p, p_equivalent_holm=q) for each, p, q in zip(family, differ, equivalent, strict=True)]


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjusted p (1979), in the given order: the k-th smallest of m times m - k + 1, never falling."""
    order = np.argsort(p)
    steps = np.array(p)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return [float(value) for value in adjusted]


def margin_of(metric: str, margins: Mapping[str, float]) -> float | None:
    """The margin of a metric: of the longest key whose words stand in its name."""
    words = f"_{metric.replace('.', '_')}_"
    keys = [key for key in margins if f"_{key}_" in words]
    return margins[max(keys, key=len)] if keys else None


def _holm_where_tested(p: Sequence[float | None]) -> list[float | None]:
    adjusted = iter(holm([each for each in p if each is not None]))
    return [None if each is None else next(adjusted) for each in p]


def _varies(values: NDArray[np.float64]) -> bool:
    """Whether values differ by more than rounding."""
    return bool(np.ptp(values) > 1e-12 * max(1.0, float(np.abs(values).max())))
