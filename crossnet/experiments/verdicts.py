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
MOST_SAID = 3


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
    """One comparison, and whether its difference is on the claimed side."""

    test: Paired
    as_claimed: bool

    def says(self) -> str:
        """In words: the metric, the rows, the difference, its side and p."""
        p = f", p = {self.test.p:.3f}" if self.test.p is not None else f" ({self.test.note})"
        side = "as claimed" if self.as_claimed else "the other way"
        return f"{self.test.metric}, {self.test.first} - {self.test.second}: {self.test.difference:+.4g}, {side}{p}"


def verdict_of_all(outcomes: Sequence[Outcome]) -> Verdict:
    """Of a claim that every comparison has to bear out."""
    if any(not each.as_claimed and _below(each.test.p_holm) for each in outcomes):
        return "does not hold"
    return "holds" if all(each.as_claimed and _below(each.test.p) for each in outcomes) else "undecided"


def verdict_of_any(outcomes: Sequence[Outcome]) -> Verdict:
    """Of a claim that one comparison is enough for."""
    if any(each.as_claimed and _below(each.test.p_holm) for each in outcomes):
        return "holds"
    return "does not hold" if all(not each.as_claimed and _below(each.test.p) for each in outcomes) else "undecided"


def summary(outcomes: Sequence[Outcome]) -> str:
    """The comparisons in words: each of a few, or how many went which way."""
    if len(outcomes) <= MOST_SAID:
        return "; ".join(each.says() for each in outcomes) + "."
    sure = sum(each.as_claimed and _below(each.test.p) for each in outcomes)
    against = sum(not each.as_claimed and _below(each.test.p_holm) for each in outcomes)
    untested = sum(each.test.p is None for each in outcomes)
    way = sum(each.as_claimed for each in outcomes)
    few = f", {untested} without a test: too few shared seeds" if untested else ""
    return (
        f"Of {len(outcomes)} comparisons {way} go as claimed, {sure} of them with p < {LEVEL:g}; "
        f"{len(outcomes) - way} go the other way, {against} of them with Holm's p < {LEVEL:g}{few}."
    )


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
    return [Outcome(test, test.difference * side.sign > 0) for test, side in zip(corrected(tests), wanted, strict=True)]


def _below(p: float | None) -> bool:
    return p is not None and p < LEVEL
