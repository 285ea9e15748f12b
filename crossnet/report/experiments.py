"""The results over many runs, as `crossnet compare` and `crossnet claims` write them, for the report of one run."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from crossnet.escaping import csv_cell
from crossnet.report.metrics import describe, fixed, flatten

MAX_COLUMNS = 6  # metrics of the table; table.json has all of them
FIRST = (  # the metrics that are shown first; a prefix stands for all that begin with it
    "fid.to_b",
    "fid.to_a",
    "kid.",
    "kid_",
    "foreground.auc_within_place",
    "foreground.auc",
    "foreground.iou",
    "paired.",
)


def collect(folder: Path, run: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return "experiments" of the report's data from reports/experiments/<task>, whose files may be missing.

    run (method, seed) and metrics are those of the report's run, to find its row. Raises ValueError for a file that
    these commands do not write.
    """
    table, claims = _load(folder / "table.json", "crossnet compare"), _load(folder / "claims.json", "crossnet claims")
    try:
        files = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        return {
            **_table(table, _row_of(folder / "table.csv", run, metrics)),
            "claims": [_claim(claim) for claim in claims["claims"]],
            "files": [[name, f"experiments/{quote(folder.name)}/{quote(name)}"] for name in files],
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{folder}: table.json or claims.json lacks what the report needs ({type(error).__name__}: {error}); "
            "write them again with `crossnet compare` and `crossnet claims`"
        ) from error


def _load(path: Path, command: str) -> dict[str, Any]:
    if not path.is_file():
        return {"rows": [], "claims": []}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: no JSON ({error}); write it again with `{command}`") from error
    return found


def _table(table: Mapping[str, Any], own_row: str | None) -> dict[str, Any]:
    rows = table["rows"]
    known = dict.fromkeys(key for row in rows for key in row["metrics"])
    keys = [key for prefix in FIRST for key in known if _begins(key, prefix)][:MAX_COLUMNS] or [*known][:MAX_COLUMNS]
    better = {key: _better(key, rows) for key in keys}
    best = {key: _best(key, rows, better[key]) for key in keys}
    return {
        "columns": [[key, describe(key).name, better[key]] for key in keys],
        "rows": [
            {
                "name": str(row["name"]),
                "settings": row.get("settings") or {},
                "seeds": len(row["seeds"]),
                "cells": [_cell(key, row, best[key]) for key in keys],
                "own": csv_cell(row["name"]) == own_row,
            }
            for row in rows
        ],
        "bounds": {name: [_bound(table, key, name) for key in keys] for name in ("floor", "ceiling") if rows},
        "more": len(known) - len(keys),
        "scale": str(table.get("scale") or ""),
    }


def _bound(table: Mapping[str, Any], key: str, name: str) -> str:
    bound = (table.get("bounds") or {}).get(key, {}).get(name)
    return f"{fixed(bound['value'], describe(key).digits)} ({bound['name']})" if bound else "–"


def _begins(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and key.endswith((".to_a", ".to_b")) if prefix[-1] in "._" else key == prefix


def _better(key: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return an arrow for the better direction, as the table has it."""
    better = next(row["metrics"][key]["better"] for row in rows if key in row["metrics"])
    return {"higher": "↑", "lower": "↓", None: ""}[better]


def _best(key: str, rows: Sequence[Mapping[str, Any]], better: str) -> float | None:
    means = [row["metrics"][key]["mean"] for row in rows if key in row["metrics"]]
    finite = [mean for mean in means if isinstance(mean, int | float) and math.isfinite(mean)]
    if len(finite) < 2 or not better:
        return None
    return min(finite) if better == "↓" else max(finite)


def _cell(key: str, row: Mapping[str, Any], best: float | None) -> dict[str, Any]:
    if key not in row["metrics"]:
        return {"text": "–", "n": 0, "best": False}
    value, digits = row["metrics"][key], describe(key).digits
    std = f" ± {fixed(value['std'], digits)}" if isinstance(value.get("std"), int | float) else ""
    return {
        "text": fixed(value["mean"], digits) + std,
        "n": int(value.get("n") or 0),
        "best": best is not None and value["mean"] == best,
    }


def _row_of(table: Path, run: Mapping[str, Any], metrics: Mapping[str, Any]) -> str | None:
    """Return the name of the row that has the report's run: its line of table.csv has the same metrics."""
    if not table.is_file():
        return None
    own = {key: value for key, value in flatten(metrics) if isinstance(value, int | float)}
    with table.open(newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            same = [math.isclose(float(line[key]), own[key], rel_tol=1e-6) for key in own if line.get(key)]
            if line["method"] == run["method"] and line["seed"] == str(run["seed"]) and same and all(same):
                return line["name"]
    return None


def _claim(claim: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: claim[key] for key in ("claim", "statement", "verdict")},
        **{key: claim.get(key) or "" for key in ("where", "why")},
        "comparisons": [_comparison(each) for each in claim.get("comparisons") or ()],
    }


def _comparison(test: Mapping[str, Any]) -> list[str]:
    """Return metric, rows, seeds, difference, interval, p and result of a comparison, as text."""
    interval = "–" if test["low"] is None else f"{test['low']:+.3g} to {test['high']:+.3g}"
    p = "–" if test["p"] is None else "< 0.001" if test["p"] < 0.001 else f"{test['p']:.3f}"
    rows, seeds = f"{test['first']} − {test['second']}", ", ".join(map(str, test["n"]))
    return [describe(test["metric"]).name, rows, seeds, f"{test['difference']:+.3g}", interval, p, test["result"]]
