"""Check a metrics file against stated bounds: `python -m benchmarks.floors METRICS.json BOUNDS.yaml`."""

import json
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


def outside(metrics: dict[str, Any], bounds: dict[str, list[float]]) -> list[str]:
    """One line for each bound that does not hold; a metric that is missing or NaN holds none."""
    lines = []
    for name, (low, high) in bounds.items():
        value: Any = metrics
        for key in name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, int | float) or not low <= value <= high:
            lines.append(f"{name}: {value} is not within {low} to {high}")
    return lines


def main(metrics: Path, bounds: Path) -> int:
    """Print every bound that does not hold; 1 if there is one, else 0."""
    lines = outside(json.loads(metrics.read_text()), YAML(typ="safe").load(bounds))
    print("\n".join(lines) or f"{metrics}: all of {bounds} holds")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
