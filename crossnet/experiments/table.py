"""The table of all rows, for people and for programs."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crossnet.experiments.paired_tests import Paired
from crossnet.experiments.rows import BETTER, Row, said, spread
from crossnet.text import code_span, csv_cell, markdown

ARROWS = {"higher": " ↑", "lower": " ↓", None: ""}


def present(rows: Sequence[Row]) -> list[str]:
    """The main metrics that any of the rows has, in their order."""
    return [metric for metric in BETTER if any(row.values(metric) for row in rows)]


def write(
    folder: Path, task: str, scale: str, rows: Sequence[Row], tests: Sequence[Paired], notes: Sequence[str] = ()
) -> None:
    """Write table.json, table.csv (a line for each run) and table.md (a line for each row) into the folder.

    table.md has the tests of the metrics that the paper argues with alone: distances and the foreground's AUC.
    notes: a line for each thing that a reader of the tables has to know, such as what was left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = {
        "task": task,
        "scale": scale,
        "rows": [_row(row) for row in rows],
        "tests": [asdict(test) for test in tests],
        "notes": [*notes],
    }
    text = json.dumps(found, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    (folder / "table.json").write_text(text, encoding="utf-8")
    shown = measured(task, scale, rows) + tested(_argued(tests)) + _noted(notes)
    (folder / "table.md").write_text("\n".join(shown), encoding="utf-8")
    metrics = present(rows)
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["name", "method", "seed", "experiment", "commit", "data", "seconds", *metrics])
        for row in rows:
            for seed, run in row.runs.items():
                values = [run.metrics.get(metric, "") for metric in metrics]
                about = [row.name, row.method, seed, run.name, run.commit, run.data, run.seconds]
                writer.writerow([csv_cell(cell) for cell in (*about, *values)])


def measured(task: str, scale: str, rows: Sequence[Row]) -> list[str]:
    """The table of rows in Markdown: mean ± standard deviation over seeds."""
    metrics = present(rows)
    heads = ["", "seeds", *(f"{metric}{ARROWS[BETTER[metric]]}" for metric in metrics)]
    lines = [[row.name, str(len(row.seeds)), *(_cell(row, metric) for metric in metrics)] for row in rows]
    about = f"{code_span(task)}, {code_span(scale)}: mean ± standard deviation over seeds (n - 1)."
    return [about, "", *_table(heads, lines), ""]


def tested(tests: Sequence[Paired]) -> list[str]:
    """The table of tests in Markdown."""
    if not tests:
        return ["No two rows share a seed: nothing to test.", ""]
    about = (
        "Differences paired by seed, first - second; p of the paired t-test, corrected by Holm over all of a metric. "
        "Those of the other metrics are in table.json."
    )
    heads = ["metric", "first", "second", "seeds", "difference", "95 % interval", "p", "p (Holm)"]
    return [about, "", *_table(heads, [_tested(test) for test in tests]), ""]


def _noted(notes: Sequence[str]) -> list[str]:
    return ["What to know about these runs:", "", *(f"- {markdown(note)}" for note in notes), ""] if notes else []


def _argued(tests: Sequence[Paired]) -> list[Paired]:
    """The tests of FID, or of KID on EfficientNet-Lite0 where there is none, and of the foreground's AUC."""
    kind = "fid" if any(test.metric.startswith("fid.") for test in tests) else "kid_efflite0"
    return [test for test in tests if test.metric.startswith(f"{kind}.") or test.metric == "foreground.auc"]


def _row(row: Row) -> dict[str, Any]:
    metrics = {}
    for metric in row.metrics():
        values = list(row.values(metric).values())
        mean, std = spread(values)
        metrics[metric] = {"mean": mean, "std": std, "n": len(values), "better": BETTER[metric]}
    described = {"name": row.name, "method": row.method, "settings": row.settings, "seeds": row.seeds, "data": row.data}
    return described | {"experiments": [run.name for run in row.runs.values()], "metrics": metrics}


def _cell(row: Row, metric: str) -> str:
    values = row.values(metric)
    few = f" ({len(values)})" if values and len(values) < len(row.seeds) else ""
    return said(list(values.values())) + few if values else "–"


def _tested(test: Paired) -> list[str]:
    return [
        test.metric,
        test.first,
        test.second,
        str(len(test.seeds)),
        f"{test.difference:+.4g}",
        f"{test.low:+.4g} to {test.high:+.4g}" if test.low is not None and test.high is not None else "–",
        _chance(test.p, test.note),
        _chance(test.p_holm, "–"),
    ]


def _chance(p: float | None, without: str) -> str:
    return without if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    head, *lines = [f"| {' | '.join(map(markdown, line))} |" for line in (heads, *rows)]
    return [head, "|" + " --- |" * len(heads), *lines]
