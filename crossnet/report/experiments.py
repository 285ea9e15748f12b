"""What `crossnet compare` and `crossnet claims` found out over many runs, for the page of one of them."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossnet.escaping import csv_cell
from crossnet.report.metrics import explained, flat
from crossnet.report.wording import fixed, plain

COLUMNS = 6  # metrics of the table, at most; all of them are in table.json
FIRST = (
    "fid.to_b",
    "fid.to_a",
    "kid.",
    "kid_",
    "foreground.auc_within_place",
    "foreground.auc",
    "foreground.iou",
    "paired.",
)


@dataclass(frozen=True)
class Cell:
    """A metric of a row: mean and spread over seeds in words, and whether no row has a better mean."""

    text: str
    n: int
    best: bool


@dataclass(frozen=True)
class Line:
    """A row of the table: its name, what sets it apart, its seeds, and whether the page's run is one of its runs."""

    name: str
    settings: str
    seeds: int
    cells: list[Cell]
    this: bool


@dataclass(frozen=True)
class Claim:
    """A claim of the paper: its verdict, on what it was judged, what to know, and its comparisons, a text a cell."""

    claim: str
    statement: str
    verdict: str
    where: str
    why: str
    comparisons: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Experiments:
    """The table and the claims of a task, either of which may be empty, and the files beside them."""

    columns: list[tuple[str, str, str]] = field(default_factory=list)  # key, name, which way is better
    lines: list[Line] = field(default_factory=list)
    bounds: dict[str, list[str]] = field(default_factory=dict)  # floor and ceiling -> its words, column by column
    more: int = 0  # metrics that the table has no column for
    scale: str = ""
    claims: list[Claim] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def read(folder: Path, run: Mapping[str, Any], metrics: Mapping[str, Any]) -> Experiments:
    """reports/experiments/<task>; run (method, seed) and metrics are this page's, to find its row.

    Raises ValueError for a file that is not what those commands write.
    """
    table, claims = _load(folder / "table.json", "crossnet compare"), _load(folder / "claims.json", "crossnet claims")
    try:
        files = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        this = _this(folder / "table.csv", run, metrics)
        return Experiments(**_table(table, this), claims=[_claim(claim) for claim in claims["claims"]], files=files)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{folder}: table.json or claims.json has not what is wanted of it ({type(error).__name__}: {error}); "
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


def _table(table: Mapping[str, Any], this: str | None) -> dict[str, Any]:
    rows = table["rows"]
    there = dict.fromkeys(key for row in rows for key in row["metrics"])
    first = [key for prefix in FIRST for key in there if _leads(key, prefix)]
    keys = first[:COLUMNS] or list(there)[:COLUMNS]
    better = {key: _better(key, rows) for key in keys}
    best = {key: _best(rows, key, better[key]) for key in keys}
    return {
        "columns": [(key, explained(key).name, better[key]) for key in keys],
        "lines": [
            Line(
                name=str(row["name"]),
                settings=_settings(row),
                seeds=len(row["seeds"]),
                cells=[_cell(key, row, best[key]) for key in keys],
                this=csv_cell(row["name"]) == this,
            )
            for row in rows
        ],
        "bounds": {name: [_bound(table, key, name) for key in keys] for name in ("floor", "ceiling") if rows},
        "more": len(there) - len(keys),
        "scale": str(table.get("scale") or ""),
    }


def _bound(table: Mapping[str, Any], key: str, name: str) -> str:
    bound = (table.get("bounds") or {}).get(key, {}).get(name)
    return f"{fixed(bound['value'], explained(key).digits)} ({bound['name']})" if bound else "–"


def _leads(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and key.endswith((".to_a", ".to_b")) if prefix[-1] in "._" else key == prefix


def _settings(row: Mapping[str, Any]) -> str:
    settings = row.get("settings") or {}
    text = [f"{key}: {plain(value)}" for key, value in settings.items()] if isinstance(settings, Mapping) else settings
    return ", ".join(text) if isinstance(text, list) else str(text)


def _better(key: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Which way is better, as an arrow: as the table says it."""
    said = next(row["metrics"][key]["better"] for row in rows if key in row["metrics"])
    return {"higher": "↑", "lower": "↓", None: ""}[said]


def _best(rows: Sequence[Mapping[str, Any]], key: str, better: str) -> float | None:
    means = [row["metrics"][key]["mean"] for row in rows if key in row["metrics"]]
    finite = [mean for mean in means if isinstance(mean, int | float) and math.isfinite(mean)]
    if len(finite) < 2 or not better:
        return None
    return min(finite) if better == "↓" else max(finite)


def _cell(key: str, row: Mapping[str, Any], best: float | None) -> Cell:
    if key not in row["metrics"]:
        return Cell("–", 0, False)
    value, digits = row["metrics"][key], explained(key).digits
    return Cell(_spread(value, digits), int(value.get("n") or 0), best is not None and value["mean"] == best)


def _this(lines: Path, run: Mapping[str, Any], metrics: Mapping[str, Any]) -> str | None:
    """The row of this very run, as table.csv names it: the line of its method and seed with the run's own metrics."""
    if not lines.is_file():
        return None
    own = {key: value for key, value in flat(metrics) if isinstance(value, int | float)}
    with lines.open(newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            same = [math.isclose(float(line[key]), own[key], rel_tol=1e-6) for key in own if line.get(key)]
            if line["method"] == run["method"] and line["seed"] == str(run["seed"]) and same and all(same):
                return line["name"]
    return None


def _claim(claim: Mapping[str, Any]) -> Claim:
    tests = [_comparison(each) for each in claim.get("comparisons") or ()]
    about = (claim.get("where") or "", claim.get("why") or "")
    return Claim(claim["claim"], claim["statement"], claim["verdict"], *about, tests)


def _comparison(test: Mapping[str, Any]) -> list[str]:
    """Metric, rows, seeds, difference, interval, p, and what it shows."""
    interval = "–" if test["low"] is None else f"{test['low']:+.3g} to {test['high']:+.3g}"
    p = "–" if test["p"] is None else "< 0.001" if test["p"] < 0.001 else f"{test['p']:.3f}"
    rows, seeds = f"{test['first']} − {test['second']}", ", ".join(map(str, test["n"]))
    return [explained(test["metric"]).name, rows, seeds, f"{test['difference']:+.3g}", interval, p, test["result"]]


def _spread(value: Mapping[str, Any], digits: int = 3) -> str:
    mean, std = value["mean"], value.get("std")
    return fixed(mean, digits) + (f" ± {fixed(std, digits)}" if isinstance(std, int | float) else "")
