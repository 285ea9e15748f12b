"""Every metric is shown, and in words where it is known."""

from crossnet.evaluation.registry import values
from crossnet.report.metrics import describe, gauge_position, headlines, table


def test_a_distance_that_was_not_measured_is_a_dash_with_its_counts() -> None:
    metrics = {"kid_efflite0": {"to_b_n": 3, "to_b_n_real": 1, "to_a": 0.5, "to_a_n": 2, "to_a_n_real": 3}}
    rows = table(metrics)
    assert [(row.key, row.name, row.value) for row in rows] == [
        ("kid_efflite0.to_b", "KID, A → B", "–"),
        ("kid_efflite0.to_a", "KID, B → A", "0.500"),
    ]
    assert rows[0].explanation.endswith("N\u00a0=\u00a03 against 1 real. Too few images to measure it.")
    assert rows[1].explanation.endswith("N\u00a0=\u00a02 against 3 real.")
    assert [headline.label for headline in headlines(metrics)] == ["KID, B → A"]


def test_unknown_metrics_are_listed_too() -> None:
    rows = table({"lpips": {"to_b": 0.25, "to_b_std": 0.125, "deep": {"er": 1.5}}, "epoch": 7, "some_low": 3})
    assert [(row.key, row.name, row.value) for row in rows] == [
        ("lpips.to_b", "to_b", "0.250 ± 0.125"),
        ("lpips.deep.er", "er", "1.500"),
        ("epoch", "epoch", "7"),
        ("some_low", "some_low", "3"),
    ]


def test_a_distance_stands_between_its_floor_and_its_ceiling() -> None:
    block = {"to_b": 90.0, "to_b_low": 80.0, "to_b_high": 101.0, "to_b_train": 95.0, "to_b_source": 200.0}
    rows = table({"fid": block | {"to_b_real": 30.0, "to_b_n": 120, "to_b_n_real": 140, "to_b_n_train": 900}})
    assert [row.name for row in rows] == ["FID, A → B", "FID, A → B, training images"]
    assert (rows[0].floor, rows[0].ceiling) == ("200.0 (untranslated input)", "30.0 (real images)")
    assert "80.0 to 101.0" in rows[0].explanation
    assert [(row.better, row.floor) for row in rows] == [("↓", "200.0 (untranslated input)"), ("↓", "–")]


def test_the_floor_of_an_area_is_the_strongest_and_all_are_told() -> None:
    block = {"auc": 0.91, "auc_input": 0.48, "auc_constant": 0.93, "auc_border_mean": 0.87, "auc_truth": 0.995}
    (row,) = table({"foreground": block})
    assert (row.value, row.floor, row.ceiling) == ("0.910", "0.930 (constant prior)", "0.995 (truth)")
    assert "Floors: 0.480 (untranslated input); 0.930 (constant prior); 0.870 (mean distance" in row.explanation


def test_the_interval_of_a_floor_has_no_row_of_its_own() -> None:
    block = {"auc_within_place": 0.8, "auc_within_place_input": 0.5, "auc_within_place_input_low": 0.4}
    assert [row.key for row in table({"foreground": block})] == ["foreground.auc_within_place"]


def test_a_reference_without_its_metric_has_a_row_and_a_name() -> None:
    (row,) = table({"fid": {"to_b_source": 200.0}})
    assert (row.name, row.value) == ("FID, A → B, untranslated input", "200.0")


def test_a_sign_against_real_images_is_no_ceiling_of_another() -> None:
    rows = table({"signs": {"to_b_spread": 0.4, "to_b_spread_real": 0.6}})
    assert [(row.name, row.ceiling) for row in rows] == [
        ("A → B, collapse: spread against the inputs", "–"),
        ("A → B, collapse: spread against real images", "–"),
    ]


def test_pairs_are_named_by_direction_and_part_and_the_truth_is_their_ceiling() -> None:
    rows = table({"paired": {"to_a_psnr_object": 14.21, "to_a_psnr_object_input": 12.4, "to_b_chroma": 0.7, "n": 3}})
    assert [(row.name, row.value, row.floor, row.ceiling) for row in rows] == [
        ("B → A, PSNR, dB, object", "14.2", "12.4 (untranslated input)", "54.2 (truth)"),
        ("A → B, correlation of chroma", "0.700", "–", "1.000 (truth)"),
    ]


def test_the_input_is_no_floor_of_a_background_that_is_to_stay() -> None:
    said = [describe(f"paired.to_b_psnr{part}").text for part in ("_object", "_background")]
    assert ["is to stay" in text for text in said] == [False, True]


def test_the_rank_of_codes_stands_below_their_channels() -> None:
    rows = table({"signs": {"to_b_code_rank": 1.95, "to_b_code_channels": 96}})
    assert (rows[0].name, rows[0].ceiling) == ("A → B, collapse of codes: effective rank", "96 (channels)")


def test_signs_of_failure_are_describe() -> None:
    assert describe("signs.to_a_spread").name == "B → A, collapse: spread against the inputs"
    assert "does not show a collapse" in describe("signs.to_b_code_norm").text
    assert describe("signs.to_b_something_new").name == "to_b_something_new"


def test_a_position_on_a_gauge_stays_within_it() -> None:
    assert [gauge_position(v) for v in (-0.2, 0.3, 1.2, float("nan"), None)] == [0.0, 0.3, 1.0, None, None]


def test_an_interval_the_strongest_floor_and_the_ceiling_stand_in_the_note() -> None:
    block = {"auc": 0.9, "auc_low": 0.85, "auc_high": 0.95, "auc_input": 0.5, "auc_constant": 0.93, "auc_truth": 0.99}
    (headline,) = headlines({"foreground": block})
    interval = "95\u00a0% bootstrap interval 0.850 to 0.950"
    assert headline.note == f"{interval}; floor: 0.930 (constant prior); ceiling: 0.990 (truth)"
    assert (headline.share, headline.floor) == (0.9, 0.93)


def test_what_cannot_be_guessed_comes_first() -> None:
    labels = [headline.label for headline in headlines({"foreground": {"auc": 0.9, "auc_within_place": 0.8}})]
    assert labels == ["Foreground AUC within place", "Foreground AUC, all pixels"]


def test_pairs_have_a_headline_for_each_direction_and_part() -> None:
    block = {"to_b_psnr": 18.13, "to_a_psnr_object": 12.3, "to_a_psnr_object_input": 11.1, "n": 6}
    found = [(headline.label, headline.value, headline.note) for headline in headlines({"paired": block})]
    against = "against the truth, N\u00a0=\u00a06"
    assert found == [
        ("PSNR, A → B", "18.1 dB", against),
        ("PSNR of the object, B → A", "12.3 dB", f"{against}; floor: 11.1 (untranslated input)"),
    ]


def test_every_registered_metric_has_a_name_without_placeholders() -> None:
    names = [describe(key).name for key in values()]
    assert [name for name in names if "{" in name or "None" in name or not name] == []
