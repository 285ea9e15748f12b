"""Hold a metrics file to stated bounds, and to that of an earlier revision: `python -m benchmarks.floors --help`."""

import argparse
import json
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

KEYS = {"within", "better", "worse_by"}


@dataclass(frozen=True)
class Bound:
    """What a metric is held to: low and high, by how much it may be worse than before, and whether lower is better."""

    low: float | None
    high: float | None
    worse_by: float | None
    lower_is_better: bool


def read(path: Path) -> dict[str, Bound]:
    """The bounds of a YAML file by metric ("foreground.auc"). Raises ValueError where one of them says too little."""
    return {metric: _bound(f"{path}: {metric}", entry) for metric, entry in YAML(typ="safe").load(path).items()}


def _bound(place: str, entry: Any) -> Bound:
    if not isinstance(entry, dict) or not entry or set(entry) - KEYS:
        raise ValueError(f"{place}: {entry} is no bound; wanted some of {', '.join(sorted(KEYS))}")
    if ("worse_by" in entry) != ("better" in entry) or entry.get("better", "higher") not in ("higher", "lower"):
        raise ValueError(f"{place}: worse_by is a number that goes with better: higher or better: lower")
    low, high = entry.get("within", (None, None))
    return Bound(low, high, entry.get("worse_by"), entry.get("better") == "lower")


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
    is_number = isinstance(metrics, int | float) and not isinstance(metrics, bool) and math.isfinite(metrics)
    return metrics if is_number else None


def main() -> int:
    """Print every bound that does not hold, as a list in Markdown; 1 if there is one, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("metrics", type=Path, help="metrics.json")
    parser.add_argument("bounds", type=Path, help="floors.yaml")
    parser.add_argument("--base", type=Path, help="metrics.json of an earlier revision")
    options = parser.parse_args()
    try:
        metrics, bounds = json.loads(options.metrics.read_text()), read(options.bounds)
        base = json.loads(options.base.read_text()) if options.base else {}
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    lines = [*outside(metrics, bounds), *worse(metrics, base, bounds)]
    print("\n".join(f"- {line}" for line in lines) or f"All of {options.bounds} holds.")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
