"""The paper's claims C1 to C6, judged on a task from rows of runs.

How a verdict follows from comparisons is in `verdicts`. A claim was *not tried* where a row or metric that it needs is
missing; it then says which command would try it. C1, C2 and C4 are judged by FID where all rows have it, by KID on
EfficientNet-Lite0 features elsewhere; C1 and C2 in both directions. C3 compares distances with those of the
untranslated source, and the share of background pixels that changed with a twentieth. C6 is the other way about: one
asymmetric setting that is better would do, so p is corrected by Holm for it to hold, and it does not hold where each of
them is worse by its own p.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crossnet.experiments.paired_tests import FEWEST
from crossnet.experiments.rows import Row, said, spread
from crossnet.experiments.settings import ABLATION, FULL, METHODS, WITHOUT_LATENT
from crossnet.experiments.verdicts import (
    Outcome,
    Side,
    Verdict,
    compare,
    outcomes_of,
    summary,
    verdict_of_all,
    verdict_of_any,
)

CYCLEGAN = METHODS["cyclegan"]
CHANGED = 0.05  # share of background pixels from which on "the background changes" (C3)
STATEMENTS = {
    "C1": "The distance falls as the three latent losses are added one by one to GAN + Id, and is least with all three "
    "(Fig. 5, §4.1).",
    "C2": "CrossNet's distance is below CycleGAN's (§4.1, §4.2).",
    "C3": "Specular and diffuse are translated both ways; the background changes, which it should not (§5.1).",
    "C4": "Telephone to DSLR: the supervised DPED has the best distance, CrossNet the best of the unsupervised methods "
    "(§5.2).",
    "C5": "Foreground: CrossNet's AUC is above CycleGAN's and AGGAN's (Fig. 10).",
    "C6": "Asymmetric constraints serve an asymmetric task better (§6).",
}


@dataclass(frozen=True)
class Claim:
    """A claim with its verdict, the reason in a sentence or two, and the figures behind it."""

    claim: str
    statement: str
    verdict: Verdict
    why: str
    figures: dict[str, Any] = field(default_factory=dict)


def judge(task: str, rows: Sequence[Row]) -> list[Claim]:
    """All six claims on a task; rows of other data than most are left out."""
    same = [row for row in rows if rows and row.data == rows[0].data]
    return [claim(task, same) for claim in (_c1, _c2, _c3, _c4, _c5, _c6)]


def exit_status(claims: Sequence[Claim]) -> int:
    """0: all that were tried hold. 1: one does not hold. 3: one is undecided and none fails, or none was tried."""
    verdicts = {claim.verdict for claim in claims} - {"not tried"}
    return 1 if "does not hold" in verdicts else 0 if verdicts == {"holds"} else 3


def write(folder: Path, task: str, scale: str, claims: Sequence[Claim]) -> None:
    """Write claims.json and claims.md into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {"task": task, "scale": scale, "claims": [asdict(claim) for claim in claims]}
    text = json.dumps(found, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    (folder / "claims.json").write_text(text, encoding="utf-8")
    lines = [f"The paper's claims on `{task}` at `{scale}`.", "", "| claim | verdict | why |", "| --- | --- | --- |"]
    lines += [f"| **{c.claim}** {c.statement} | *{c.verdict}* | {c.why.replace('|', '/')} |" for c in claims]
    (folder / "claims.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


def distance(rows: Sequence[Row]) -> str:
    """What C1, C2 and C4 are judged by: FID where every row has it, else KID on EfficientNet-Lite0 features."""
    return "fid" if rows and all(row.values("fid.to_b") for row in rows) else "kid_efflite0"


def _c1(task: str, rows: Sequence[Row]) -> Claim:
    return _ordering(
        "C1",
        rows,
        [*ABLATION],
        [*zip([*ABLATION][1:], ABLATION, strict=False), *((FULL, each) for each in [WITHOUT_LATENT, "+ZId"])],
        f"crossnet ablation --seeds {FEWEST} --task {task}",
    )


def _c2(task: str, rows: Sequence[Row]) -> Claim:
    command = f"crossnet ablation --seeds {FEWEST} --task {task}"
    return _ordering("C2", rows, [FULL, CYCLEGAN], [(FULL, CYCLEGAN)], command)


def _c3(task: str, rows: Sequence[Row]) -> Claim:
    if task != "specular2diffuse":
        return _not_tried("C3", "it is about specular2diffuse", "crossnet claims --task specular2diffuse")
    row, background = _named(rows, FULL), "paired.background_changed"
    command = f"crossnet ablation --seeds {FEWEST} --task {task}"
    if not row or not row.values(background):
        return _not_tried("C3", f"no run of {FULL} has {background}", command)
    ways = [f"{distance([row])}.{way}" for way in ("to_b", "to_a")]
    if not all(row.values(way) and row.values(f"{way}_source") for way in ways):
        return _not_tried("C3", f"no run of {FULL} has a distance and that of the untranslated source", command)
    wanted = [Side(way, FULL, row.values(way), "untranslated source", row.values(f"{way}_source"), -1) for way in ways]
    changed = row.values(background)
    wanted.append(Side(background, FULL, changed, f"a share of {CHANGED:g}", dict.fromkeys(changed, CHANGED), 1))
    outcomes = outcomes_of(wanted)
    return _decided("C3", verdict_of_all, outcomes, [row], [*ways, background], _without_fid(ways[0]))


def _c4(task: str, rows: Sequence[Row]) -> Claim:
    needed = [METHODS[key] for key in ("dped", "crossnet", "cyclegan", "munit", "drit")]
    others = [(FULL, each) for each in needed[2:]]
    if not task.startswith("iphone2dslr"):
        return _not_tried("C4", "it is about iphone2dslr", "crossnet claims --task iphone2dslr")
    command = f"dvc exp run --queue -S task={task} -S method=... -S 'seed=range(0,{FEWEST})'"
    return _ordering("C4", rows, needed, [(needed[0], FULL), *others], command, ways=("to_b",))


def _c5(task: str, rows: Sequence[Row]) -> Claim:
    metric = "foreground.auc"
    with_masks = [row for row in rows if row.values(metric)]
    full = _named(with_masks, FULL)
    others = [row for row in with_masks if row.name in (CYCLEGAN, METHODS["aggan"])]
    if not full or not others:
        lacks = " and ".join(name for name in (FULL, CYCLEGAN) if not _named(with_masks, name))
        where = "of a task with masks, such as sculptures or zappos"
        return _not_tried(
            "C5", f"no run of {lacks} has {metric}, {where}", f"crossnet ablation --seeds {FEWEST} --task {task}"
        )
    outcomes = outcomes_of([Side(metric, FULL, full.areas(), row.name, row.areas(), 1) for row in others])
    left = "" if _named(others, METHODS["aggan"]) else " AGGAN was not tried."
    left += "" if _named(others, CYCLEGAN) else " CycleGAN was not tried."
    return _decided("C5", verdict_of_all, outcomes, [full, *others], [metric, "foreground_scores.auc"], left)


def _c6(task: str, rows: Sequence[Row]) -> Claim:
    full = _named(rows, FULL)
    asymmetric = [row for row in rows if row.settings and all(isinstance(v, dict) for v in row.settings.values())]
    command = f"dvc exp run --queue -S task={task} -S 'lambda_zcyc={{a: 6, b: 3}}' -S 'seed=range(0,{FEWEST})'"
    if not full or not asymmetric:
        return _not_tried("C6", "no runs with asymmetric weights" if full else f"no runs of {FULL}", command)
    among = [full, *asymmetric]
    metric = "foreground.auc" if all(row.values("foreground.auc") for row in among) else f"{distance(among)}.to_b"
    if not all(row.values(metric) for row in among):
        return _not_tried("C6", f"{metric} is not there for all rows", command)
    outcomes = compare([(metric, row, full) for row in asymmetric])
    return _decided("C6", verdict_of_any, outcomes, among, [metric], "")


def _ordering(
    claim: str,
    rows: Sequence[Row],
    needed: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    command: str,
    ways: Sequence[str] = ("to_b", "to_a"),
) -> Claim:
    """Judge that the first of each pair has the smaller distance, in each direction."""
    found = {name: row for name in needed if (row := _named(rows, name))}
    if missing := [name for name in needed if name not in found]:
        return _not_tried(claim, f"no runs of {', '.join(missing)}", command)
    kind = distance([*found.values()])
    metrics = [f"{kind}.{way}" for way in ways]
    if lacking := [name for name, row in found.items() if not all(row.values(metric) for metric in metrics)]:
        return _not_tried(claim, f"{', '.join(lacking)} has no {kind}", command)
    outcomes = compare([(metric, found[one], found[other]) for metric in metrics for one, other in pairs])
    return _decided(claim, verdict_of_all, outcomes, [*found.values()], metrics, _without_fid(metrics[0]))


def _without_fid(metric: str) -> str:
    return "" if metric.startswith("fid.") else " There is no FID here: judged by KID on EfficientNet-Lite0 features."


def _decided(
    claim: str,
    rule: Callable[[Sequence[Outcome]], Verdict],
    outcomes: Sequence[Outcome],
    rows: Sequence[Row],
    metrics: Sequence[str],
    note: str,
) -> Claim:
    known = {
        metric: {row.name: list(row.values(metric).values()) for row in rows if row.values(metric)}
        for metric in metrics
        if any(row.values(metric) for row in rows)
    }
    figures: dict[str, Any] = {
        metric: {name: dict(zip(("mean", "std"), spread(values), strict=True)) for name, values in by_row.items()}
        for metric, by_row in known.items()
    }
    comparisons = [asdict(each.test) | {"as_claimed": each.as_claimed} for each in outcomes]
    means = "; ".join(
        f"{metric}: " + ", ".join(f"{name} {said(values)}" for name, values in by_row.items())
        for metric, by_row in known.items()
    )
    why = f"{means}. {summary(outcomes)}{note}"
    return _claim(claim, rule(outcomes), why, figures | {"comparisons": comparisons})


def _claim(claim: str, verdict: Verdict, why: str, figures: dict[str, Any]) -> Claim:
    return Claim(claim, STATEMENTS[claim], verdict, why, figures)


def _not_tried(claim: str, why: str, command: str) -> Claim:
    return Claim(claim, STATEMENTS[claim], "not tried", f"{why[0].upper()}{why[1:]}. To try it: `{command}`.")


def _named(rows: Sequence[Row], name: str) -> Row | None:
    return next((row for row in rows if row.name == name), None)
