"""The reason of a verdict, in words: what was compared over which seeds, and the p that decided."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from crossnet.experiments.rows import Row, said, spread
from crossnet.experiments.verdicts import LEVEL, Outcome, below

MOST_SAID = 3

Values = dict[str, dict[str, dict[int, float]]]  # metric -> row -> seed -> value


def reason(outcomes: Sequence[Outcome], one_is_enough: bool) -> str:
    """The comparisons in words: each of a few; of many the means, how many went which way, and those that decide.

    one_is_enough: whether one comparison as claimed bears the claim out, and not one against it refutes it: of such
    Holm's p is told too.
    """
    if len(outcomes) <= MOST_SAID:
        return "; ".join(_says(each, each.as_claimed == one_is_enough) for each in outcomes) + "."
    parts = [f"{metric}: {_means(by_row)}" for metric, by_row in shared(outcomes).items()]
    return f"{'; '.join(parts)}. {_counted(outcomes)}{_deciding(outcomes, one_is_enough)}"


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The means and standard deviations of the rows over the seeds that all of them share, and all tests."""
    found: dict[str, Any] = {
        metric: {
            name: dict(zip(("mean", "std"), spread([*values.values()]), strict=True)) | {"seeds": [*values]}
            for name, values in by_row.items()
        }
        for metric, by_row in shared(outcomes).items()
    }
    return found | {"comparisons": [vars(each.test) | {"as_claimed": each.as_claimed} for each in outcomes]}


def shared(outcomes: Sequence[Outcome]) -> Values:
    """Of each metric the values of the rows compared, of the seeds that all share; all of them where none is shared."""
    found: Values = {}
    for each in outcomes:
        of_rows = found.setdefault(each.side.metric, {})
        of_rows.setdefault(each.side.second, dict(each.side.other))
        of_rows.setdefault(each.side.first, dict(each.side.one))
    return {metric: _common(by_row) for metric, by_row in found.items()}


def worse_than_none(rows: Sequence[Row], outcomes: Sequence[Outcome]) -> str:
    """A sentence for each distance by which every row is farther from the target than its input, untranslated."""
    found = ""
    for metric, by_row in shared(outcomes).items():
        inputs = [value for row in rows for value in row.values(f"{metric}_source").values()]
        if inputs and min(statistics.fmean(values.values()) for values in by_row.values()) > statistics.fmean(inputs):
            found += (
                f" By {metric} all of them are above the untranslated input's {said([statistics.fmean(inputs)])}: "
                "no translation there is better than none."
            )
    return found


def _common(by_row: Mapping[str, dict[int, float]]) -> dict[str, dict[int, float]]:
    seeds = set.intersection(*(set(values) for values in by_row.values()))
    return {
        name: {seed: value for seed, value in values.items() if seed in seeds or not seeds}
        for name, values in by_row.items()
    }


def _means(by_row: Mapping[str, Mapping[int, float]]) -> str:
    """Means ± standard deviations, then how many seeds they are over; after each where these are not the same."""
    same = len({tuple(values) for values in by_row.values()}) == 1
    means = [f"{name} {_mean(values)}" + ("" if same else _seeds(values)) for name, values in by_row.items()]
    return ", ".join(means) + (_seeds(next(iter(by_row.values()))) if same else "")


def _mean(values: Mapping[int, float]) -> str:
    numbers = [*values.values()]
    return said(numbers if len(set(numbers)) > 1 else numbers[:1])


def _seeds(seeds: Mapping[int, float]) -> str:
    return f" ({len(seeds)} seed{'s' if len(seeds) > 1 else ''})"


def _says(outcome: Outcome, by_holm: bool) -> str:
    """The metric, both means over the seeds that the two share, the difference, its side and p."""
    side, test = outcome.side, outcome.test
    means = f"{test.metric}: {_means(_common({test.first: dict(side.one), test.second: dict(side.other)}))}"
    if not test.seeds:
        return f"{means}: {test.note}"
    return f"{means}, {_side(outcome)}" + (f", {_p(outcome, by_holm)}" if test.p is not None else f" ({test.note})")


def _side(outcome: Outcome) -> str:
    return f"difference {outcome.test.difference:+.4g}, {'as claimed' if outcome.as_claimed else 'the other way'}"


def _p(outcome: Outcome, by_holm: bool) -> str:
    found = f"p {_number(outcome.test.p)}"
    return f"{found}, Holm's p {_number(outcome.test.p_holm)}" if by_holm else found


def _number(p: float | None) -> str:
    return "not known" if p is None else "< 0.001" if p < 0.001 else f"= {p:.3g}"


def _counted(outcomes: Sequence[Outcome]) -> str:
    compared = [each for each in outcomes if each.test.seeds]
    ways = [each for each in compared if each.as_claimed], [each for each in compared if not each.as_claimed]
    sure, against = (sum(below(each.test.p) for each in way) for way in ways)
    counts = sorted({len(each.test.seeds) for each in outcomes})
    seeds = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
    untested = sum(each.test.p is None for each in outcomes)
    few = f"; {untested} without a test" if untested else ""
    return (
        f"Of {len(outcomes)} comparisons, each over the seeds that its two share ({seeds}), {len(ways[0])} go as "
        f"claimed, {sure} of them with p < {LEVEL:g}; {len(ways[1])} go the other way, {against} of them with "
        f"p < {LEVEL:g}{few}."
    )


def _deciding(outcomes: Sequence[Outcome], one_is_enough: bool) -> str:
    """Those of many that would decide by themselves, if Holm's p is below the level too."""
    found = [each for each in outcomes if each.as_claimed == one_is_enough and below(each.test.p)]
    told = [
        f"{each.test.metric}, {each.test.first} - {each.test.second}: {_side(each)}, {_p(each, True)}" for each in found
    ]
    return f" {'; '.join(told)}." if told else ""
