"""Results of experiments as files: tables in Markdown, CSV and JSON, and the runs that each folder was made from."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from crossnet.analysis.claims import Judgement
from crossnet.analysis.load import (
    PROVENANCE,
    Experiments,
    better,
    by_variant,
    declared,
    margin,
    records,
    short,
    values,
)
from crossnet.analysis.statistics import Comparison, FloorTest, compare, corrected
from crossnet.analysis.variants import FULL
from crossnet.escaping import code_span, escape_markdown
from crossnet.files import write_atomically, write_csv, write_json
from crossnet.report.metrics import Bound, ceiling, floor, floors

TABLE, FIGURES = "table.json", "figures"
RESULTS = {  # a file that records the runs of others -> these
    TABLE: (TABLE, "table.csv", "table.md"),
    "claims.json": ("claims.json", "claims.md"),
    f"{FIGURES}/made_from.json": (FIGURES,),
}
ARROWS = {1: " ↑", -1: " ↓", 0: ""}


class OverwriteError(RuntimeError):
    """Results that would be lost; the message is one line: where, of which runs, which runs would replace them."""


@dataclass(frozen=True)
class RunCounts:
    """The task, the scale and the seeds of each variant that results are of."""

    task: str
    scale: str
    seeds: Mapping[str, Sequence[int]]

    def __str__(self) -> str:
        count = sum(map(len, self.seeds.values()))
        each = ", ".join(f"{variant}: {len(seeds)}" for variant, seeds in self.seeds.items())
        return f"{count} run{'s' * (count != 1)} of {self.task} at {self.scale} ({each or 'no rows'})"

    def json(self) -> dict[str, Any]:
        """As every result records it."""
        rows = [{"name": variant, "seeds": [*seeds]} for variant, seeds in self.seeds.items()]
        return {"task": self.task, "scale": self.scale, "rows": rows}


def run_counts(found: Experiments) -> RunCounts:
    """Count the runs of experiments."""
    seeds = {variant: [int(seed) for seed in runs["seed"]] for variant, runs in by_variant(found.runs).items()}
    return RunCounts(found.task, found.scale, seeds)


def refuse_loss(folder: Path, now: RunCounts) -> None:
    """Raise OverwriteError where a folder has results of another task or scale, of more runs of a variant, or of
    unknown runs.
    """
    for name, files in RESULTS.items():
        there = [folder / file for file in files if (folder / file).exists()]
        if not there:
            continue
        before = _recorded(folder / (name if (folder / name).exists() else TABLE))
        if before is None:
            raise OverwriteError(f"{there[0]}: does not say what it was made from; it would be replaced by {now}")
        other = (before.task, before.scale) != (now.task, now.scale)
        if other or any(len(seeds) > len(now.seeds.get(variant, ())) for variant, seeds in before.seeds.items()):
            raise OverwriteError(f"{there[0]}: was made from {before}; it would be replaced by {now}")


def record_figures(folder: Path, found: Experiments) -> None:
    """Record which runs the figures of a folder are of."""
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    write_json(folder / FIGURES / "made_from.json", run_counts(found).json())


def against_crossnet(runs: pd.DataFrame, margins: Mapping[str, float]) -> list[Comparison]:
    """Compare every other variant with CrossNet, or with the first where there is none, on the same images.

    Holm's family is all comparisons of one metric.
    """
    found: list[Comparison] = []
    variants = by_variant(runs)
    reference = FULL if FULL in variants else next(iter(variants), "")
    for metric in main_metrics(variants.get(reference, runs)):
        samples = {variant: values(group, metric).rename(variant) for variant, group in variants.items()}
        of_reference, allowed = samples.pop(reference), margin(metric, margins)
        found += corrected([compare(metric, s, of_reference, allowed) for s in samples.values() if len(s)])
    return found


def write_tables(folder: Path, found: Experiments, tests: Sequence[Comparison]) -> None:
    """Write table.json, table.csv (a line for each run) and table.md (a line for each metric) into a folder.

    table.md has the comparisons of the paper's metrics alone: distances, AUC, PSNR and SSIM.
    """
    folder.mkdir(parents=True, exist_ok=True)
    metrics = main_metrics(found.runs)
    rows = [_json_row(variant, runs) for variant, runs in by_variant(found.runs).items()]
    content = {
        "task": found.task,
        "scale": found.scale,
        "rows": rows,
        "bounds": {metric: _json_bounds(metric, found) for metric in metrics},
        "tests": [asdict(test) | {"result": test.result} for test in tests],
        "notes": [*found.notes],
    }
    _write_json(folder / TABLE, content)
    heads = ["variant", "method", "seed", *PROVENANCE, "seconds", *metrics]
    cells = [[value_cell(run[key]) for key in heads] for run in records(found.runs)]
    write_csv(folder / "table.csv", [["name", *heads[1:]], *cells])
    lines = [*means_table(found), "", *_tests_of_table(tests), "", *_provenance(found.runs), *_notes(found.notes), ""]
    write_atomically(folder / "table.md", "\n".join(lines))


def write_claims(folder: Path, found: Experiments, judged: Sequence[Judgement], margins: Mapping[str, float]) -> None:
    """Write claims.json, with the runs that the claims were judged by, and claims.md into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    claims = [
        asdict(each) | {"comparisons": [asdict(test) | {"result": test.result} for test in each.comparisons]}
        for each in judged
    ]
    content = run_counts(found).json() | {"margins": dict(margins), "claims": claims, "notes": [*found.notes]}
    _write_json(folder / "claims.json", content)
    about = (
        f"The paper's claims on {code_span(found.task)} at {code_span(found.scale)}, by seeds on which no choice was "
        "made; docs/claims.md has the rules."
    )
    verdicts = [[each.claim, each.statement, each.verdict, each.where, each.why] for each in judged]
    lines = [about, "", *table(["claim", "", "verdict", "on", "to know"], verdicts), ""]
    lines += [*comparisons_table({each.claim: each.comparisons for each in judged}), ""]
    lines += [*_floors_table({each.claim: each.floors for each in judged}), *_notes(found.notes), ""]
    write_atomically(folder / "claims.md", "\n".join(lines))


def main_metrics(runs: pd.DataFrame) -> list[str]:
    """The main metrics that any of the runs has, in their order."""
    return [metric for metric, value in declared().items() if value.table and len(values(runs, metric))]


def means_table(found: Experiments) -> list[str]:
    """The lines of a table in Markdown: mean ± standard deviation over seeds by variant, and floor and ceiling."""
    variants = by_variant(found.runs)
    heads = ["", *(f"{variant} ({len(runs)})" for variant, runs in variants.items()), "floor", "ceiling"]
    lines = []
    for metric in main_metrics(found.runs):
        key, means = _block_means(metric, found)
        bounds = floor(key, means, better(metric) < 0), ceiling(key, means)
        cells = [_mean_cell(runs, metric) for runs in variants.values()]
        lines.append([f"{metric}{ARROWS[better(metric)]}", *cells, *map(_bound_cell, bounds)])
    about = (
        f"{code_span(found.task)}, {code_span(found.scale)}: mean ± standard deviation over seeds (n - 1); the number "
        "of seeds stands after a name. The floor is the strongest of those that were measured (docs/metrics.md)."
    )
    return [about, "", *table(heads, lines)]


def comparisons_table(tests: Mapping[str, Sequence[Comparison]]) -> list[str]:
    """The lines of a table in Markdown of all comparisons, by claim; without claims where the only one is ""."""
    heads = ["metric", "first - second", "n", "means", "difference", "95 % interval", "test", "p (Holm)", "p (paired)"]
    heads += ["margin", "p of no difference (Holm)", "result"]
    named = [*tests] != [""]
    lines = [[claim] * named + _comparison_cells(test) for claim, of_claim in tests.items() for test in of_claim]
    return table(["claim"] * named + heads, lines) if lines else ["Nothing to compare."]


def short_comparisons_table(tests: Mapping[str, Sequence[Comparison]]) -> list[str]:
    """The lines of a table for the terminal: n, difference, interval, p and result of all comparisons, by claim."""
    heads = ["claim", "metric", "first - second", "n", "difference", "95 % interval", "p (Holm)", "result"]
    shown = [0, 1, 2, 4, 5, 7, 11]  # of the cells of `comparisons_table`
    lines = [
        [claim, *(cells[place] for place in shown)]
        for claim, of_claim in tests.items()
        for cells in map(_comparison_cells, of_claim)
    ]
    return table(heads, lines) if lines else []


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table in Markdown."""
    head, *lines = [f"| {' | '.join(map(escape_markdown, line))} |" for line in (heads, *rows)]
    return [head, "|" + " --- |" * len(heads), *lines]


def mean_and_spread(sample: "pd.Series[float]") -> str:
    """Mean ± standard deviation (n - 1), with the digits that mean something: "0.913 ± 0.008"."""
    digits = 1 if abs(sample.mean()) >= 10 else 3
    return f"{sample.mean():.{digits}f}" + (f" ± {sample.std():.{digits}f}" if len(sample) > 1 else "")


def value_cell(value: Any) -> Any:
    """A value, or "" where it is missing."""
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value


def p_cell(p: float | None, holm: float | None = None) -> str:
    """A p in three digits, with Holm's in brackets where there is one."""
    text = "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"
    return text if holm is None else f"{text} ({p_cell(holm)})"


def interval_cell(test: Comparison) -> str:
    """The 95 % interval of a difference."""
    return "–" if test.low is None or test.high is None else f"{test.low:+.4g} to {test.high:+.4g}"


def _comparison_cells(test: Comparison) -> list[str]:
    return [
        test.metric,
        f"{test.first} - {test.second}",
        ", ".join(map(str, test.n)),
        ", ".join(f"{mean:.4g}" for mean in test.means),
        f"{test.difference:+.4g}",
        interval_cell(test),
        test.test,
        p_cell(test.p, test.p_holm),
        p_cell(test.p_paired),
        "–" if test.margin is None else f"{test.margin:g}",
        p_cell(test.p_equivalent, test.p_equivalent_holm),
        f"{test.result}: {test.note}" if test.note else test.result,
    ]


def _floors_table(tests: Mapping[str, Sequence[FloorTest]]) -> list[str]:
    heads = ["claim", "best variant", "floor", "n", "value", "floor's value", "p", "above its floor"]
    lines = []
    for claim, test in ((claim, test) for claim, of_claim in tests.items() for test in of_claim):
        numbers = [str(test.n), f"{test.mean:.4g}", f"{test.floor_mean:.4g}", p_cell(test.p)]
        lines.append([claim, test.variant, test.floor, *numbers, "yes" if test.beaten else "no"])
    return table(heads, lines) if lines else ["No floors to compare with."]


def _tests_of_table(tests: Sequence[Comparison]) -> list[str]:
    """The comparisons of metrics that are declared so; of KID only where there is no FID."""
    hidden = "kid_efflite0." if any(test.metric.startswith("fid.") for test in tests) else "fid."
    shown = [test for test in tests if declared()[test.metric].compared and not test.metric.startswith(hidden)]
    about = (
        "Each variant against CrossNet, by Welch's test; Holm's family is the comparisons of one metric. table.json "
        "has those of the other metrics; docs/claims.md explains the columns."
    )
    return [about, "", *comparisons_table({"": shown})]


def _provenance(runs: pd.DataFrame) -> list[str]:
    about = (
        "Provenance: `git checkout <baseline>` and the run's command in table.json repeat a run; params is the start "
        "of the SHA-256 of its params.yaml, data that of dvc.lock's hash of its images."
    )
    heads = ["", "seed", "experiment", "commit", "baseline", "params", "data"]
    lines = [
        [run["variant"], str(run["seed"]), run["experiment"], *(short(run[key]) for key in heads[3:])]
        for run in records(runs)
    ]
    return [about, "", *table(heads, lines)]


def _notes(notes: Sequence[str]) -> list[str]:
    return ["", "Notes on these runs:", "", *(f"- {escape_markdown(note)}" for note in notes)] if notes else []


def _json_row(variant: str, runs: pd.DataFrame) -> dict[str, Any]:
    first, *_ = found = records(runs)
    metrics = {}
    for metric in main_metrics(runs):
        sample = values(runs, metric)
        metrics[metric] = {
            "mean": float(sample.mean()),
            "std": float(sample.std()) if len(sample) > 1 else None,
            "n": len(sample),
            "better": declared()[metric].better,
        }
    return {
        "name": variant,
        "method": first["method"],
        "settings": first["differs"],
        "seeds": [run["seed"] for run in found],
        "data": first["data"],
        "runs": [{key: run[key] for key in ("seed", *PROVENANCE, "command")} for run in found],
        "metrics": metrics,
    }


def _block_means(metric: str, found: Experiments) -> tuple[str, dict[str, float]]:
    """The key of a metric, and the mean of each value of its block over the comparable runs.

    Values of the untranslated input and of the truth are the same for all of them; those of permuted masks are not.
    """
    block, _, key = metric.rpartition(".")
    runs = found.comparable
    keys = [str(each) for each in runs if str(each).startswith(f"{block}.")]
    means = runs[keys].mean().dropna()
    return key, {str(each).removeprefix(f"{block}."): float(mean) for each, mean in means.items()}


def _json_bounds(metric: str, found: Experiments) -> dict[str, Any]:
    key, means = _block_means(metric, found)
    low, high = floor(key, means, better(metric) < 0), ceiling(key, means)
    every = [asdict(each) for each in floors(key, means)]
    return {"floor": low and asdict(low), "ceiling": high and asdict(high), "floors": every}


def _mean_cell(runs: pd.DataFrame, metric: str) -> str:
    sample = values(runs, metric)
    few = f" ({len(sample)})" if len(sample) < len(runs) else ""
    return mean_and_spread(sample) + few if len(sample) else "–"


def _bound_cell(bound: Bound | None) -> str:
    return f"{mean_and_spread(pd.Series([bound.value]))} ({bound.name})" if bound else "–"


def _recorded(path: Path) -> RunCounts | None:
    """The runs that a result records, None where it is missing or records none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        seeds = {str(row["name"]): [*row["seeds"]] for row in content["rows"]}
        return RunCounts(str(content["task"]), str(content["scale"]), seeds)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_atomically(path, json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n")
