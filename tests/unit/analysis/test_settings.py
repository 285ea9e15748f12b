"""What tells one experiment from another, and what it is called."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from crossnet.analysis.settings import ABLATION, SettingsError, difference, effective, name, outdated, written
from tests.unit.analysis.made import PARAMS


def changed(**values: Any) -> dict[str, Any]:
    return effective(PARAMS | values)


COMMITTED = effective(PARAMS)


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
def test_a_run_is_called_as_the_paper_calls_it_or_by_what_differs(values: dict[str, Any], wanted: str) -> None:
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
            "scales.small.training.flip is not there in dvc.lock, true in params.yaml",
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
def test_results_of_other_parameters_are_told_by_the_first_that_differs(values: dict[str, Any], wanted: str) -> None:
    assert outdated(LOCKED, PARAMS | values) == wanted


def test_a_choice_without_a_block_is_told() -> None:
    with pytest.raises(SettingsError, match=r"params\.yaml: scales\.huge: no such block"):
        changed(scale="huge")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(0, "0"), (6.0, "6"), (2e-4, "0.0002"), (True, "true"), (None, "null"), ({"a": 1, "b": 0.5}, "{a: 1, b: 0.5}")],
)
def test_values_are_written_as_dvc_reads_them(value: Any, wanted: str) -> None:
    assert written(value) == wanted


def test_the_ablation_adds_one_loss_at_a_time() -> None:
    zeros = [set(values) for values in ABLATION.values()]
    assert all(more < fewer for fewer, more in pairwise(zeros))
    assert [len(values) for values in zeros] == [3, 2, 1, 0]
