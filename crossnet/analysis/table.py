"""The table of all rows, for people and for programs, and what its numbers come from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crossnet.analysis.bounds import bounds_of, described
from crossnet.analysis.comparisons import Comparison, compare, corrected, margin_of
from crossnet.analysis.revisions import SHOWN
from crossnet.analysis.rows import BETTER, Row, said, spread
from crossnet.analysis.runs import Run
from crossnet.analysis.settings import FULL
from crossnet.escaping import code_span, escape_markdown
from crossnet.files import write_atomically, write_csv
from crossnet.report.metrics import Bound

ARROWS = {"higher": " ↑", "lower": " ↓", None: ""}
ARGUED = ("foreground.auc", "foreground.auc_within_place")  # and the distances
OF_PAIRS = ("_psnr", "_ssim", "_psnr_object", "_psnr_background")
SOURCES = ("experiment", "commit", "baseline", "params", "data", "code")  # of Run's fields: what its numbers come from


def present(rows: Sequence[Row]) -> list[str]:
    """The main metrics that any of the rows has, in their order."""
    return [metric for metric in BETTER if any(row.values(metric) for row in rows)]


def against_crossnet(rows: Sequence[Row], margins: Mapping[str, float]) -> list[Comparison]:
    """Every other row against CrossNet, or against the first row where there is none, on the same images.

    Holm's family is all comparisons of one metric.
    """
    found: list[Comparison] = []
    if not rows:
        return found
    reference = next((row for row in rows if row.name == FULL), rows[0])
    others = [row for row in rows if row is not reference and row.data == reference.data]
    for metric in reference.metrics():
        values, margin = reference.values(metric), margin_of(metric, margins)
        pairs = [(row.name, theirs) for row in others if (theirs := row.values(metric))]
        found += corrected([compare(metric, name, theirs, reference.name, values, margin) for name, theirs in pairs])
    return found


def write(
    folder: Path, task: str, scale: str, rows: Sequence[Row], tests: Sequence[Comparison], notes: Sequence[str] = ()
) -> None:
    """Write table.json, table.csv (a line for each run) and table.md (a line for each metric) into the folder.

    table.md has the comparisons of the metrics that the paper argues with alone: distances, AUC, PSNR and SSIM.
    notes: a line for each thing that a reader of the tables has to know, such as what was left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = {
        "task": task,
        "scale": scale,
        "rows": [_row(row) for row in rows],
        "bounds": described(present(rows), rows),
        "tests": [asdict(test) | {"result": test.result} for test in tests],
        "notes": [*notes],
    }
    text = json.dumps(found, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    write_atomically(folder / "table.json", text)
    shown = measured(task, scale, rows) + _tested(_argued(tests)) + _sources(rows) + _noted(notes)
    write_atomically(folder / "table.md", "\n".join(shown))
    metrics = present(rows)
    lines: list[Sequence[Any]] = [["name", "method", "seed", *SOURCES, "seconds", *metrics]]
    for row in rows:
        for seed, run in row.runs.items():
            values = [run.metrics.get(metric, "") for metric in metrics]
            about = [row.name, row.method, seed, *_source(run).values(), run.seconds]
            lines.append([*about, *values])
    write_csv(folder / "table.csv", lines)


def measured(task: str, scale: str, rows: Sequence[Row]) -> list[str]:
    """The table in Markdown, a column a row: mean ± standard deviation over seeds, beside the floor and the ceiling."""
    heads = ["", *(f"{row.name} ({len(row.seeds)})" for row in rows), "floor", "ceiling"]
    lines = [
        [
            f"{metric}{ARROWS[BETTER[metric]]}",
            *(_cell(row, metric) for row in rows),
            *map(_bound, bounds_of(metric, rows)),
        ]
        for metric in present(rows)
    ]
    about = (
        f"{code_span(task)}, {code_span(scale)}: mean ± standard deviation over seeds (n - 1); how many seeds stands "
        "behind a name. The floor is the strongest of those that were measured (docs/metrics.md)."
    )
    return [about, "", *table(heads, lines), ""]


def _bound(bound: Bound | None) -> str:
    return f"{said([bound.value])} ({bound.name})" if bound else "–"


def compared(tests: Sequence[Comparison]) -> list[str]:
    """Comparisons as a table in Markdown."""
    heads = ["metric", "first - second", "n", "means", "difference", "95 % interval", "test"]
    heads += ["p (Holm)", "p (paired)", "margin", "p of no difference (Holm)", "result"]
    return table(heads, [_compared(test) for test in tests])


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table in Markdown."""
    head, *lines = [f"| {' | '.join(map(escape_markdown, line))} |" for line in (heads, *rows)]
    return [head, "|" + " --- |" * len(heads), *lines]


def chance(p: float | None) -> str:
    """A p in three digits."""
    return "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _with_holm(p: float | None, corrected: float | None) -> str:
    return chance(p) if corrected is None else f"{chance(p)} ({chance(corrected)})"


def _compared(test: Comparison) -> list[str]:
    return [
        test.metric,
        f"{test.first} - {test.second}",
        ", ".join(map(str, test.n)),
        ", ".join(f"{mean:.4g}" for mean in test.means),
        f"{test.difference:+.4g}",
        "–" if test.low is None or test.high is None else f"{test.low:+.4g} to {test.high:+.4g}",
        test.test,
        _with_holm(test.p, test.p_holm),
        chance(test.p_paired),
        "–" if test.margin is None else f"{test.margin:g}",
        _with_holm(test.p_equivalent, test.p_equivalent_holm),
        f"{test.result}: {test.note}" if test.note else test.result,
    ]


def _tested(tests: Sequence[Comparison]) -> list[str]:
    about = (
        "Each row against CrossNet, by Welch's test; Holm's family is the comparisons of one metric. table.json has "
        "those of the other metrics; docs/claims.md explains the columns."
    )
    return [about, "", *compared(tests), ""] if tests else ["Nothing to compare.", ""]


def _sources(rows: Sequence[Row]) -> list[str]:
    """Where each run's numbers are from, in Markdown."""
    about = (
        "What the numbers come from: `git checkout <baseline>` and the run's command in table.json make a run again; "
        "params is the start of the SHA-256 of its params.yaml, data that of dvc.lock's hash of its images."
    )
    heads = ["", "seed", "experiment", "commit", "baseline", "params", "data"]
    lines = [
        [row.name, str(seed), run.name, *(each[:SHOWN] for each in (run.commit, run.baseline, run.params, run.data))]
        for row in rows
        for seed, run in row.runs.items()
    ]
    return [about, "", *table(heads, lines), ""]


def _noted(notes: Sequence[str]) -> list[str]:
    return (
        ["What to know about these runs:", "", *(f"- {escape_markdown(note)}" for note in notes), ""] if notes else []
    )


def _argued(tests: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons of FID, or of KID on EfficientNet-Lite0 where there is none, and of ARGUED."""
    kind = "fid" if any(test.metric.startswith("fid.") for test in tests) else "kid_efflite0"
    return [
        test
        for test in tests
        if test.metric.startswith(f"{kind}.") or test.metric in ARGUED or test.metric.endswith(OF_PAIRS)
    ]


def _row(row: Row) -> dict[str, Any]:
    metrics = {}
    for metric in row.metrics():
        values = list(row.values(metric).values())
        mean, std = spread(values)
        metrics[metric] = {"mean": mean, "std": std, "n": len(values), "better": BETTER[metric]}
    described = {"name": row.name, "method": row.method, "settings": row.settings, "seeds": row.seeds, "data": row.data}
    runs = [{"seed": seed} | _source(run) | {"command": run.command} for seed, run in row.runs.items()]
    return described | {"runs": runs, "metrics": metrics}


def _source(run: Run) -> dict[str, str]:
    """What names a run and all that it was made from."""
    return {key: run.name if key == "experiment" else getattr(run, key) for key in SOURCES}


def _cell(row: Row, metric: str) -> str:
    values = row.values(metric)
    few = f" ({len(values)})" if values and len(values) < len(row.seeds) else ""
    return said(list(values.values())) + few if values else "–"
