"""What comparisons say of a claim: it holds, it does not hold, or it is undecided.

A comparison of two rows is of a metric's differences, paired by seed, over at least 3 shared seeds, by the two-sided
paired t-test at the level of 5 %. A claim is one or several comparisons, and

- *holds* where each of them has the difference on the claimed side, and its own p is below 0.05: all have to be so, so
  nothing is to be corrected for there being several;
- *does not hold* where one of them at least has the difference on the other side, and its p, corrected by Holm for the
  number of comparisons, is below 0.05: one of many is enough, so it has to be corrected;
- is *undecided* in every other case: a difference is inside the spread, or there are fewer than 3 shared seeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crossnet.experiments.paired_tests import Paired, corrected, paired
from crossnet.experiments.rows import BETTER, Row

Verdict = Literal["holds", "does not hold", "undecided", "not tried"]
LEVEL = 0.05


@dataclass(frozen=True)
class Side:
    """What a claim says of two rows' values by seed: first - second has this sign, 1 or -1."""

    metric: str
    first: str
    one: Mapping[int, float]
    second: str
    other: Mapping[int, float]
    sign: int


@dataclass(frozen=True)
class Outcome:
    """One comparison: what is claimed, and how it was tested."""

    side: Side
    test: Paired

    @property
    def as_claimed(self) -> bool:
        """Whether the difference is on the claimed side."""
        return self.test.difference * self.side.sign > 0


def verdict_of_all(outcomes: Sequence[Outcome]) -> Verdict:
    """Of a claim that every comparison has to bear out."""
    if any(not each.as_claimed and below(each.test.p_holm) for each in outcomes):
        return "does not hold"
    return "holds" if all(each.as_claimed and below(each.test.p) for each in outcomes) else "undecided"


def verdict_of_any(outcomes: Sequence[Outcome]) -> Verdict:
    """Of a claim that one comparison is enough for."""
    if any(each.as_claimed and below(each.test.p_holm) for each in outcomes):
        return "holds"
    return "does not hold" if all(not each.as_claimed and below(each.test.p) for each in outcomes) else "undecided"


def compare(wanted: Sequence[tuple[str, Row, Row]]) -> list[Outcome]:
    """Each comparison that the first row is the better one, Holm's family being all of them."""
    sign = {"higher": 1, "lower": -1, None: 1}
    return outcomes_of(
        [
            Side(metric, first.name, first.values(metric), second.name, second.values(metric), sign[BETTER[metric]])
            for metric, first, second in wanted
        ]
    )


def outcomes_of(wanted: Sequence[Side]) -> list[Outcome]:
    """The comparisons, tested; Holm's family is all of them, and what shares no seed stays, without a test."""
    tests = [
        paired(side.metric, side.first, side.one, side.second, side.other)
        or Paired(side.metric, side.first, side.second, (), 0.0, None, None, None, None, "no shared seed")
        for side in wanted
    ]
    return [Outcome(side, test) for side, test in zip(wanted, corrected(tests), strict=True)]


def below(p: float | None) -> bool:
    """Whether there is a p, below the level."""
    return p is not None and p < LEVEL
