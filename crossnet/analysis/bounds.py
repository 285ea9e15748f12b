"""The floor and the ceiling of each metric, over the runs of a table."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from crossnet.analysis.rows import BETTER, Row
from crossnet.report.metrics import Bound, ceiling, floor, floors


def bounds_of(metric: str, rows: Sequence[Row]) -> tuple[Bound | None, Bound | None]:
    """The strongest floor and the ceiling of a metric "<block>.<key>"."""
    key, values = _values(metric, rows)
    return floor(key, values, BETTER[metric] == "lower"), ceiling(key, values)


def described(metrics: Sequence[str], rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Metric -> its strongest "floor", its "ceiling" and all "floors", each a value and a name, as plain values."""
    found = {}
    for metric in metrics:
        low, high = bounds_of(metric, rows)
        of_all = [asdict(each) for each in floors(*_values(metric, rows))]
        found[metric] = {"floor": low and asdict(low), "ceiling": high and asdict(high), "floors": of_all}
    return found


def _values(metric: str, rows: Sequence[Row]) -> tuple[str, dict[str, float]]:
    """The key of a metric, and means of all values of its block over the runs on the first row's images.

    What is of the untranslated input and of the truth is the same for all of them; permuted masks depend on the run.
    """
    block, _, key = metric.rpartition(".")
    found: dict[str, list[float]] = {}
    for run in (run for row in rows if row.data == rows[0].data for run in row.runs.values()):
        for name, value in run.metrics.items():
            if name.startswith(f"{block}."):
                found.setdefault(name.removeprefix(f"{block}."), []).append(value)
    return key, {name: statistics.fmean(each) for name, each in found.items()}
