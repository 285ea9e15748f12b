"""The metrics of a run in words: a table of all of them, each with its floor and ceiling, and the headline numbers.

The keys of metrics.json are "<block>.<metric>". What belongs to a metric has its key with a suffix: its spread,
interval and counts (DETAILS), and the values that it is compared with (FLOORS, CEILINGS).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crossnet.evaluation import registry

# conditions of a measurement: the last part of a key -> (name, meaning)
CONDITIONS = {
    "resamples": ("Resamples", "Of the images, for the intervals."),
    "resampling_seed": ("Seed of the resamples", ""),
    "image_size": ("Size of the images", "Pixels a side, before they were resized for the network."),
    "resized_to": ("Resized to", "Pixels a side, for the network."),
    "background_levels": ("Levels", "Of 255: a pixel that differs by more in a channel counts as changed."),
    "threshold": ("Threshold", "Luminance above which a pixel counts as white (§5.3)."),
}

DISTANCES = ("kid", "fd", "fid")
DIRECTIONS = {"to_b": "A → B", "to_a": "B → A"}

REGISTERED = registry.values()
BY_KEY = {key.partition(".")[2]: value for key, value in REGISTERED.items()}  # without the block
FLOORS = {suffix: name for value in REGISTERED.values() for suffix, name in value.floors.items()}
CEILINGS = {suffix: name for value in REGISTERED.values() for suffix, name in value.ceilings.items()}
REFERENCES = FLOORS | CEILINGS
TRAIN = "_train"  # suffix of a distance to training images
ARROWS = {"higher": "↑", "lower": "↓", None: ""}
DETAILS = ("_std", "_low", "_high", "_n_real", "_n_train", "_n")  # suffixes of a metric's spread, interval and counts


@dataclass(frozen=True)
class Bound:
    """A floor or a ceiling of a metric: its value, and what has this value."""

    value: float
    name: str


@dataclass(frozen=True)
class Description:
    """A metric in words: its name, its meaning, "↑" or "↓" for better (or neither), and its decimals."""

    name: str
    text: str
    better: str
    digits: int


@dataclass(frozen=True)
class TableRow:
    """A row of the table of metrics, as text."""

    name: str
    key: str
    value: str
    floor: str
    ceiling: str
    explanation: str
    better: str


@dataclass(frozen=True)
class Headline:
    """A headline number; `share` and `floor` are positions of its value and floor on a gauge from 0 to 1."""

    label: str
    value: str
    note: str
    share: float | None = None
    floor: float | None = None


def fixed(value: Any, digits: int = 3) -> str:
    """Format a measured number: fixed decimals, integers without, and a dash for a missing or non-finite value."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "–" if value is None or isinstance(value, float) else str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"


def flatten(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested mappings by dotted keys; a list is a value."""
    for key, value in nested.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def floors(key: str, values: Mapping[str, Any]) -> list[Bound]:
    """Return all finite floors of a metric among the values of its block."""
    return _bounds(key, values, FLOORS)


def floor(key: str, values: Mapping[str, Any], lower_is_better: bool) -> Bound | None:
    """Return the strongest floor of a metric: what it has to beat."""
    found = floors(key, values)
    return (min if lower_is_better else max)(found, key=lambda bound: bound.value) if found else None


def measured_ceiling(key: str, values: Mapping[str, Any]) -> Bound | None:
    """Return the ceiling of a metric if it was measured."""
    return next(iter(_bounds(key, values, CEILINGS)), None)


def ceiling(key: str, values: Mapping[str, Any]) -> Bound | None:
    """Return the ceiling of a metric: the measured one, or what the truth has by definition."""
    if found := measured_ceiling(key, values):
        return found
    best = BY_KEY[key].best if key in BY_KEY else None
    if isinstance(best, str):
        best = best.replace(registry.EITHER, key[:4])
        return Bound(values[best], best.rpartition("_")[2]) if best in values else None
    return None if best is None else Bound(best, "truth")


def describe(key: str) -> Description:
    """Describe the metric of a key "<block>.<metric>"; one that is not registered is called by its key."""
    metric = key.rpartition(".")[2]
    if suffix := _reference_suffix(metric):
        of_metric = describe(key.removesuffix(suffix))
        return Description(f"{of_metric.name}, {REFERENCES[suffix]}", "For comparison.", "", of_metric.digits)
    if value := REGISTERED.get(key):
        name = value.name.format(DIRECTIONS.get(metric[:4]))
        return Description(name, value.text, ARROWS[value.better], value.digits)
    if (of := key.removesuffix(TRAIN)) in REGISTERED:
        against = "The same against the training images of the target domain."
        return replace(describe(of), name=f"{describe(of).name}, training images", text=against)
    return Description(*CONDITIONS.get(metric, (metric, "")), "", 3)


def table(metrics: Mapping[str, Any]) -> list[TableRow]:
    """Return a row for each metric of metrics.json, with its strongest floor, ceiling, spread, interval and counts.

    The value is a dash where there are only counts. A value that belongs to no metric has a row of its own.
    """
    rows = []
    for block, values in _blocks(metrics).items():
        for key in dict.fromkeys(_metric_of(key, values) for key in values):
            if key == "n":
                continue
            name = f"{block}.{key}" if block else key
            words = describe(name)
            sentences = [words.text] if words.text else []
            sentences += [f"{phrase}." for phrase in (*_interval(values, key, words.digits), *_counts(values, key))]
            sentences += [] if key in values else ["Too few images to measure it."]
            if len(all_floors := floors(key, values)) > 1:
                sentences.append(f"Floors: {'; '.join(bound_text(each, words.digits) for each in all_floors)}.")
            text = fixed(values.get(key), words.digits)
            if f"{key}_std" in values:
                text += f" ± {fixed(values[f'{key}_std'], words.digits)}"
            both = floor(key, values, words.better == "↓"), ceiling(key, values)
            low, high = (bound_text(bound, words.digits) for bound in both)
            rows.append(TableRow(words.name, name, text, low, high, " ".join(sentences), words.better))
    return rows


def bound_text(bound: Bound | None, digits: int) -> str:
    """Format a floor or a ceiling as "0.930 (constant prior)", or a dash."""
    return f"{fixed(bound.value, digits)} ({bound.name})" if bound else "–"


def headlines(metrics: Mapping[str, Any]) -> list[Headline]:
    """Return the headline numbers of a run: of the foreground, of pairs, and the distances."""
    return [*_foreground(metrics), *_paired(metrics), *_distances(metrics)]


def gauge_position(value: Any) -> float | None:
    """Clip a value to [0, 1]; None for one that is no finite number."""
    return min(1.0, max(0.0, value)) if isinstance(value, int | float) and math.isfinite(value) else None


def _foreground(metrics: Mapping[str, Any]) -> list[Headline]:
    block = metrics.get("foreground") or {}
    at = f"of the foreground, at luminance {block['threshold']:g}" if "threshold" in block else ""
    areas = (("Foreground AUC within place", "auc_within_place"), ("Foreground AUC, all pixels", "auc"))
    found = [_on_gauge(label, key, block, []) for label, key in areas if key in block]
    return found + [_on_gauge(label, key, block, [at]) for label, key in (("IoU", "iou"), ("F1", "f1")) if key in block]


def _paired(metrics: Mapping[str, Any]) -> list[Headline]:
    block = metrics.get("paired") or {}
    against = "against the truth" + (f", N\u00a0=\u00a0{fixed(block['n'])}" if "n" in block else "")
    found, digits = [], describe("paired.to_b_psnr").digits
    for direction, arrow in DIRECTIONS.items():
        parts = [part for part in ("_object", "_background") if f"{direction}_psnr{part}" in block] or [""]
        for key in [f"{direction}_psnr{part}" for part in parts if f"{direction}_psnr{part}" in block]:
            note = "; ".join([against, *_bound_phrases(key, block, digits, lower_is_better=False)])
            name = "PSNR" + key.removeprefix(f"{direction}_psnr").replace("_", " of the ")
            found.append(Headline(f"{name}, {arrow}", f"{fixed(block[key], digits)} dB", note))
        if (key := f"{direction}_ssim") in block:
            found.append(_on_gauge(f"SSIM, {arrow}", key, block, [against]))
    return found


def _distances(metrics: Mapping[str, Any]) -> list[Headline]:
    found = []
    for name, block in metrics.items():
        family, _, features = name.partition("_")
        for key, arrow in DIRECTIONS.items():
            if family in DISTANCES and key in block:
                digits = describe(f"{name}.{key}").digits
                notes = [f"± {fixed(block[f'{key}_std'], digits)}"] if f"{key}_std" in block else []
                notes += [f"on {features}"] if features else []
                notes += [*_counts(block, key), *_interval(block, key, digits)]
                notes += _bound_phrases(key, block, digits, lower_is_better=True)
                found.append(Headline(f"{family.upper()}, {arrow}", fixed(block[key], digits), ", ".join(notes)))
    return found


def _on_gauge(label: str, key: str, block: Mapping[str, Any], notes: list[str]) -> Headline:
    """Return the headline number of a metric in [0, 1]."""
    lowest = floor(key, block, lower_is_better=False)
    note = "; ".join([*notes, *_interval(block, key, 3), *_bound_phrases(key, block, 3, lower_is_better=False)])
    at_floor = gauge_position(lowest.value) if lowest else None
    return Headline(label, fixed(block[key]), note, gauge_position(block[key]), at_floor)


def _bound_phrases(key: str, block: Mapping[str, Any], digits: int, *, lower_is_better: bool) -> list[str]:
    bounds = {"floor": floor(key, block, lower_is_better), "ceiling": measured_ceiling(key, block)}
    return [f"{word}: {bound_text(bound, digits)}" for word, bound in bounds.items() if bound]


def _interval(values: Mapping[str, Any], key: str, digits: int) -> list[str]:
    """Return the 95 % interval of a metric as a phrase, or nothing."""
    low, high = values.get(f"{key}_low"), values.get(f"{key}_high")
    if low is None or high is None:
        return []
    return [f"95\u00a0% bootstrap interval {fixed(low, digits)} to {fixed(high, digits)}"]


def _counts(values: Mapping[str, Any], key: str) -> list[str]:
    """Return the number of translations, and of real images that they are compared with, as a phrase, or nothing."""
    if f"{key}_n" not in values:
        return []
    against = f" against {fixed(values[f'{key}_n_real'])} real" if f"{key}_n_real" in values else ""
    return [f"N\u00a0=\u00a0{fixed(values[f'{key}_n'])}{against}"]


def _metric_of(key: str, values: Mapping[str, Any]) -> str:
    """Return the metric that a key belongs to: "to_b" for "to_b_std", "to_b_n" and "to_b_source"."""
    for suffix in DETAILS:
        base = key.removesuffix(suffix)
        if base != key and (base in values or suffix.startswith("_n")):  # a count may have no metric
            return _metric_of(base, values)
    suffix = _reference_suffix(key)
    base = key.removesuffix(suffix)
    return base if suffix and base in values else key


def _reference_suffix(key: str) -> str:
    """Return the suffix by which a key is a floor or a ceiling of another, or ""."""
    found = (each for each in REFERENCES if key.endswith(each) and key not in BY_KEY)
    return next(found, "")


def _bounds(key: str, values: Mapping[str, Any], names: Mapping[str, str]) -> list[Bound]:
    found = [(values.get(f"{key}{suffix}"), name) for suffix, name in names.items() if f"{key}{suffix}" not in BY_KEY]
    return [Bound(value, name) for value, name in found if isinstance(value, int | float) and math.isfinite(value)]


def _blocks(metrics: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the values by dotted blocks; those without a block come last, in the block ""."""
    found: dict[str, dict[str, Any]] = {}
    for key, value in flatten(metrics):
        block, _, name = key.rpartition(".")
        found.setdefault(block, {})[name] = value
    return dict(sorted(found.items(), key=lambda item: not item[0]))
