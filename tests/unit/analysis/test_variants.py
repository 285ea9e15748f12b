"""What distinguishes one run from another, and the name of its variant."""

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from crossnet.analysis.variants import ABLATION, SettingsError, difference, first_outdated, literal, name, settings
from tests.support.experiments import PARAMS


def changed(**values: Any) -> dict[str, Any]:
    return settings(PARAMS | values)


COMMITTED = settings(PARAMS)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, "CrossNet"),
        ({"seed": 7, "checkpoints": {"keep": 3}}, "CrossNet"),
        ({"lambda_zid": 0, "lambda_ctc": 0, "lambda_zcyc": 0}, "GAN+Id"),
        ({"lambda_ctc": 0, "lambda_zcyc": 0.0}, "+ZId"),
        ({"lambda_zcyc": 0}, "+CTC"),
        ({"lambda_ctc": 0}, "lambda_ctc=0"),
        ({"lambda_zcyc": 3}, "lambda_zcyc=3"),
        ({"split": "test"}, "CrossNet"),
        ({"split": "valid"}, "split=valid"),
        ({"lambda_zcyc": {"a": 6, "b": 3}}, "lambda_zcyc={a: 6, b: 3}"),
        ({"lambda_zcyc": {"a": 6, "b": 6}}, "CrossNet"),
        ({"lambda_zcyc": 0, "lambda_id": 1}, "+CTC, lambda_id=1"),
        ({"scales": {"small": {"training": {"lr": 2e-4}}}}, "training.lr=0.0002"),
        ({"tasks": {"tiny": {"source": "folder", "path": "/elsewhere", "fid": True}}}, "CrossNet"),
        ({"tasks": {"tiny": {"source": "zip"}}}, "source=zip"),
        ({"methods": {"crossnet": {"ctc_stop_gradient": True}}}, "ctc_stop_gradient=true"),
    ],
)
def test_a_variant_has_the_name_of_the_paper_or_of_what_differs(values: dict[str, Any], wanted: str) -> None:
    assert name("crossnet", difference(changed(**values), COMMITTED)) == wanted


def test_the_weights_of_eq_5_shape_no_cyclegan() -> None:
    committed = changed(method="cyclegan")
    assert difference(changed(method="cyclegan", lambda_zcyc=0), committed) == {}
    tuned = changed(method="cyclegan", methods={"cyclegan": {"cycle": 5}})
    assert name("cyclegan", difference(tuned, committed)) == "CycleGAN, cycle=5"


@pytest.mark.parametrize("nest", [lambda origin: origin, lambda origin: {"masks": origin}])
def test_where_images_come_from_shapes_nothing(nest: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    public, mine = ({"url": "https://example.org/a.zip", "sha256": "0a"}, {"url": "../a.zip", "sha256": None})
    tiny = [changed(tasks={"tiny": {"source": "zip", "fit": "crop"} | nest(origin)}) for origin in (public, mine)]
    assert difference(tiny[0], tiny[1]) == {}
    assert "tasks.tiny.fit" in tiny[0]


@pytest.mark.parametrize("method", ["crossnet", "cyclegan"])
@pytest.mark.parametrize(
    ("block", "key"),
    [
        ("", "made_up"),
        ("scales.small.training", "made_up"),
        ("scales.small", "made_up"),
        ("tasks.tiny", "made_up"),
        ("methods.{method}", "lambda_made_up"),
    ],
)
def test_a_parameter_that_nobody_has_listed_makes_two_variants(block: str, key: str, method: str) -> None:
    without, with_three = (_with(block.format(method=method), key, value) | {"method": method} for value in (0, 3))
    differs = difference(settings(with_three), settings(without))
    assert [*differs.values()] == [3]
    assert name(method, differs).endswith(f"{key}=3")


def test_a_weight_that_nobody_has_listed_makes_two_variants_of_crossnet() -> None:
    without, with_three = (changed(lambda_made_up=value) for value in (0, 3))
    assert name("crossnet", difference(with_three, without)) == "lambda_made_up=3"


def _with(block: str, key: str, value: object) -> dict[str, Any]:
    """PARAMS with one more key in a block."""
    params = place = copy.deepcopy(PARAMS)
    for part in block.split(".") if block else ():
        place = place[part]
    place[key] = value
    return params


@pytest.mark.parametrize("key", ["log_every", "grid_every"])
def test_logging_makes_no_variant(key: str) -> None:
    seldom, often = (settings(_with("scales.small.training", key, value)) for value in (1, 100))
    assert seldom == often


def test_old_keys_of_params_yaml_are_read_as_the_new_ones() -> None:
    old = {"training": {"lr": 1e-3, "average": 0.9, "history": {"capacity": 50, "chance": 0.5}, "graphs": True}}
    new = {"training": {"lr": 1e-3, "ema_decay": 0.9, "cuda_graphs": True,
                        "image_pool": {"size": 50, "reuse_probability": 0.5}}}  # fmt: skip
    task = {"source": "zip", "most_bytes": 5, "leaks": "drop", "refuse_above": 0.1}
    older = changed(scales={"small": old}, tasks={"tiny": task})
    assert older == changed(
        scales={"small": new},
        tasks={"tiny": {"source": "zip", "max_bytes": 7, "train_test_overlap": "drop", "max_unreadable": 0.1}},
    )
    locked = {"scales.small.training": old["training"], "tasks.tiny": task}
    params = PARAMS | {"scales": {"small": new}, "tasks": {"tiny": task}}
    assert first_outdated(locked, params) == ""
    new["training"]["ema_decay"] = 0.8
    assert first_outdated(locked, params) == ("scales.small.training.ema_decay is 0.9 in dvc.lock, 0.8 in params.yaml")


def test_a_task_with_the_name_of_an_old_key_keeps_it() -> None:
    found = changed(task="history", tasks={"history": {"source": "folder"}})
    assert found["tasks.history.source"] == "folder"


def test_a_key_of_another_age_is_no_difference() -> None:
    older = {key: value for key, value in COMMITTED.items() if not key.endswith(".lr")}
    assert difference(older, COMMITTED) == difference(COMMITTED, older) == {}


LOCKED = {
    "lambda_zcyc": 6, "method": "crossnet", "methods.crossnet": {"ctc_stop_gradient": False},
    "scales.small.training": {"lr": 1e-3}, "seed": 0, "task": "tiny", "tasks.tiny": PARAMS["tasks"]["tiny"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, ""),
        ({"checkpoints": {"keep": 3}, "tasks": {"tiny": {"source": "folder", "path": "/elsewhere", "fid": True}}}, ""),
        ({"scales": {"small": {"training": {"lr": 1e-3}}, "large": {}}}, ""),
        (
            {"scales": {"small": {"training": {"lr": 2e-3}}}},
            "scales.small.training.lr is 0.001 in dvc.lock, 0.002 in params.yaml",
        ),
        (
            {"scales": {"small": {"training": {"lr": 1e-3, "flip": True}}}},
            "scales.small.training.flip is missing in dvc.lock, true in params.yaml",
        ),
        ({"scale": "large"}, "scale is small in dvc.lock, large in params.yaml"),
        ({"seed": 1}, "seed is 0 in dvc.lock, 1 in params.yaml"),
        (
            {"methods": {"crossnet": {"ctc_stop_gradient": True}}},
            "methods.crossnet.ctc_stop_gradient is false in dvc.lock, true in params.yaml",
        ),
        ({"tasks": {"tiny": {"source": "zip"}}}, "tasks.tiny.source is folder in dvc.lock, zip in params.yaml"),
        ({"lambda_zcyc": {"a": 6, "b": 6}}, ""),
        ({"lambda_zcyc": {"a": 6, "b": 3}}, "lambda_zcyc is 6 in dvc.lock, {a: 6, b: 3} in params.yaml"),
    ],
)
def test_the_first_parameter_that_differs_from_dvc_lock_is_named(values: dict[str, Any], wanted: str) -> None:
    assert first_outdated(LOCKED, PARAMS | values) == wanted


def test_a_choice_without_a_block_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"params\.yaml: scales\.huge: no such block"):
        changed(scale="huge")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(0, "0"), (6.0, "6"), (2e-4, "0.0002"), (True, "true"), (None, "null"), ({"a": 1, "b": 0.5}, "{a: 1, b: 0.5}")],
)
def test_literals_are_as_dvc_reads_them(value: Any, wanted: str) -> None:
    assert literal(value) == wanted


def test_the_ablation_adds_one_loss_at_a_time() -> None:
    zeros = [set(values) for values in ABLATION.values()]
    assert all(more < fewer for fewer, more in pairwise(zeros))
    assert [len(values) for values in zeros] == [3, 2, 1, 0]


def test_dped_is_called_by_the_features_that_it_compares() -> None:
    assert name("dped", {}) == "DPED (Lite0)"
    assert name("dped", {"methods.dped.features": "vgg19", "methods.dped.tv": 0.0}) == "DPED, tv=0"
