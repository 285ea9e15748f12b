"""The paper's claims C1 to C6, judged on a task from rows of runs.

How a verdict follows from comparisons is in `verdicts`. A claim was *not tried* where a row or metric that it needs is
missing; it then says which command would try it. C1, C2 and C4 are judged by FID where all rows have it, by KID on
EfficientNet-Lite0 features elsewhere; C1 and C2 in both directions. C5 says of CycleGAN and AGGAN no more than was
tried. C3 compares distances with those of the untranslated source, and the share of background pixels that changed with
a twentieth. C6 is the other way about: one asymmetric setting that is better would do, so p is corrected by Holm for it
to hold, and it does not hold where each of them is worse by its own p.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crossnet.experiments.evidence import Evidence, evidence
from crossnet.experiments.paired_tests import FEWEST
from crossnet.experiments.reasons import figures, reason, worse_than_none
from crossnet.experiments.rows import Row
from crossnet.experiments.settings import ABLATION, FULL, METHODS, WITHOUT_LATENT
from crossnet.experiments.verdicts import Outcome, Side, Verdict, compare, outcomes_of, verdict_of_all, verdict_of_any
from crossnet.text import code_span, markdown

CYCLEGAN, AGGAN = METHODS["cyclegan"], METHODS["aggan"]
CHANGED = 0.05  # share of background pixels from which on "the background changes" (C3)
STATEMENTS = {
    "C1": "The distance falls as the three latent losses are added one by one to GAN + Id, and is least with all three "
    "(Fig. 5, §4.1).",
    "C2": "CrossNet's distance is below CycleGAN's (§4.1, §4.2).",
    "C3": "Specular and diffuse are translated both ways; the background changes, which it should not (§5.1).",
    "C4": "Telephone to DSLR: the supervised DPED has the best distance, CrossNet the best of the unsupervised methods "
    "(§5.2).",
    "C5": "Foreground: CrossNet's AUC is above {others} (Fig. 10).",
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
    """All six claims on a task, judged by the rows on the images that most runs have."""
    found = evidence(task, rows)
    return [claim(found) for claim in (_c1, _c2, _c3, _c4, _c5, _c6)]


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
    lines = [
        f"The paper's claims on {code_span(task)} at {code_span(scale)}.",
        "",
        "| claim | verdict | why |",
        "| --- | --- | --- |",
    ]
    lines += [f"| **{c.claim}** {markdown(c.statement)} | *{c.verdict}* | {markdown(c.why)} |" for c in claims]
    (folder / "claims.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


def distance(rows: Sequence[Row]) -> str:
    """What C1, C2 and C4 are judged by: FID where every row has it, else KID on EfficientNet-Lite0 features."""
    return "fid" if rows and all(row.values("fid.to_b") for row in rows) else "kid_efflite0"


def _c1(found: Evidence) -> Claim:
    steps = zip([*ABLATION][1:], ABLATION, strict=False)
    pairs = [*steps, *((FULL, each) for each in (WITHOUT_LATENT, "+ZId"))]
    return _ordering("C1", found, [*ABLATION], pairs, _ablation(found.task))


def _c2(found: Evidence) -> Claim:
    return _ordering("C2", found, [FULL, CYCLEGAN], [(FULL, CYCLEGAN)], _ablation(found.task))


def _c3(found: Evidence) -> Claim:
    if found.task != "specular2diffuse":
        return _not_tried("C3", "it is about specular2diffuse", "crossnet claims --task specular2diffuse")
    row, background = found.named(FULL), "paired.to_b_background_changed"
    if not row:
        return _not_tried("C3", found.lacking([FULL]), _ablation(found.task))
    if not row.values(background):
        return _not_tried("C3", f"no run of {FULL} has {background}", _ablation(found.task))
    ways = [f"{distance([row])}.{way}" for way in ("to_b", "to_a")]
    if not all(row.values(way) and row.values(f"{way}_source") for way in ways):
        why = f"no run of {FULL} has a distance and that of the untranslated source"
        return _not_tried("C3", why, _ablation(found.task))
    wanted = [Side(way, FULL, row.values(way), "untranslated source", row.values(f"{way}_source"), -1) for way in ways]
    changed = row.values(background)
    wanted.append(Side(background, FULL, changed, "a twentieth", dict.fromkeys(changed, CHANGED), 1))
    return _decided("C3", found, [FULL], outcomes_of(wanted), _without_fid(ways[0]))


def _c4(found: Evidence) -> Claim:
    needed = [METHODS[key] for key in ("dped", "crossnet", "cyclegan", "munit", "drit")]
    others = [(FULL, each) for each in needed[2:]]
    if not found.task.startswith("iphone2dslr"):
        return _not_tried("C4", "it is about iphone2dslr", "crossnet claims --task iphone2dslr")
    command = f"dvc exp run --queue -S task={found.task} -S method=... -S 'seed=range(0,{FEWEST})'"
    return _ordering("C4", found, needed, [(needed[0], FULL), *others], command, ways=("to_b",))


def _c5(found: Evidence) -> Claim:
    metric = "foreground.auc"
    with_masks = {name: row for name in (FULL, CYCLEGAN, AGGAN) if (row := found.named(name)) and row.values(metric)}
    full, others = with_masks.get(FULL), [name for name in (CYCLEGAN, AGGAN) if name in with_masks]
    if not full or not others:
        lacks = [name for name in (FULL, CYCLEGAN) if name not in with_masks]
        where = "of a task with masks, such as sculptures or zappos"
        why = f"no run of {' and '.join(lacks)} has {metric}, {where}"
        return _not_tried("C5", "; ".join(found.elsewhere(lacks)) or why, _ablation(found.task))
    wanted = [Side(metric, FULL, full.areas(), name, with_masks[name].areas(), 1) for name in others]
    untried = [name for name in (CYCLEGAN, AGGAN) if name not in others and not found.elsewhere([name])]
    note = "".join(f" {name} was not tried." for name in untried)
    if any(with_masks[name].values("foreground_scores.auc") for name in (FULL, *others)):
        note += " Of a method with score maps of its own, the AUC is theirs."
    return _decided("C5", found, [FULL, CYCLEGAN, AGGAN], outcomes_of(wanted), note, others)


def _c6(found: Evidence) -> Claim:
    full = found.named(FULL)
    asymmetric = [row for row in found.rows if row.settings and all(isinstance(v, dict) for v in row.settings.values())]
    command = f"dvc exp run --queue -S task={found.task} -S 'lambda_zcyc={{a: 6, b: 3}}' -S 'seed=range(0,{FEWEST})'"
    if not full or not asymmetric:
        return _not_tried("C6", "no runs with asymmetric weights" if full else found.lacking([FULL]), command)
    among = [full, *asymmetric]
    metric = "foreground.auc" if all(row.values("foreground.auc") for row in among) else f"{distance(among)}.to_b"
    if not all(row.values(metric) for row in among):
        return _not_tried("C6", f"{metric} is not there for all rows", command)
    outcomes = compare([(metric, row, full) for row in asymmetric])
    return _decided("C6", found, [row.name for row in among], outcomes, "")


def _ordering(
    claim: str,
    found: Evidence,
    needed: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    command: str,
    ways: Sequence[str] = ("to_b", "to_a"),
) -> Claim:
    """Judge that the first of each pair has the smaller distance, in each direction."""
    rows = {name: row for name in needed if (row := found.named(name))}
    if missing := [name for name in needed if name not in rows]:
        return _not_tried(claim, found.lacking(missing), command)
    kind = distance([*rows.values()])
    metrics = [f"{kind}.{way}" for way in ways]
    if lacking := [name for name, row in rows.items() if not all(row.values(metric) for metric in metrics)]:
        return _not_tried(claim, f"{', '.join(lacking)} has no {kind}", command)
    outcomes = compare([(metric, rows[one], rows[other]) for metric in metrics for one, other in pairs])
    note = worse_than_none([*rows.values()], outcomes) + _without_fid(metrics[0])
    return _decided(claim, found, needed, outcomes, note)


def _decided(
    claim: str,
    found: Evidence,
    needed: Sequence[str],
    outcomes: Sequence[Outcome],
    note: str,
    others: Sequence[str] = (),
) -> Claim:
    """What the comparisons decide; others: whom the statement compares with, where that depends on what was tried."""
    one_is_enough = claim == "C6"
    verdict = (verdict_of_any if one_is_enough else verdict_of_all)(outcomes)
    left = "".join(f" {each}." for each in found.elsewhere(needed))
    return Claim(
        claim, _statement(claim, others), verdict, reason(outcomes, one_is_enough) + note + left, figures(outcomes)
    )


def _not_tried(claim: str, why: str, command: str) -> Claim:
    text = f"{why[0].upper()}{why[1:]}. To try it: `{command}`."
    return Claim(claim, _statement(claim, (CYCLEGAN, AGGAN)), "not tried", text)


def _statement(claim: str, others: Sequence[str]) -> str:
    return STATEMENTS[claim].format(others=" and ".join(f"{name}'s" for name in others))


def _without_fid(metric: str) -> str:
    return "" if metric.startswith("fid.") else " There is no FID here: judged by KID on EfficientNet-Lite0 features."


def _ablation(task: str) -> str:
    return f"crossnet ablation --seeds {FEWEST} --task {task}"
