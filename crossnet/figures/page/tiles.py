"""The headline numbers of a run."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossnet.figures.page.explanations import DECIMALS, DIRECTIONS, DISTANCES
from crossnet.figures.page.metrics import counts, interval
from crossnet.figures.page.wording import fixed


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
    floor = [f"floor, the untranslated input: {fixed(block['auc_input'])}"] if "auc_input" in block else []
    auc = "; ".join([*interval(block, "auc", 3), *floor])
    headlines = (("Foreground AUC", "auc", auc, "auc_input"), ("IoU", "iou", at, ""), ("F1", "f1", at, ""))
    return [
        Tile(label, fixed(block[key]), note, share(block[key]), share(block.get(low)))
        for label, key, note, low in headlines
        if key in block
    ]


def _paired(metrics: Mapping[str, Any]) -> list[Tile]:
    block = metrics.get("paired") or {}
    note = "against the truth" + (f", N\u00a0=\u00a0{fixed(block['n'])}" if "n" in block else "")
    found = []
    if "psnr" in block:
        found.append(Tile("PSNR", f"{fixed(block['psnr'], DECIMALS['psnr'])} dB", note))
    if "ssim" in block:
        found.append(Tile("SSIM", fixed(block["ssim"]), note, share(block["ssim"])))
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
                found.append(Tile(f"{family.upper()}, {direction}", fixed(block[side], digits), ", ".join(notes)))
    return found
