"""The paper's claims C1 to C6, judged on a task from rows of runs: docs/claims.md has the rules.

A claim needs rows and metrics; where one is missing it was *not tried*, and says which command would try it. C1, C2 and
C4 are judged by FID where all rows have it, elsewhere by KID on EfficientNet-Lite0 features; C1 and C2 in both
directions. C3 is an admission of the paper and C6 a question: both are measured, not judged.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from crossnet.analysis.comparisons import (
    Comparison,
    FloorTest,
    against_floor,
    compare,
    corrected,
    margin_of,
    trend,
)
from crossnet.analysis.rows import BETTER, Experiments, Row
from crossnet.analysis.settings import ABLATION, FULL, METHODS
from crossnet.analysis.table import chance, compared, table
from crossnet.escaping import code_span, escape_markdown
from crossnet.files import write_atomically
from crossnet.report.metrics import FLOORS

Verdict = Literal[
    "holds", "does not hold", "no difference", "undecided", "undecided: below its floor", "measured", "not tried"
]
CYCLEGAN, AGGAN = METHODS["cyclegan"], METHODS["aggan"]
SEEDS = 5  # that the commands of claims that were not tried ask for
LAST = [*ABLATION][-2:]  # +CTC, and all three latent losses
STATEMENTS = {
    "C1": "The distance falls as the three latent losses are added one by one to GAN + Id (Fig. 5, §4.1).",
    "C1, last step": "The distance is least with all three latent losses: CrossNet's is below +CTC's (Fig. 5, §4.1).",
    "C2": "CrossNet's distance is below CycleGAN's (§4.1, §4.2).",
    "C3": "An admission: specular and diffuse are translated both ways, and the background changes (§5.1).",
    "C4": "Telephone to DSLR: the supervised DPED has the best distance, CrossNet the best of the unsupervised methods "
    "(§5.2).",
    "C5": "Foreground: CrossNet's AUC within place is above that of the others (Fig. 10 has the pooled one).",
    "C5, pooled": "Foreground: CrossNet's AUC of all pixels is above that of the others (Fig. 10).",
    "C6": "A question: do asymmetric constraints serve an asymmetric task better (§6)?",
}


@dataclass(frozen=True)
class Claim:
    """A claim, its verdict, where the verdict is from, and the tests behind it.

    where: task, scale, image size, number of seeds. why: what a reader has to know beside the tests; for a claim that
    was not tried, what is missing and the command that makes it.
    """

    claim: str
    statement: str
    verdict: Verdict
    where: str
    why: str = ""
    comparisons: Sequence[Comparison] = field(default_factory=list)
    floors: Sequence[FloorTest] = field(default_factory=list)


@dataclass(frozen=True)
class _Judge:
    """What all claims are judged from: the experiments of a task, and the margins."""

    found: Experiments
    margins: Mapping[str, float]

    def welch(self, metric: str, first: Row, second: Row, claimed: int | None = None) -> Comparison:
        margin = margin_of(metric, self.margins)
        return compare(metric, first.name, first.own(metric), second.name, second.own(metric), margin, claimed)

    def page(self, metric: str, rows: Sequence[Row]) -> Comparison:
        """The trend along the rows; claimed is that the metric gets better."""
        named = [(row.name, row.values(metric)) for row in rows]
        return trend(metric, named, margin_of(metric, self.margins), _better(metric))

    def decided(self, claim: str, rows: Sequence[Row], comparisons: Sequence[Comparison]) -> Claim:
        """The claim that all comparisons go as claimed, with the best row of each metric tested against its floors."""
        tested = corrected(comparisons)
        floors = {metric: _floors(metric, rows) for metric in dict.fromkeys(each.metric for each in tested)}
        without = [f"No run has a floor of {metric}." for metric, tests in floors.items() if not tests]
        tests = [test for tests in floors.values() for test in tests]
        verdict = "undecided" if without else verdict_of(tested)
        if any(test.gain <= 0 or (verdict != "undecided" and not test.beaten) for test in tests):
            verdict = "undecided: below its floor"
        low = dict.fromkeys(test.metric for test in tests if not test.beaten)
        short = [f"Not surely above its floor: {', '.join(low)}."] if low else []
        why = " ".join([*without, *short, *self.left(rows)])
        return Claim(claim, STATEMENTS[claim], verdict, self.where(rows), why, tested, tests)

    def measured(self, claim: str, rows: Sequence[Row], comparisons: Sequence[Comparison], why: str = "") -> Claim:
        """A claim that is measured and not judged."""
        tested, said = corrected(comparisons), " ".join(filter(None, [why, *self.left(rows)]))
        return Claim(claim, STATEMENTS[claim], "measured", self.where(rows), said, tested)

    def not_tried(self, claim: str, why: str, command: str) -> Claim:
        text = f"{why[0].upper()}{why[1:]}. To try it: `{command}`."
        return Claim(claim, STATEMENTS[claim], "not tried", self.where([]), text)

    def where(self, rows: Sequence[Row]) -> str:
        """Task, scale, pixels and seeds: no verdict says more than these."""
        runs = [run for row in rows for run in row.runs.values()]
        sizes = sorted({str(run.settings.get(f"scales.{self.found.scale}.images.size", "?")) for run in runs})
        pixels = f" ({', '.join(f'{size}x{size}' for size in sizes)} pixels)" if sizes else ""
        seeds = sorted({run.seed for run in runs})
        counted = f", {len(seeds)} seed{'s' * (len(seeds) != 1)} ({', '.join(map(str, seeds))})" if seeds else ""
        return f"{self.found.task}, {self.found.scale}{pixels}{counted}"

    def left(self, rows: Sequence[Row]) -> list[str]:
        """A sentence for each row of these that has other runs, on other images."""
        return [f"{each}." for each in self.found.on_other_images([row.name for row in rows])]

    def ablation(self) -> str:
        return f"crossnet ablation --seeds {SEEDS} --task {self.found.task} --scale {self.found.scale}"


def judge(experiments: Experiments, margins: Mapping[str, float]) -> list[Claim]:
    """All claims on a task, judged by the rows on the images that most runs have. margins: by kind of metric."""
    by = _Judge(experiments, margins)
    return [_c1(by), _c1_last(by), _c2(by), _c3(by), _c4(by), _c5(by), _c5_pooled(by), _c6(by)]


def verdict_of(comparisons: Sequence[Comparison]) -> Verdict:
    """What comparisons say of a claim that needs all of them."""
    results = {each.result for each in comparisons}
    if results == {"as claimed"}:
        return "holds"
    if results == {"no difference"}:
        return "no difference"
    return "does not hold" if any(each.refutes for each in comparisons) else "undecided"


def exit_status(claims: Sequence[Claim]) -> int:
    """0: all that were judged hold. 1: one does not hold or shows no difference. 3: else, or none was judged."""
    verdicts = {claim.verdict for claim in claims} - {"not tried", "measured"}
    return 1 if verdicts & {"does not hold", "no difference"} else 0 if verdicts == {"holds"} else 3


def late_margins(rows: Sequence[Row], margins: Mapping[str, float]) -> list[str]:
    """A line where runs were made with other margins than these, or with none, in their params.yaml."""
    runs = [run for row in rows for run in row.runs.values()]
    late = [run for run in runs if run.margins != margins]
    if not late:
        return []
    return [
        f"note: claims.margins were not stated before {len(late)} of {len(runs)} runs, such as {late[0].name}: "
        "their verdicts of no difference are by margins that are younger"
    ]


def write(
    folder: Path,
    task: str,
    scale: str,
    rows: Sequence[Row],
    claims: Sequence[Claim],
    margins: Mapping[str, float],
    notes: Sequence[str],
) -> None:
    """Write claims.json, with the rows that the claims were judged from, and claims.md into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {
        "task": task,
        "scale": scale,
        "rows": [{"name": row.name, "seeds": row.seeds} for row in rows],
        "margins": dict(margins),
        "claims": [
            asdict(claim) | {"comparisons": [asdict(each) | {"result": each.result} for each in claim.comparisons]}
            for claim in claims
        ],
        "notes": [*notes],
    }
    text = json.dumps(found, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    write_atomically(folder / "claims.json", text)
    lines = [
        f"The paper's claims on {code_span(task)} at {code_span(scale)}, by seeds that no choice is made on; "
        "docs/claims.md says how they are judged.",
        "",
    ]
    lines += table(["claim", "", "verdict", "on"], [[c.claim, c.statement, c.verdict, c.where] for c in claims])
    for claim in claims:
        lines += ["", f"**{claim.claim}**: {claim.verdict}. {escape_markdown(claim.why)}".rstrip(), ""]
        lines += [*compared(claim.comparisons), ""] if claim.comparisons else []
        lines += _against_floors(claim.floors) if claim.floors else []
    lines += ["", *(f"- {escape_markdown(note)}" for note in notes)] if notes else []
    write_atomically(folder / "claims.md", "\n".join([*lines, ""]))


def distance(rows: Sequence[Row]) -> str:
    """What C1, C2 and C4 are judged by: FID where every row has it, else KID on EfficientNet-Lite0 features."""
    return "fid" if rows and all(row.values("fid.to_b") for row in rows) else "kid_efflite0"


def _c1(by: _Judge) -> Claim:
    rows, metrics = _with_distances(by, [*ABLATION])
    if isinstance(rows, str):
        return by.not_tried("C1", rows, by.ablation())
    return by.decided("C1", rows, [by.page(metric, rows) for metric in metrics])


def _c1_last(by: _Judge) -> Claim:
    rows, metrics = _with_distances(by, LAST)
    if isinstance(rows, str):
        return by.not_tried("C1, last step", rows, by.ablation())
    return by.decided("C1, last step", rows, [by.welch(metric, rows[1], rows[0], -1) for metric in metrics])


def _c2(by: _Judge) -> Claim:
    rows, metrics = _with_distances(by, [FULL, CYCLEGAN])
    if isinstance(rows, str):
        return by.not_tried("C2", rows, by.ablation())
    return by.decided("C2", rows, [by.welch(metric, rows[0], rows[1], -1) for metric in metrics])


def _c3(by: _Judge) -> Claim:
    if by.found.task != "specular2diffuse":
        return by.not_tried("C3", "it is about specular2diffuse", "crossnet claims --task specular2diffuse")
    rows, metrics = _with_distances(by, [FULL])
    if isinstance(rows, str):
        return by.not_tried("C3", rows, by.ablation())
    row, changed = rows[0], "paired.to_b_background_changed"
    sources = [
        compare(metric, row.name, row.values(metric), "untranslated input", row.values(f"{metric}_source"))
        for metric in metrics
        if row.values(f"{metric}_source")
    ]
    share = f"Background pixels changed: {_mean(row, changed):.1%}." if row.values(changed) else ""
    return by.measured("C3", rows, sources, share)


def _c4(by: _Judge) -> Claim:
    task = by.found.task
    if not task.startswith("iphone2dslr"):
        return by.not_tried("C4", "it is about iphone2dslr", "crossnet claims --task iphone2dslr")
    rows, metrics = _with_distances(by, [METHODS[key] for key in ("dped", "crossnet", "cyclegan", "munit", "drit")])
    if isinstance(rows, str):
        return by.not_tried("C4", rows, f"dvc exp run --queue -S task={task} -S method=... -S 'seed=range(0,{SEEDS})'")
    dped, full, *others = rows
    pairs = [(dped, full), *((full, other) for other in others)]
    return by.decided("C4", rows, [by.welch(metrics[0], one, other, -1) for one, other in pairs])


def _c5(by: _Judge) -> Claim:
    return _areas(by, "C5", "foreground.auc_within_place")


def _c5_pooled(by: _Judge) -> Claim:
    return _areas(by, "C5, pooled", "foreground.auc")


def _areas(by: _Judge, claim: str, metric: str) -> Claim:
    """C5 by one of the two AUCs, against those of CycleGAN and AGGAN that have it."""
    named = {name: row for name in (FULL, CYCLEGAN, AGGAN) if (row := by.found.named(name)) and row.values(metric)}
    lacking = [name for name in (FULL, CYCLEGAN) if name not in named]
    if FULL in lacking or len(named) < 2:
        why = f"no run of {' and '.join(lacking)} has {metric}, of a task with masks such as sculptures or zappos"
        return by.not_tried(claim, "; ".join(by.found.on_other_images(lacking)) or why, by.ablation())
    full, *others = named.values()
    return by.decided(claim, [full, *others], [by.welch(metric, full, other, 1) for other in others])


def _c6(by: _Judge) -> Claim:
    full = by.found.named(FULL)
    rows = [
        row for row in by.found.comparable if row.settings and all(isinstance(v, dict) for v in row.settings.values())
    ]
    if not full or not rows:
        command = (
            f"dvc exp run --queue -S task={by.found.task} -S 'lambda_zcyc={{a: 6, b: 3}}' -S 'seed=range(0,{SEEDS})'"
        )
        return by.not_tried("C6", "no runs with asymmetric weights" if full else by.found.missing([FULL]), command)
    kind = distance([full, *rows])
    wanted = [f"{kind}.to_b", f"{kind}.to_a", "foreground.auc_within_place", "foreground.auc"]
    metrics = [metric for metric in wanted if all(row.values(metric) for row in [full, *rows])]
    return by.measured("C6", [full, *rows], [by.welch(metric, row, full) for metric in metrics for row in rows])


def _is_asymmetric(row: Row) -> bool:
    """Whether a row differs from the committed settings in weights by direction alone."""
    return bool(row.settings) and all(isinstance(value, dict) for value in row.settings.values())


def _with_distances(by: _Judge, names: Sequence[str]) -> tuple[list[Row] | str, list[str]]:
    """The rows of these names and the distances that they are judged by, both ways; or what is missing."""
    rows = [row for name in names if (row := by.found.named(name))]
    kind = distance(rows)
    metrics = [f"{kind}.{way}" for way in ("to_b", "to_a")]
    if missing := [name for name in names if name not in {row.name for row in rows}]:
        return by.found.missing(missing), metrics
    if without := [row.name for row in rows if not all(row.values(metric) for metric in metrics)]:
        return f"{', '.join(without)} has no {kind}", metrics
    return rows, metrics


def _floors(metric: str, rows: Sequence[Row]) -> list[FloorTest]:
    """The row with the best mean against each floor of the metric that its runs have."""
    best = max(rows, key=lambda row: _mean(row, metric) * (_better(metric) or 1))
    floors = {key: values for end in FLOORS if (values := best.values(key := f"{metric}{end}"))}
    return [
        against_floor(metric, best.name, best.own(metric), key, values, _better(metric) == 1)
        for key, values in floors.items()
    ]


def _against_floors(floors: Sequence[FloorTest]) -> list[str]:
    heads = ["best row", "floor", "n", "value", "floor's value", "p", "above its floor"]
    rows = [
        [
            each.row,
            each.floor,
            str(each.n),
            f"{each.mean:.4g}",
            f"{each.floor_mean:.4g}",
            chance(each.p),
            "yes" if each.beaten else "no",
        ]
        for each in floors
    ]
    return [*table(heads, rows), ""]


def _mean(row: Row, metric: str) -> float:
    values = row.own(metric)
    return sum(values.values()) / len(values)


def _better(metric: str) -> int | None:
    """1 where higher is better, -1 where lower is."""
    return {"higher": 1, "lower": -1, None: None}[BETTER[metric]]
