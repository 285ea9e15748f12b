"""The headline numbers of a run."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossnet.report.bounds import floor, measured_ceiling
from crossnet.report.explanations import DECIMALS, DIRECTIONS, DISTANCES
from crossnet.report.metrics import bound_text, counts, interval
from crossnet.report.wording import fixed


@dataclass(frozen=True)
class Tile:
    """A headline number; `share` and `floor` place it and its floor on a gauge from 0 to 1, where it has one."""

    label: str
    value: str
    note: str
    share: float | None = None
    floor: float | None = None


def tiles(metrics: Mapping[str, Any]) -> list[Tile]:
    """The headline numbers among the metrics that there are."""
    return [*_foreground(metrics), *_paired(metrics), *_distances(metrics)]


def share(value: Any) -> float | None:
    """The value as a place on a gauge, within [0, 1]; None for what is no number."""
    return min(1.0, max(0.0, value)) if isinstance(value, int | float) and math.isfinite(value) else None


def _foreground(metrics: Mapping[str, Any]) -> list[Tile]:
    block = metrics.get("foreground") or {}
    at = f"of the foreground, at luminance {block['threshold']:g}" if "threshold" in block else ""
    headlines = (("Foreground AUC within place", "auc_within_place"), ("Foreground AUC, all pixels", "auc"))
    found = [_area(label, key, block, []) for label, key in headlines if key in block]
    return found + [_area(label, key, block, [at]) for label, key in (("IoU", "iou"), ("F1", "f1")) if key in block]


def _area(label: str, key: str, block: Mapping[str, Any], notes: list[str]) -> Tile:
    lowest = floor(key, block, lower_is_better=False)
    note = "; ".join([*notes, *interval(block, key, 3), *_bounds(key, block, 3, lower_is_better=False)])
    return Tile(label, fixed(block[key]), note, share(block[key]), share(lowest.value) if lowest else None)


def _paired(metrics: Mapping[str, Any]) -> list[Tile]:
    block = metrics.get("paired") or {}
    against = "against the truth" + (f", N\u00a0=\u00a0{fixed(block['n'])}" if "n" in block else "")
    found = []
    for side, direction in DIRECTIONS.items():
        parts = [part for part in ("_object", "_background") if f"{side}_psnr{part}" in block] or [""]
        for key in [f"{side}_psnr{part}" for part in parts if f"{side}_psnr{part}" in block]:
            digits = DECIMALS["psnr"]
            note = "; ".join([against, *_bounds(key, block, digits, lower_is_better=False)])
            name = "PSNR" + key.removeprefix(f"{side}_psnr").replace("_", " of the ")
            found.append(Tile(f"{name}, {direction}", f"{fixed(block[key], digits)} dB", note))
        if (key := f"{side}_ssim") in block:
            found.append(_area(f"SSIM, {direction}", key, block, [against]))
    return found


def _distances(metrics: Mapping[str, Any]) -> list[Tile]:
    found = []
    for name, block in metrics.items():
        family, _, features = name.partition("_")
        for side, direction in DIRECTIONS.items():
            if family in DISTANCES and side in block:
                digits = DECIMALS.get(family, 3)
                notes = [f"± {fixed(block[f'{side}_std'], digits)}"] if f"{side}_std" in block else []
                notes += [f"on {features}"] if features else []
                notes += [*counts(block, side), *interval(block, side, digits)]
                notes += _bounds(side, block, digits, lower_is_better=True)
                found.append(Tile(f"{family.upper()}, {direction}", fixed(block[side], digits), ", ".join(notes)))
    return found


def _bounds(key: str, block: Mapping[str, Any], digits: int, *, lower_is_better: bool) -> list[str]:
    """The floor and, where it was measured, the ceiling as phrases."""
    bounds = {"floor": floor(key, block, lower_is_better), "ceiling": measured_ceiling(key, block)}
    return [f"{word}: {bound_text(bound, digits)}" for word, bound in bounds.items() if bound]
