"""Evaluate the translations of a split by every registered metric that applies."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from crossnet.escaping import csv_cell
from crossnet.evaluation.registry import EITHER, metrics
from crossnet.evaluation.testset import Direction
from crossnet.files import write_atomically
from crossnet.terminal import echo


def evaluate(directions: Mapping[str, Direction], reports: Path) -> None:
    """Write metrics.json, plots/images.csv and plots/roc/*.csv.

    A line on standard error says which values are left out, and why.

    Args:
        directions: the evaluation set, by the names of the directions.
        reports: the folder to write into.

    Raises:
        ValueError: a metric finds a value that is not finite.
    """
    blocks: dict[str, dict[str, float]] = {}
    tables = {name: pd.DataFrame({"direction": name, "name": each.names}) for name, each in directions.items()}
    curves: dict[str, pd.DataFrame] = {}
    reasons: dict[str, list[str]] = defaultdict(list)
    for block in dict.fromkeys(metric.block for metric in metrics()):
        values: dict[str, float] = {}
        conditions: dict[str, float] = {}
        for name, direction in directions.items():
            for metric in (each for each in metrics() if each.block == block and each.applies(direction)):
                found = metric.compute(direction)
                values |= {k.replace(EITHER, name): v for k, v in found.values.items() if v is not None}
                conditions |= found.conditions
                curves |= found.curves
                tables[name] = tables[name].assign(**found.per_image)
                if found.left_out:
                    reasons[found.left_out].append(block if metric.only else f"{block}.{name}")
        if values:
            blocks[block] = values | conditions
    for reason, names in reasons.items():
        echo(f"left out: {', '.join(names)}; {reason}")
    _write(blocks, tables, curves, reports)


def _write(
    blocks: Mapping[str, Mapping[str, float]],
    tables: Mapping[str, pd.DataFrame],
    curves: Mapping[str, pd.DataFrame],
    reports: Path,
) -> None:
    (reports / "plots/roc").mkdir(parents=True, exist_ok=True)
    columns = [column for metric in metrics() for column in metric.per_image]
    table = pd.concat(tables.values()).reindex(columns=["direction", "name", *columns])
    table["name"] = table["name"].map(csv_cell)
    write_atomically(reports / "plots/images.csv", table.to_csv(index=False, float_format="%.6g"))
    empty = pd.DataFrame(columns=["fpr", "tpr", "threshold"])
    always = {name: empty for metric in metrics() for name in metric.curves}
    for name, curve in (always | dict(curves)).items():
        write_atomically(reports / f"plots/roc/{name}.csv", curve.to_csv(index=False, float_format="%.6g"))
    write_atomically(reports / "metrics.json", json.dumps(blocks, indent=1, allow_nan=False) + "\n")
