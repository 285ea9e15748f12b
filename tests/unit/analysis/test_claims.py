"""Verdicts, from made-up runs whose answers are known."""

import json
from pathlib import Path

import pytest

from crossnet.analysis.claims import Claim, exit_status, judge, late_margins, write
from crossnet.analysis.rows import Experiments, Row
from crossnet.analysis.runs import Run
from crossnet.analysis.settings import Settings

MARGINS = {"kid_efflite0": 0.02, "auc": 0.02}
SPREAD = [0.000, 0.012, -0.011, 0.004, -0.005]  # of seeds around a mean
WITHIN, POOLED = "foreground.auc_within_place", "foreground.auc"


def made(method: str, seed: int, metrics: dict[str, float], data: str = "d", **settings: object) -> Run:
    return Run(f"{method}-{seed}", f"{seed}", method, seed, {**settings}, data, metrics, 60.0, "code", margins=MARGINS)


def row(name: str, means: dict[str, float], settings: Settings | None = None, floors: float | None = None) -> Row:
    """A row of five seeds around these means; its metrics' floors are `floors`, unless that is None."""
    method = {"CycleGAN": "cyclegan", "AGGAN": "aggan", "DPED": "dped", "MUNIT": "munit", "DRIT": "drit"}.get(name)
    size = {"scales.laptop.images.size": 32}
    runs = {}
    for seed, by in enumerate(SPREAD):
        metrics = {metric: mean + by * (1 + sum(map(ord, name)) % 7 / 100) for metric, mean in means.items()}
        if floors is not None:
            kinds = {metric: "source" if metric.startswith("kid") else "constant" for metric in means}
            metrics |= {f"{metric}_{kind}": floors for metric, kind in kinds.items()}
        runs[seed] = made(method or "crossnet", seed, metrics, **size)
    return Row(name, method or "crossnet", settings or {}, "d", runs)


def masks(name: str, area: float, floors: float | None = 0.5) -> Row:
    return row(name, {WITHIN: area, POOLED: area}, floors=floors)


def distances(means: dict[str, float], floors: float | None = 1.0) -> list[Row]:
    return [
        row(name, {f"kid_efflite0.{way}": m for way in ("to_b", "to_a")}, floors=floors) for name, m in means.items()
    ]


def ablation(*means: float, floors: float | None = 1.0) -> list[Row]:
    return distances(dict(zip(["GAN+Id", "+ZId", "+CTC", "CrossNet", "CycleGAN"], means, strict=False)), floors)


def judged(claim: str, rows: list[Row], task: str = "sculptures") -> Claim:
    return next(each for each in judge(Experiments(task, "laptop", rows), MARGINS) if each.claim == claim)


@pytest.mark.parametrize(
    ("means", "trend", "last"),
    [
        ((0.40, 0.35, 0.30, 0.25), "holds", "holds"),
        ((0.25, 0.30, 0.35, 0.40), "does not hold", "does not hold"),
        ((0.30, 0.30, 0.30, 0.30), "no difference", "no difference"),
        ((0.40, 0.35, 0.30, 0.30), "holds", "no difference"),  # a trend need not end with a step
        ((0.40, 0.35, 0.25, 0.30), "holds", "does not hold"),
        ((0.31, 0.29, 0.311, 0.30), "undecided", "undecided"),
    ],
)
def test_c1_is_a_trend_and_its_last_step_apart(means: tuple[float, ...], trend: str, last: str) -> None:
    rows = ablation(*means)
    assert (judged("C1", rows).verdict, judged("C1, last step", rows).verdict) == (trend, last)
    assert [each.test for each in judged("C1", rows).comparisons] == ["Page", "Page"]
    assert judged("C1", rows[1:]).verdict == "not tried"


@pytest.mark.parametrize(
    ("cyclegan", "wanted"),
    [(0.4, "holds"), (0.2, "does not hold"), (0.3, "no difference"), (0.311, "undecided")],
)
def test_c2_compares_with_cyclegan_both_ways(cyclegan: float, wanted: str) -> None:
    found = judged("C2", distances({"CrossNet": 0.3, "CycleGAN": cyclegan}))
    assert found.verdict == wanted
    assert [each.metric for each in found.comparisons] == ["kid_efflite0.to_b", "kid_efflite0.to_a"]
    assert all(each.p_paired is not None for each in found.comparisons)


def test_a_claim_of_two_ways_that_holds_one_way_does_not_hold() -> None:
    rows = distances({"CrossNet": 0.3, "CycleGAN": 0.4})
    for seed, run in rows[1].runs.items():
        run.metrics["kid_efflite0.to_a"] = rows[0].runs[seed].metrics["kid_efflite0.to_a"]
    assert [each.result for each in judged("C2", rows).comparisons] == ["as claimed", "no difference"]
    assert judged("C2", rows).verdict == "does not hold"


@pytest.mark.parametrize(
    ("floor", "wanted"),
    [(1.0, "holds"), (0.2, "undecided: below its floor"), (0.301, "undecided: below its floor"), (None, "undecided")],
)
def test_a_claim_counts_when_the_best_row_surely_beats_the_floor(floor: float | None, wanted: str) -> None:
    found = judged("C2", distances({"CrossNet": 0.3, "CycleGAN": 0.4}, floor))
    assert found.verdict == wanted
    assert {each.row for each in found.floors} <= {"CrossNet"}
    low = "Not surely above its floor: kid_efflite0.to_b, kid_efflite0.to_a."
    assert (low in found.why) == wanted.endswith("below its floor")
    assert ("No run has a floor of kid_efflite0.to_b." in found.why) == (floor is None)


def test_c5_is_judged_within_place_and_pooled_apart() -> None:
    rows = [masks("CrossNet", 0.9), masks("CycleGAN", 0.8)]
    for run in rows[0].runs.values():
        run.metrics[f"{POOLED}_constant"] = 0.93  # an image that never saw an input
    assert judged("C5", rows).verdict == "holds"
    assert judged("C5, pooled", rows).verdict == "undecided: below its floor"
    assert judged("C5", rows[:1]).verdict == "not tried"
    assert len(judged("C5", [*rows, masks("AGGAN", 0.7)]).comparisons) == 2
    assert judged("C5", [*rows, masks("AGGAN", 0.95)]).verdict == "does not hold"


def test_c5_takes_a_methods_own_score_maps() -> None:
    aggan = masks("AGGAN", 0.1)
    for run in aggan.runs.values():
        run.metrics["foreground_scores.auc"] = run.metrics[POOLED] + 0.88
    rows = [masks("CrossNet", 0.9), masks("CycleGAN", 0.8), aggan]
    assert [each.means[1] for each in judged("C5, pooled", rows).comparisons][1] == pytest.approx(0.98)
    assert judged("C5, pooled", rows).verdict == "does not hold"
    assert judged("C5", rows).verdict == "holds"


def test_c3_and_c6_are_measured_and_not_judged() -> None:
    full = distances({"CrossNet": 0.01})
    for run in full[0].runs.values():
        run.metrics["paired.to_b_background_changed"] = 0.5
    found = judged("C3", full, "specular2diffuse")
    assert (found.verdict, found.why) == ("measured", "Background pixels changed: 50.0%.")
    assert [each.second for each in found.comparisons] == ["untranslated input"] * 2
    assert judged("C3", full).verdict == "not tried"
    better = row("lambda_zcyc={a: 6, b: 3}", {WITHIN: 0.9}, {"lambda_zcyc": {"a": 6, "b": 3}})
    found = judged("C6", [masks("CrossNet", 0.7), better])
    assert found.verdict == "measured"
    assert [(each.metric, each.result) for each in found.comparisons] == [(WITHIN, "differs")]
    assert judged("C6", [masks("CrossNet", 0.7)]).verdict == "not tried"


def test_c4_has_dped_best_and_crossnet_before_the_unsupervised() -> None:
    means = {"CrossNet": 0.2, "CycleGAN": 0.3, "MUNIT": 0.35, "DRIT": 0.4, "DPED": 0.1}
    assert judged("C4", distances(means), "iphone2dslr").verdict == "holds"
    assert judged("C4", distances(means | {"DPED": 0.25}), "iphone2dslr").verdict == "does not hold"
    assert judged("C4", distances(means)).verdict == "not tried"


def test_a_verdict_says_where_it_is_from() -> None:
    rows = ablation(0.4, 0.35, 0.3, 0.25, 0.5)
    assert judged("C2", rows).where == "sculptures, laptop (32x32 pixels), 5 seeds (0, 1, 2, 3, 4)"
    assert judged("C4", rows).where == "sculptures, laptop"


def test_runs_on_other_images_are_named_and_not_judged() -> None:
    rows = distances({"CrossNet": 0.3, "CycleGAN": 0.4})
    elsewhere = Row("CycleGAN, data 0123456", "cyclegan", {}, "0123456789", rows[-1].runs)
    found = judged("C2", [*rows[:-1], elsewhere])
    assert found.verdict == "not tried"
    assert found.why.startswith("CycleGAN's runs are on other images (0123456). To try it: `crossnet ablation ")
    found = judged("C2", [*rows, elsewhere])
    assert found.verdict == "holds"
    assert found.why.endswith("CycleGAN's other runs are on other images (0123456).")


def test_margins_that_are_younger_than_runs_are_named() -> None:
    rows = distances({"CrossNet": 0.3})
    assert late_margins(rows, MARGINS) == []
    assert "not stated before 5 of 5 runs, such as crossnet-0" in late_margins(rows, MARGINS | {"auc": 0.05})[0]


def test_the_exit_status_says_the_worst_and_the_tests_are_written(tmp_path: Path) -> None:
    claims = judge(Experiments("sculptures", "laptop", ablation(0.4, 0.35, 0.3, 0.25, 0.5)), MARGINS)
    assert exit_status(claims) == 0
    assert exit_status(judge(Experiments("sculptures", "laptop", ablation(0.4, 0.35, 0.3, 0.25, 0.1)), MARGINS)) == 1
    assert exit_status(judge(Experiments("sculptures", "laptop", ablation(0.4, 0.35, 0.3, 0.25, 0.25)), MARGINS)) == 1
    assert exit_status(judge(Experiments("sculptures", "laptop", ablation(0.4, 0.35, 0.3, 0.25, 0.261)), MARGINS)) == 3
    assert exit_status(judge(Experiments("sculptures", "laptop", []), MARGINS)) == 3
    write(tmp_path, "sculptures", "laptop", [], claims, MARGINS, ["a note"])
    found = json.loads((tmp_path / "claims.json").read_text())
    assert (found["margins"], found["notes"]) == (MARGINS, ["a note"])
    assert [claim["claim"] for claim in found["claims"]] == [
        "C1", "C1, last step", "C2", "C3", "C4", "C5", "C5, pooled", "C6",
    ]  # fmt: skip
    c2 = found["claims"][2]["comparisons"][0]
    assert (c2["n"], c2["difference"]) == ([5, 5], pytest.approx(-0.25))
    text = (tmp_path / "claims.md").read_text()
    assert "| kid_efflite0.to_b | CrossNet - CycleGAN | 5, 5 | 0.25, 0.5 | -0.25 | " in text
    assert "| CrossNet | kid_efflite0.to_b_source | 5 | 0.25 | 1 | \\< 0.001 | yes |" in text
    assert text.endswith("\n- a note\n")
