"""Verdicts, from made-up runs whose answers are known."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crossnet.analysis.claims import CLAIMS, Judgement, exit_status, judge, late_margins
from crossnet.analysis.load import COLUMNS, Experiments
from crossnet.analysis.tables import write_claims
from crossnet.analysis.variants import METHODS, Settings
from tests.support.experiments import record

MARGINS = {"kid_efflite0": 0.02, "auc": 0.02}
SPREAD = [0.000, 0.012, -0.011, 0.004, -0.005]  # of seeds around a mean
WITHIN, POOLED = "foreground.auc_within_place", "foreground.auc"

Runs = list[dict[str, Any]]


def runs_of(
    variant: str, means: dict[str, float], differs: Settings | None = None, floors: float | None = None
) -> Runs:
    """Five seeds around these means; the metrics' floors are `floors`, unless that is None."""
    method = {name: key for key, name in METHODS.items()}.get(variant, "crossnet")
    runs = []
    for seed, by in enumerate(SPREAD):
        metrics = {metric: mean + by * (1 + sum(map(ord, variant)) % 7 / 100) for metric, mean in means.items()}
        if floors is not None:
            kinds = {metric: "source" if metric.startswith("kid") else "constant" for metric in means}
            metrics |= {f"{metric}_{kind}": floors for metric, kind in kinds.items()}
        settings = {"split": "test", "scales.laptop.images.size": 32}
        about = {"variant": variant, "differs": differs or {}, "settings": settings, "margins": MARGINS}
        runs.append(record(method, seed, metrics, **about))
    return runs


def masks(variant: str, area: float, floors: float | None = 0.5) -> Runs:
    return runs_of(variant, {WITHIN: area, POOLED: area}, floors=floors)


def distances(means: dict[str, float], floors: float | None = 1.0) -> Runs:
    both = {name: {f"kid_efflite0.{way}": mean for way in ("to_b", "to_a")} for name, mean in means.items()}
    return [run for name, each in both.items() for run in runs_of(name, each, floors=floors)]


def ablation(*means: float, floors: float | None = 1.0) -> Runs:
    return distances(dict(zip(["GAN+Id", "+ZId", "+CTC", "CrossNet", "CycleGAN"], means, strict=False)), floors)


def experiments(runs: Sequence[dict[str, Any]], task: str = "sculptures") -> Experiments:
    return Experiments(
        task, "laptop", pd.DataFrame([*runs], columns=None if runs else [*COLUMNS, "variant", "differs"])
    )


def judged(claim: str, runs: Runs, task: str = "sculptures") -> Judgement:
    return next(each for each in judge(experiments(runs, task), MARGINS) if each.claim == claim)


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
    assert judged("C1", rows[5:]).verdict == "not tried"


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
    for full, cyclegan in zip(rows[:5], rows[5:], strict=True):
        cyclegan["kid_efflite0.to_a"] = full["kid_efflite0.to_a"]
    assert [each.result for each in judged("C2", rows).comparisons] == ["as claimed", "no difference"]
    assert judged("C2", rows).verdict == "does not hold"


@pytest.mark.parametrize(
    ("floor", "wanted"),
    [(1.0, "holds"), (0.2, "undecided: below its floor"), (0.301, "undecided: below its floor"), (None, "undecided")],
)
def test_a_claim_counts_when_the_best_row_surely_beats_the_floor(floor: float | None, wanted: str) -> None:
    found = judged("C2", distances({"CrossNet": 0.3, "CycleGAN": 0.4}, floor))
    assert found.verdict == wanted
    assert {each.variant for each in found.floors} <= {"CrossNet"}
    low = "Not surely above its floor: kid_efflite0.to_b, kid_efflite0.to_a."
    assert (low in found.why) == wanted.endswith("below its floor")
    assert ("No run has a floor of kid_efflite0.to_b." in found.why) == (floor is None)


def test_c5_is_judged_within_place_and_pooled_apart() -> None:
    rows = masks("CrossNet", 0.9) + masks("CycleGAN", 0.8)
    for run in rows[:5]:
        run[f"{POOLED}_constant"] = 0.93  # an image that never saw an input
    assert judged("C5", rows).verdict == "holds"
    assert judged("C5, pooled", rows).verdict == "undecided: below its floor"
    assert judged("C5", rows[:5]).verdict == "not tried"
    assert len(judged("C5", rows + masks("AGGAN", 0.7)).comparisons) == 2
    assert judged("C5", rows + masks("AGGAN", 0.95)).verdict == "does not hold"


def test_c5_takes_a_methods_own_score_maps() -> None:
    aggan = masks("AGGAN", 0.1)
    for run in aggan:
        run["foreground_scores.auc"] = run[POOLED] + 0.88
    rows = masks("CrossNet", 0.9) + masks("CycleGAN", 0.8) + aggan
    assert [each.means[1] for each in judged("C5, pooled", rows).comparisons][1] == pytest.approx(0.98)
    assert judged("C5, pooled", rows).verdict == "does not hold"
    assert judged("C5", rows).verdict == "holds"


def test_c3_and_c6_are_measured_and_not_judged() -> None:
    full = distances({"CrossNet": 0.01})
    for run in full:
        run["paired.to_b_background_changed"] = 0.5
    found = judged("C3", full, "specular2diffuse")
    assert (found.verdict, found.why) == ("measured", "Background pixels changed: 50.0%.")
    assert [each.second for each in found.comparisons] == ["untranslated input"] * 2
    assert judged("C3", full).verdict == "not tried"
    better = runs_of("lambda_zcyc={a: 6, b: 3}", {WITHIN: 0.9}, {"lambda_zcyc": {"a": 6, "b": 3}})
    found = judged("C6", masks("CrossNet", 0.7) + better)
    assert found.verdict == "measured"
    assert [(each.metric, each.result) for each in found.comparisons] == [(WITHIN, "differs")]
    assert judged("C6", masks("CrossNet", 0.7)).verdict == "not tried"


def test_c4_has_dped_best_and_crossnet_before_the_unsupervised() -> None:
    means = {"CrossNet": 0.2, "CycleGAN": 0.3, "MUNIT": 0.35, "DRIT": 0.4, "DPED (Lite0)": 0.1}
    assert judged("C4", distances(means), "iphone2dslr").verdict == "holds"
    assert judged("C4", distances(means | {"DPED (Lite0)": 0.25}), "iphone2dslr").verdict == "does not hold"
    assert judged("C4", distances(means)).verdict == "not tried"


def test_a_verdict_says_where_it_is_from() -> None:
    rows = ablation(0.4, 0.35, 0.3, 0.25, 0.5)
    assert judged("C2", rows).where == "sculptures, laptop (32x32 pixels), 5 seeds (0, 1, 2, 3, 4)"
    assert judged("C4", rows).where == "sculptures, laptop"


def test_runs_on_other_images_are_named_and_not_judged() -> None:
    rows = distances({"CrossNet": 0.3, "CycleGAN": 0.4})
    elsewhere = [run | {"variant": "CycleGAN, data 0123456", "data": "0123456789"} for run in rows[5:]]
    found = judged("C2", rows[:5] + elsewhere)
    assert found.verdict == "not tried"
    assert found.why.startswith("CycleGAN's runs are on other images (0123456). To try it: `crossnet ablation ")
    found = judged("C2", rows + elsewhere)
    assert found.verdict == "holds"
    assert found.why.endswith("CycleGAN's other runs are on other images (0123456).")


def test_margins_that_are_younger_than_runs_are_named() -> None:
    runs = experiments(distances({"CrossNet": 0.3})).runs
    assert late_margins(runs, MARGINS) == []
    assert "not stated before 5 of 5 runs, such as crossnet-0" in late_margins(runs, MARGINS | {"auc": 0.05})[0]


@pytest.mark.parametrize(
    ("cyclegan", "status"), [(0.5, 0), (0.1, 1), (0.25, 1), (0.261, 3)], ids=["holds", "not", "no difference", "open"]
)
def test_the_exit_status_is_that_of_the_worst_verdict(cyclegan: float, status: int) -> None:
    assert exit_status(judge(experiments(ablation(0.4, 0.35, 0.3, 0.25, cyclegan)), MARGINS)) == status


def test_without_runs_no_claim_is_tried() -> None:
    judgements = judge(experiments([]), MARGINS)
    assert [each.claim for each in judgements] == [claim.name for claim in CLAIMS]
    assert {each.verdict for each in judgements} == {"not tried"}
    assert exit_status(judgements) == 3


def test_claims_are_written_with_all_their_tests(tmp_path: Path) -> None:
    found = experiments(ablation(0.4, 0.35, 0.3, 0.25, 0.5))
    noted = Experiments(found.task, found.scale, found.runs, ["a note"])
    write_claims(tmp_path, noted, judge(found, MARGINS), MARGINS)
    written = json.loads((tmp_path / "claims.json").read_text())
    assert (written["margins"], written["notes"]) == (MARGINS, ["a note"])
    assert [claim["claim"] for claim in written["claims"]] == [
        "C1", "C1, last step", "C2", "C3", "C4", "C5", "C5, pooled", "C6",
    ]  # fmt: skip
    c2 = written["claims"][2]["comparisons"][0]
    assert (c2["n"], c2["difference"]) == ([5, 5], pytest.approx(-0.25))
    text = (tmp_path / "claims.md").read_text()
    assert "| C2 | kid_efflite0.to_b | CrossNet - CycleGAN | 5, 5 | 0.25, 0.5 | -0.25 | " in text
    assert "| C2 | CrossNet | kid_efflite0.to_b_source | 5 | 0.25 | 1 | \\< 0.001 | yes |" in text
    assert text.endswith("\n- a note\n")
