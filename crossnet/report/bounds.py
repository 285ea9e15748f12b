"""The floor and the ceiling of a metric, among the values that stand beside it under its name with a suffix."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FLOORS = {
    "_input": "untranslated input",
    "_source": "untranslated input",
    "_constant": "constant prior",
    "_permuted": "other images’ masks",
    "_border_mean": "mean distance from the border’s colours",
    "_border_nearest": "nearest colour of the border",
}
CEILINGS = {"_truth": "truth", "_real": "real images"}
REFERENCES = FLOORS | CEILINGS
OF_DISTANCES = ("_source", "_real")  # suffixes that are references of "to_a" and "to_b" alone

# what the truth itself has of a metric, by the word in the metric's name
OF_THE_TRUTH = {"psnr": 54.2, "ssim": 1.0, "chroma": 1.0}


@dataclass(frozen=True)
class Bound:
    """A value that a metric is to be seen against, and whose it is."""

    value: float
    name: str


def floors(key: str, values: Mapping[str, Any]) -> list[Bound]:
    """All floors of a metric among the values of its block, without what is not finite."""
    return _beside(key, values, FLOORS)


def floor(key: str, values: Mapping[str, Any], lower_is_better: bool) -> Bound | None:
    """The strongest of the floors: what a metric has to beat."""
    found = floors(key, values)
    return (min if lower_is_better else max)(found, key=lambda bound: bound.value) if found else None


def measured_ceiling(key: str, values: Mapping[str, Any]) -> Bound | None:
    """The ceiling of a metric where it was measured."""
    return next(iter(_beside(key, values, CEILINGS)), None)


def ceiling(key: str, values: Mapping[str, Any]) -> Bound | None:
    """The ceiling of a metric: what is measured of the truth, or what the truth has by definition."""
    if found := measured_ceiling(key, values):
        return found
    if key.endswith("code_rank") and key.replace("rank", "channels") in values:
        return Bound(values[key.replace("rank", "channels")], "channels")
    words = key.split("_")
    return next((Bound(value, "truth") for word, value in OF_THE_TRUTH.items() if word in words), None)


def suffix_of(key: str) -> str:
    """The suffix by which a key is a floor or a ceiling of another, or nothing."""
    return next(
        (suffix for suffix in REFERENCES if key.endswith(suffix) and _has(key.removesuffix(suffix), suffix)), ""
    )


def reference_of(key: str, values: Mapping[str, Any]) -> str | None:
    """The metric that a key is a floor or a ceiling of, if the values have it."""
    suffix = suffix_of(key)
    return base if suffix and (base := key.removesuffix(suffix)) in values else None


def _beside(key: str, values: Mapping[str, Any], names: Mapping[str, str]) -> list[Bound]:
    there = [(values.get(f"{key}{suffix}"), name) for suffix, name in names.items() if _has(key, suffix)]
    return [Bound(value, name) for value, name in there if isinstance(value, int | float) and math.isfinite(value)]


def _has(key: str, suffix: str) -> bool:
    """Whether a metric may have references of this suffix."""
    return suffix not in OF_DISTANCES or key in ("to_b", "to_a")
