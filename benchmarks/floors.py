"""Hold a metrics file to stated bounds, and to that of an earlier revision: `python -m benchmarks.floors --help`."""

import argparse
import json
import math
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

KEYS = {"within", "better", "worse_by"}


@dataclass(frozen=True)
class Bound:
    """What a metric is held to: low and high, by how much it may be worse than before, and whether lower is better."""

    low: float | None
    high: float | None
    worse_by: float | None
    lower_is_better: bool


def read(path: Path) -> dict[str, Bound]:
    """The bounds of a YAML file by metric ("foreground.auc"). Raises ValueError for none, and for what is none."""
    try:
        found = YAML(typ="safe").load(path)
    except (YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: no YAML ({' '.join(str(error).partition('To suppress')[0].split())})") from None
    if not isinstance(found, dict) or not found:
        raise ValueError(
            f"{path}: found {_said(found)}; wanted a bound a metric: `foreground.auc: {{within: [0.86, 1.0]}}`"
        )
    return {str(metric): _bound(f"{path}: {metric}", entry) for metric, entry in found.items()}


def _bound(place: str, entry: Any) -> Bound:
    if not isinstance(entry, dict) or not entry or set(entry) - KEYS:
        raise ValueError(
            f"{place}: found {_said(entry)}; wanted some of within, better and worse_by, each with a value"
        )
    low, high = _range(place, entry["within"]) if "within" in entry else (None, None)
    better: Any = entry.get("better")
    worse_by: Any = entry.get("worse_by")
    if "better" in entry and better not in ("higher", "lower"):
        raise ValueError(f"{place}: better: found {_said(better)}; wanted higher or lower")
    if "worse_by" in entry and (not _is_number(worse_by) or worse_by < 0):
        raise ValueError(f"{place}: worse_by: found {_said(worse_by)}; wanted a number from 0 on")
    if ("worse_by" in entry) != ("better" in entry):
        given, missing = ("worse_by", "better") if "worse_by" in entry else ("better", "worse_by")
        raise ValueError(f"{place}: {given} without {missing}; wanted both or neither")
    return Bound(low, high, worse_by, better == "lower")


def _range(place: str, within: Any) -> tuple[float, float]:
    match within:
        case [low, high] if _is_number(low) and _is_number(high) and low <= high:
            return low, high
    raise ValueError(f"{place}: within: found {_said(within)}; wanted two numbers, [least, most]")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _said(value: Any) -> str:
    """What was found, in a few words."""
    return "nothing" if value is None else textwrap.shorten(repr(value), 60, placeholder=" ...")


def outside(metrics: Mapping[str, Any], bounds: Mapping[str, Bound]) -> list[str]:
    """One line for each metric that is not within its bounds; one that is missing or NaN is within none."""
    lines = []
    for name, bound in bounds.items():
        if bound.low is None or bound.high is None:
            continue
        value = _value(metrics, name)
        if value is None:
            lines.append(f"{name}: no number, wanted {bound.low:g} to {bound.high:g}")
        elif value < bound.low:
            lines.append(f"{name}: {value:.4g} is {bound.low - value:.4g} below the least of {bound.low:g}")
        elif value > bound.high:
            lines.append(f"{name}: {value:.4g} is {value - bound.high:.4g} above the most of {bound.high:g}")
    return lines


def worse(metrics: Mapping[str, Any], base: Mapping[str, Any], bounds: Mapping[str, Bound]) -> list[str]:
    """One line for each metric that is worse than in base by more than it may be, or is gone."""
    lines = []
    for name, bound in bounds.items():
        before, now = _value(base, name), _value(metrics, name)
        if bound.worse_by is None or before is None:
            continue
        if now is None:
            lines.append(f"{name}: no number, it was {before:.4g}")
            continue
        loss = now - before if bound.lower_is_better else before - now
        if loss > bound.worse_by:
            lines.append(
                f"{name}: {now:.4g} is {loss:.4g} worse than {before:.4g} before, "
                f"{loss - bound.worse_by:.4g} more than the {bound.worse_by:g} that it may be"
            )
    return lines


def _value(metrics: Any, name: str) -> float | None:
    """The number of a dotted name; None where there is none."""
    for key in name.split("."):
        metrics = metrics.get(key) if isinstance(metrics, Mapping) else None
    return metrics if _is_number(metrics) else None


def _measured(path: Path) -> dict[str, Any]:
    """A metrics file. Raises ValueError where it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: no JSON ({error})") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path}: found {_said(found)}; wanted metrics, {{name: number}}")
    return found


def main() -> int:
    """Print every bound that does not hold, as a list in Markdown; 1 if there is one, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("metrics", type=Path, help="metrics.json")
    parser.add_argument("bounds", type=Path, help="floors.yaml")
    parser.add_argument("--base", type=Path, help="metrics.json of an earlier revision")
    options = parser.parse_args()
    try:
        metrics, bounds = _measured(options.metrics), read(options.bounds)
        base = _measured(options.base) if options.base else {}
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    lines = [*outside(metrics, bounds), *worse(metrics, base, bounds)]
    print("\n".join(f"- {line}" for line in lines) or f"All of {options.bounds} holds.")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
