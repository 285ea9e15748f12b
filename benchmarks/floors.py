"""Hold a metrics file to stated bounds, and to that of an earlier revision: `python -m benchmarks.floors --help`."""

import argparse
import json
import math
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crossnet.evaluation.registry import values

WANTED = "wanted a bound a metric, `foreground.auc: {within: [0.86, 1.0], worse_by: 0.03}`"


class Bound(BaseModel):
    """What a metric is held to: the least and the most that it may be, and by how much it may be worse than before."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    within: Annotated[tuple[float, float], Field(strict=False)] | None = None
    worse_by: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Bound":
        if self.within is None and self.worse_by is None:
            raise ValueError("neither within nor worse_by")
        if self.within and self.within[0] > self.within[1]:
            raise ValueError("the least is above the most")
        return self


def read(path: Path) -> dict[str, Bound]:
    """Read the bounds of a YAML file by metric ("foreground.auc"). Raises ValueError, in one line."""
    try:
        return TypeAdapter(dict[str, Bound]).validate_python(YAML(typ="safe").load(path) or None)
    except (YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: no YAML ({' '.join(str(error).partition('To suppress')[0].split())})") from None
    except ValidationError as error:
        first = error.errors()[0]
        found = textwrap.shorten(repr(first["input"]), 60, placeholder=" ...")
        place = ": ".join(map(str, (path, *first["loc"])))
        raise ValueError(f"{place}: found {found}: {first['msg']}; {WANTED}") from None


def outside(metrics: Mapping[str, Any], bounds: Mapping[str, Bound]) -> list[str]:
    """One line for each metric that is not within its bounds; one that is missing or NaN is within none."""
    lines = []
    for name, (low, high) in ((name, bound.within) for name, bound in bounds.items() if bound.within):
        value = _value(metrics, name)
        if value is None:
            lines.append(f"{name}: no number, wanted {low:g} to {high:g}")
        elif value < low:
            lines.append(f"{name}: {value:.4g} is {low - value:.4g} below the least of {low:g}")
        elif value > high:
            lines.append(f"{name}: {value:.4g} is {value - high:.4g} above the most of {high:g}")
    return lines


def worse(metrics: Mapping[str, Any], base: Mapping[str, Any], bounds: Mapping[str, Bound]) -> list[str]:
    """One line for each metric that is missing, or worse than in base by more than it may be.

    The registry of metrics says which way is better. Raises ValueError for a metric without a better direction.
    """
    lines = []
    for name, limit in ((name, bound.worse_by) for name, bound in bounds.items() if bound.worse_by is not None):
        before, now = _value(base, name), _value(metrics, name)
        better = declared.better if (declared := values().get(name)) else None
        if better is None:
            raise ValueError(f"{name}: worse_by: the metric has no better direction")
        if before is None:
            continue
        if now is None:
            lines.append(f"{name}: no number, it was {before:.4g}")
            continue
        loss = now - before if better == "lower" else before - now
        if loss > limit:
            lines.append(
                f"{name}: {now:.4g} is {loss:.4g} worse than {before:.4g} before, "
                f"{loss - limit:.4g} more than the {limit:g} that it may be"
            )
    return lines


def _value(metrics: Any, name: str) -> float | None:
    """The number of a dotted name; None where there is none."""
    for key in name.split("."):
        metrics = metrics.get(key) if isinstance(metrics, Mapping) else None
    is_number = isinstance(metrics, int | float) and not isinstance(metrics, bool) and math.isfinite(metrics)
    return metrics if is_number else None


def _metrics(path: Path) -> dict[str, Any]:
    """Read a metrics file. Raises ValueError where it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: no JSON ({error})") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path}: found {textwrap.shorten(repr(found), 60)}; wanted metrics, {{name: number}}")
    return found


def main() -> int:
    """Print every bound that does not hold, as a list in Markdown; 1 if there is one, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("metrics", type=Path, help="metrics.json")
    parser.add_argument("bounds", type=Path, help="floors.yaml")
    parser.add_argument("--base", type=Path, help="metrics.json of an earlier revision")
    options = parser.parse_args()
    try:
        metrics, bounds = _metrics(options.metrics), read(options.bounds)
        base = _metrics(options.base) if options.base else {}
        lines = [*outside(metrics, bounds), *worse(metrics, base, bounds)]
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(f"- {line}" for line in lines) or f"All of {options.bounds} holds.")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
