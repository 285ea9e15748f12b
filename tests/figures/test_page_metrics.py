"""Every metric is shown, and in words where it is known."""

from crossnet.figures.page.metrics import explained, table
from crossnet.figures.page.tiles import share, tiles


def test_a_distance_that_was_not_measured_is_a_dash_with_its_counts() -> None:
    metrics = {"kid_efflite0": {"to_b_n": 3, "to_b_n_real": 1, "to_a": 0.5, "to_a_n": 2, "to_a_n_real": 3}}
    rows = table(metrics)
    assert [(row.key, row.name, row.value) for row in rows] == [
        ("kid_efflite0.to_b", "KID, A → B", "–"),
        ("kid_efflite0.to_a", "KID, B → A", "0.500"),
    ]
    assert rows[0].explanation.endswith("N\u00a0=\u00a03 against 1 real. Too few images to measure it.")
    assert rows[1].explanation.endswith("N\u00a0=\u00a02 against 3 real.")
    assert [tile.label for tile in tiles(metrics)] == ["KID, B → A"]


def test_unknown_metrics_are_listed_too() -> None:
    rows = table({"lpips": {"to_b": 0.25, "to_b_std": 0.125, "deep": {"er": 1.5}}, "epoch": 7, "some_low": 3})
    assert [(row.key, row.name, row.value) for row in rows] == [
        ("lpips.to_b", "to_b", "0.250 ± 0.125"),
        ("lpips.deep.er", "er", "1.500"),
        ("epoch", "epoch", "7"),
        ("some_low", "some_low", "3"),
    ]


def test_what_stands_beside_a_distance_is_told_with_it_or_named_apart() -> None:
    block = {"to_b": 90.0, "to_b_low": 80.0, "to_b_high": 101.0, "to_b_train": 95.0, "to_b_source": 200.0}
    rows = table({"fid": block | {"to_b_real": 30.0, "to_b_n": 120, "to_b_n_real": 140, "to_b_n_train": 900}})
    assert [row.name for row in rows] == [
        "FID, A → B",
        "FID, A → B, training images",
        "FID, A → B, untranslated",
        "FID, A → B, real images",
        "to_b_n_train",
    ][: len(rows)]
    assert "80.0 to 101.0" in rows[0].explanation
    assert [row.better for row in rows] == ["↓", "↓", "", ""]


def test_signs_of_failure_are_explained() -> None:
    assert explained("signs.to_a_spread").name == "B → A, collapse: spread against the inputs"
    assert "near 0" in explained("signs.to_b_code_norm").text
    assert explained("signs.to_b_something_new").name == "to_b_something_new"


def test_a_gauge_stays_within_its_tile() -> None:
    assert [share(v) for v in (-0.2, 0.3, 1.2, float("nan"), None)] == [0.0, 0.3, 1.0, None, None]


def test_an_interval_and_the_floor_stand_on_the_tile() -> None:
    (tile,) = tiles({"foreground": {"auc": 0.9, "auc_low": 0.85, "auc_high": 0.95, "auc_input": 0.5}})
    assert tile.note == "95\u00a0% bootstrap interval 0.850 to 0.950; floor, the untranslated input: 0.500"
    assert (tile.share, tile.floor) == (0.9, 0.5)
