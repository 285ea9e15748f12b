"""Tests between rows, and verdicts, from made-up runs whose answers are known."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import stdtr

from crossnet.experiments.claims import Claim, exit_status, judge, write
from crossnet.experiments.paired_tests import all_pairs, holm, paired
from crossnet.experiments.rows import Row, group, mixed_code, said
from crossnet.experiments.runs import Run
from crossnet.experiments.settings import Settings

UPWARDS = [0.010, 0.012, 0.011]  # clearly above zero
NOISE = [0.010, -0.012, 0.001]


def made(method: str, seed: int, metrics: dict[str, float], data: str = "d", **settings: object) -> Run:
    return Run(f"{method}-{seed}", f"{seed}", method, seed, {**settings}, data, metrics, 60.0, "code")


def row(name: str, values: dict[str, list[float]], method: str = "crossnet", settings: Settings | None = None) -> Row:
    count = len(next(iter(values.values())))
    runs = {seed: made(method, seed, {key: each[seed] for key, each in values.items()}) for seed in range(count)}
    return Row(name, method, settings or {}, "d", runs)


def shifted(base: float, by: list[float], times: float = 1) -> list[float]:
    return [base + seed + times * each for seed, each in enumerate(by)]


def judged(claim: str, rows: list[Row], task: str = "sculptures") -> Claim:
    return next(each for each in judge(task, rows) if each.claim == claim)


def verdict(claim: str, rows: list[Row], task: str = "sculptures") -> str:
    return judged(claim, rows, task).verdict


def test_the_paired_test_has_students_interval_and_p() -> None:
    x, y = [0.91, 0.90, 0.93, 0.88], [0.88, 0.89, 0.90, 0.87]
    found = paired("m", "x", dict(enumerate(x)), "y", {**dict(enumerate(y)), 9: 0.0})
    assert found is not None
    d = np.subtract(x, y)
    error = d.std(ddof=1) / 2
    assert found.seeds == (0, 1, 2, 3)
    assert found.difference == pytest.approx(d.mean())
    assert (found.low, found.high) == pytest.approx(
        (d.mean() - 3.18244630528 * error, d.mean() + 3.18244630528 * error)
    )
    assert found.p == pytest.approx(2 * stdtr(3, -abs(d.mean() / error)))


@pytest.mark.parametrize(("seeds", "note"), [(1, "1 shared seed: neither"), (2, "2 shared seeds: too few for a test")])
def test_too_few_seeds_are_said(seeds: int, note: str) -> None:
    found = paired("m", "x", {i: i * 1.5 for i in range(seeds)}, "y", {i: i * 1.0 for i in range(3)})
    assert found is not None
    assert found.p is None
    assert (found.low is None) == (seeds == 1)
    assert found.note.startswith(note)
    assert paired("m", "x", {0: 1.0}, "y", {1: 1.0}) is None


def test_equal_differences_have_no_p() -> None:
    found = paired("m", "x", {i: i + 0.1 for i in range(3)}, "y", {i: float(i) for i in range(3)})
    assert found is not None
    assert found.p is None
    assert "no spread" in found.note


def test_holm_is_as_in_his_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]) == [1, 1]
    assert holm([]) == []


def test_every_pair_on_the_same_data_is_tested_and_corrected_by_metric() -> None:
    rows = [row("a", {"foreground.auc": shifted(0, UPWARDS, times)}) for times in (1, 2, 4)]
    tests = all_pairs(rows, ["foreground.auc"])
    assert len(tests) == 3
    assert sorted(t.p_holm or 0 for t in tests)[0] == pytest.approx(3 * min(t.p or 1 for t in tests))
    other = Row("b", "crossnet", {}, "another", rows[0].runs)
    assert all_pairs([rows[0], other], ["foreground.auc"]) == []


def test_rows_have_the_papers_order_and_other_data_their_own() -> None:
    full: Settings = {"lambda_zid": 6, "lambda_ctc": 3, "lambda_zcyc": 6}
    runs = [made("cyclegan", 0, {}, cycle=10)]
    runs += [made("crossnet", 1, {}, **full), made("crossnet", 0, {}, **full)]
    runs += [
        made("crossnet", 0, {}, **(full | {"lambda_zcyc": 3})),
        made("crossnet", 0, {}, **(full | {"lambda_zcyc": 0})),
    ]
    runs += [made("crossnet", 2, {}, data="0123456789", **full)]
    rows = group(runs, {"crossnet": full, "cyclegan": {"cycle": 10}})
    assert [each.name for each in rows] == ["+CTC", "CrossNet", "lambda_zcyc=3", "CycleGAN", "CrossNet, data 0123456"]
    assert rows[1].seeds == [0, 1]
    assert mixed_code(runs) == []


def test_a_mean_is_said_with_its_spread() -> None:
    assert said([0.5, 0.7]) == "0.600 ± 0.141"
    assert said([123.44]) == "123.4"


@pytest.mark.parametrize(
    ("by", "wanted"), [(UPWARDS, "holds"), ([-u for u in UPWARDS], "does not hold"), (NOISE, "undecided")]
)
def test_c5_is_about_the_area_under_the_curve(by: list[float], wanted: str) -> None:
    rows = [row("CrossNet", {"foreground.auc": shifted(0, by)})]
    rows += [row("CycleGAN", {"foreground.auc": shifted(0, [0] * 3)}, "cyclegan")]
    assert verdict("C5", rows) == wanted
    assert verdict("C5", rows[:1]) == "not tried"
    found = judged("C5", rows)
    assert found.statement == "Foreground: CrossNet's AUC is above CycleGAN's (Fig. 10)."
    assert found.why.endswith(" AGGAN was not tried.")
    aggan = row("AGGAN", {"foreground.auc": [0.0] * 3, "foreground_scores.auc": shifted(0, [0] * 3)}, "aggan")
    found = judged("C5", [*rows, aggan])
    assert found.statement == "Foreground: CrossNet's AUC is above CycleGAN's and AGGAN's (Fig. 10)."
    assert "score maps of its own" in found.why
    assert "not tried" not in found.why


def test_c5_takes_a_methods_own_score_maps() -> None:
    full = row("CrossNet", {"foreground.auc": shifted(0, UPWARDS)})
    scores = {"foreground.auc": shifted(0, UPWARDS, -9), "foreground_scores.auc": shifted(0, UPWARDS, 2)}
    assert verdict("C5", [full, row("AGGAN", scores, "aggan")]) == "does not hold"


def test_rows_without_a_shared_seed_decide_nothing() -> None:
    full = row("CrossNet", {"foreground.auc": [0.9, 0.91, 0.92]})
    others = {seed + 3: made("cyclegan", seed, {"foreground.auc": 0.1 * seed}) for seed in range(3)}
    assert verdict("C5", [full, Row("CycleGAN", "cyclegan", {}, "d", others)]) == "undecided"


def chain(steps: list[list[float]], cyclegan: float) -> list[Row]:
    """The ablation, each column with the distances of the last one less a step by seed, both ways."""
    values, rows = np.arange(3) * 0.1 + 5, []
    for name, step in zip(["GAN+Id", "+ZId", "+CTC", "CrossNet"], [[0.0] * 3, *steps], strict=True):
        values = values - step
        rows.append(row(name, {f"kid_efflite0.{way}": list(values) for way in ("to_b", "to_a")}))
    others = {f"kid_efflite0.{way}": [cyclegan + 0.001 * seed**2 for seed in range(3)] for way in ("to_b", "to_a")}
    return [*rows, row("CycleGAN", others, "cyclegan")]


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([UPWARDS, UPWARDS, UPWARDS], "holds"),
        ([UPWARDS, NOISE, UPWARDS], "undecided"),
        ([UPWARDS, [-0.01000, -0.01001, -0.01002], UPWARDS], "does not hold"),
    ],
)
def test_c1_wants_every_step_and_the_least_at_the_end(steps: list[list[float]], wanted: str) -> None:
    rows = chain(steps, 9)
    assert verdict("C1", rows) == wanted
    assert verdict("C1", rows[1:]) == "not tried"


@pytest.mark.parametrize(("cyclegan", "wanted"), [(9.0, "holds"), (1.0, "does not hold")])
def test_c2_compares_with_cyclegan_both_ways(cyclegan: float, wanted: str) -> None:
    claims = {each.claim: each for each in judge("sculptures", chain([UPWARDS] * 3, cyclegan))}
    assert claims["C2"].verdict == wanted
    assert "KID on EfficientNet-Lite0" in claims["C2"].why
    assert len(claims["C2"].figures["comparisons"]) == 2


def test_c3_wants_both_ways_translated_and_the_background_changed() -> None:
    values = {f"kid_efflite0.{way}": [0.1, 0.11, 0.12] for way in ("to_b", "to_a")}
    values |= {f"kid_efflite0.{way}_source": [0.3] * 3 for way in ("to_b", "to_a")}
    changed = [row("CrossNet", values | {"paired.to_b_background_changed": [0.5, 0.52, 0.54]})]
    kept = [row("CrossNet", values | {"paired.to_b_background_changed": [0.01, 0.012, 0.011]})]
    assert verdict("C3", changed, "specular2diffuse") == "holds"
    assert verdict("C3", kept, "specular2diffuse") == "does not hold"
    assert verdict("C3", changed) == "not tried"


def test_a_reason_has_the_means_of_the_shared_seeds_and_the_p_that_decides() -> None:
    rows = [row("CrossNet", {"foreground.auc": [0.5, 0.52, 0.54, 0.56, 9.0]})]
    rows += [row("CycleGAN", {"foreground.auc": [0.71, 0.72, 0.74, 0.76]}, "cyclegan")]
    found = judged("C5", rows)
    assert found.why.startswith(
        "foreground.auc: CrossNet 0.530 ± 0.026, CycleGAN 0.732 ± 0.022 (4 seeds), difference -0.2025, the other way, "
        "p < 0.001, Holm's p < 0.001."
    )
    assert found.figures["foreground.auc"]["CrossNet"]["seeds"] == [0, 1, 2, 3]
    assert found.figures["foreground.auc"]["CrossNet"]["mean"] == pytest.approx(0.53)
    assert "Holm" not in judged("C5", [rows[0], row("CycleGAN", {"foreground.auc": [0.1, 0.13, 0.2]}, "cyclegan")]).why
    apart = Row("CycleGAN", "cyclegan", {}, "d", {7: made("cyclegan", 7, {"foreground.auc": 0.5})})
    assert (
        "CrossNet 2.224 ± 3.788 (5 seeds), CycleGAN 0.500 (1 seed): no shared seed."
        in judged("C5", [rows[0], apart]).why
    )


def test_of_many_comparisons_those_that_decide_are_told() -> None:
    why = judged("C1", chain([UPWARDS, [-0.01000, -0.01001, -0.01002], UPWARDS], 9)).why
    assert "kid_efflite0.to_b: GAN+Id 5.100 ± 0.100, +ZId 5.089 ± 0.100, +CTC 5.099" in why
    assert "CrossNet 5.088 ± 0.099 (3 seeds); kid_efflite0.to_a: " in why
    assert "Of 10 comparisons, each over the seeds that its two share (3), 8 go as claimed" in why
    assert "kid_efflite0.to_a, +CTC - +ZId: difference +0.01001, the other way, p < 0.001, Holm's p < 0.001." in why


def test_translations_that_are_worse_than_none_are_called_so() -> None:
    rows = chain([UPWARDS] * 3, 9)
    said_of_b = " By kid_efflite0.to_b all of them are above the untranslated input's 0.142: no translation there is"
    for input_b, told in ((0.142, True), (5.09, False)):  # the second is above CrossNet's, below GAN+Id's
        for each in rows:
            for run in each.runs.values():
                run.metrics["kid_efflite0.to_b_source"] = input_b
        assert (said_of_b in judged("C1", rows).why) is told
        assert "by kid_efflite0.to_a" not in judged("C1", rows).why.lower()
    assert "untranslated input" not in judged("C2", chain([UPWARDS] * 3, 9)).why


def test_runs_on_other_images_are_told_of_and_not_judged() -> None:
    rows = chain([UPWARDS] * 3, 9)
    elsewhere = Row("CycleGAN, data 0123456", "cyclegan", {}, "0123456789", rows[-1].runs)
    found = judged("C2", [*rows[:-1], elsewhere])
    assert found.verdict == "not tried"
    assert found.why.startswith("CycleGAN's runs are on other images (0123456). To try it: `crossnet ablation ")
    found = judged("C2", [*rows, elsewhere])
    assert found.verdict == "holds"
    assert found.why.endswith(" CycleGAN's other runs are on other images (0123456).")
    masks = {"foreground.auc": [0.9, 0.91, 0.92]}
    aggan = Row("AGGAN, data ", "aggan", {}, "", row("AGGAN", masks, "aggan").runs)
    found = judged("C5", [row("CrossNet", masks), row("CycleGAN", masks, "cyclegan"), aggan])
    assert found.why.endswith(" AGGAN's runs are on other images (unknown).")


def test_c6_is_borne_out_by_one_asymmetric_setting() -> None:
    full = row("CrossNet", {"foreground.auc": shifted(0, [0] * 3)})
    better, worse = (
        row(f"lambda_zcyc={weights}", {"foreground.auc": shifted(0, UPWARDS, sign)}, settings={"lambda_zcyc": weights})
        for weights, sign in (({"a": 6, "b": 3}, 1), ({"a": 3, "b": 6}, -1))
    )
    assert verdict("C6", [full, better, worse]) == "holds"
    assert verdict("C6", [full, worse]) == "does not hold"
    assert verdict("C6", [full]) == "not tried"


def test_the_exit_status_says_the_worst(tmp_path: Path) -> None:
    holds, fails = chain([UPWARDS] * 3, 9), chain([UPWARDS] * 3, 1)
    claims = judge("sculptures", holds)
    assert exit_status(claims) == 0
    assert exit_status(judge("sculptures", fails)) == 1
    assert exit_status(judge("sculptures", chain([UPWARDS, NOISE, UPWARDS], 9))) == 3
    assert exit_status(judge("sculptures", [])) == 3
    write(tmp_path, "sculptures", "laptop", claims)
    found = json.loads((tmp_path / "claims.json").read_text())
    assert [claim["claim"] for claim in found["claims"]] == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert all(claim["statement"] and claim["why"] for claim in found["claims"])
