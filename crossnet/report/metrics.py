"""The table of all metrics, each in words; one that nobody has explained is shown all the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crossnet.report.bounds import REFERENCES, Bound, ceiling, floor, floors, reference_of, suffix_of
from crossnet.report.explanations import (
    CONDITIONS,
    DECIMALS,
    DIRECTIONS,
    DISTANCES,
    KEPT,
    METRICS,
    PAIRED,
    PARTS,
    SIGNS,
    VARIANTS,
)
from crossnet.report.wording import fixed

BESIDE = (
    "_std",
    "_low",
    "_high",
    "_n_real",
    "_n_train",
    "_n",
)  # what stands beside a metric: its spread, interval and counts


@dataclass(frozen=True)
class Explained:
    """A metric in words: its name, what it says, "↑" or "↓" for better or neither, and its decimals."""

    name: str
    text: str
    better: str
    digits: int


@dataclass(frozen=True)
class Row:
    """A line of the table of metrics; floor and ceiling are dashes where there is none."""

    name: str
    key: str
    value: str
    floor: str
    ceiling: str
    explanation: str
    better: str


def explained(key: str) -> Explained:
    """The metric of a key "<block>.<metric>"; one that is not known goes by its own name."""
    block, _, metric = key.rpartition(".")
    family = block.partition("_")[0]
    side, rest = metric[:4], metric[4:]
    digits = DECIMALS.get(rest.split("_")[1] if side in DIRECTIONS and rest else metric, DECIMALS.get(family, 3))
    if suffix := suffix_of(metric):
        of_metric = explained(key.removesuffix(suffix))
        return Explained(f"{of_metric.name}, {REFERENCES[suffix]}", "For comparison.", "", of_metric.digits)
    name, text, better = METRICS.get(key) or (*CONDITIONS.get(metric, (metric, "")), "")
    if side in DIRECTIONS and family in DISTANCES:
        if not rest:
            name, text, better = METRICS[f"{family}.{side}"]
        elif rest in VARIANTS:
            more, text, better = VARIANTS[rest]
            name = METRICS[f"{family}.{side}"][0] + more
    elif side in DIRECTIONS and block == "paired":
        part = next((end for end in PARTS if rest.endswith(end)), "")
        if (of := rest[1:].removesuffix(part)) in PAIRED:
            name, text, better = PAIRED[of]
            name = f"{DIRECTIONS[side]}, {name}{PARTS.get(part, '')}"
            text += KEPT if part == "_background" else ""
    elif side in DIRECTIONS and block == "signs" and rest[1:] in SIGNS:
        sign, text = SIGNS[rest[1:]]
        name = f"{DIRECTIONS[side]}, {sign}"
    return Explained(name, text, better, digits)


def table(metrics: Mapping[str, Any]) -> list[Row]:
    """Every metric beside its strongest floor and its ceiling, with its spread, interval and counts.

    A dash where counts stand alone. What has no other metric to stand beside has a row of its own.
    """
    rows = []
    for block, values in _blocks(metrics).items():
        for key in dict.fromkeys(measured(key, values) for key in values):
            if key == "n":
                continue
            name = f"{block}.{key}" if block else key
            words = explained(name)
            said = [words.text] if words.text else []
            said += [f"{phrase}." for phrase in (*interval(values, key, words.digits), *counts(values, key))]
            said += [] if key in values else ["Too few images to measure it."]
            lowest = floor(key, values, words.better == "↓")
            if len(all_floors := floors(key, values)) > 1:
                said.append(f"Floors: {'; '.join(bound_text(each, words.digits) for each in all_floors)}.")
            text = fixed(values.get(key), words.digits)
            if f"{key}_std" in values:
                text += f" ± {fixed(values[f'{key}_std'], words.digits)}"
            low, high = (bound_text(bound, words.digits) for bound in (lowest, ceiling(key, values)))
            rows.append(Row(words.name, name, text, low, high, " ".join(said), words.better))
    return rows


def bound_text(bound: Bound | None, digits: int) -> str:
    """A floor or a ceiling as "0.930 (constant prior)", or a dash."""
    return f"{fixed(bound.value, digits)} ({bound.name})" if bound else "–"


def interval(values: Mapping[str, Any], key: str, digits: int) -> list[str]:
    """The 95 % interval of a metric as a phrase; none if it is not told."""
    low, high = values.get(f"{key}_low"), values.get(f"{key}_high")
    if low is None or high is None:
        return []
    return [f"95\u00a0% bootstrap interval {fixed(low, digits)} to {fixed(high, digits)}"]


def counts(values: Mapping[str, Any], key: str) -> list[str]:
    """How many translations a metric is of, and against how many real images, as a phrase; none if it is not told."""
    if f"{key}_n" not in values:
        return []
    against = f" against {fixed(values[f'{key}_n_real'])} real" if f"{key}_n_real" in values else ""
    return [f"N\u00a0=\u00a0{fixed(values[f'{key}_n'])}{against}"]


def measured(key: str, values: Mapping[str, Any]) -> str:
    """The metric that a key belongs to: "to_b" of "to_b", "to_b_std", "to_b_n" and "to_b_source"; a count may stand
    alone."""
    for suffix in BESIDE:
        base = key.removesuffix(suffix)
        if base != key and (base in values or suffix.startswith("_n")):
            return measured(base, values)
    return reference_of(key, values) or key


def flat(metrics: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested mappings by dotted keys; anything but a mapping, a list too, is a value."""
    for key, value in metrics.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _blocks(metrics: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The values by dotted blocks; those that stand in none come last, in the block ""."""
    found: dict[str, dict[str, Any]] = {}
    for key, value in flat(metrics):
        block, _, name = key.rpartition(".")
        found.setdefault(block, {})[name] = value
    return dict(sorted(found.items(), key=lambda item: not item[0]))
