"""Gradients that are captured and replayed: the same training, whatever changes from step to step."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from crossnet.engine.cuda_graph import CaptureError, GraphedGradients, cuda_graph
from crossnet.engine.engine import Engine, select
from crossnet.engine.torch_compile import CompileError
from crossnet.methods.base import Method, Phase
from crossnet.methods.graph import reference
from crossnet.params import load_params
from crossnet.training.devices import start
from tests.faults.stage import project
from tests.support.committed import PARAMS
from tests.support.gradients import assert_same_gradients
from tests.support.tape import Tape
from tests.support.tiny import METHODS, method, pools_of, tiny_batches, tiny_schedule, trained, weights_of


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("changed", [{}, {"gan": 0}])
def test_a_recorded_training_is_the_training_to_the_bit(name: str, changed: dict[str, float]) -> None:
    plan = tiny_schedule(images=24, log_every=3, ema_decay=0.9)
    plain, recorded = method(name, **changed), method(name, **changed)
    tape = Tape(recorded)
    logs = [
        trained(plain, tiny_batches(plan.batch), plan),
        trained(recorded, tiny_batches(plan.batch), plan, capture=tape),
    ]
    due = [phase.due(step, plan.steps) for step in range(plan.steps) for phase in plain.phases]
    assert tape.played == sum(due)
    for key, value in weights_of(plain).items():
        assert torch.equal(weights_of(recorded)[key], value), key
    for key, value in pools_of(plain).items():
        assert torch.equal(pools_of(recorded)[key], value), key
    for done, row in logs[0].rows.items():
        row.pop("images_per_second")
        assert row == {name: logs[1].rows[done][name] for name in row}


def test_it_goes_on_from_a_checkpoint_to_the_bit(tmp_path: Path) -> None:
    plan, half = (tiny_schedule(images=24 * share, decay_from=1.0) for share in (2, 1))
    whole, before, after = method("crossnet"), method("crossnet"), method("crossnet")
    trained(whole, tiny_batches(plan.batch), plan, capture=Tape(whole))
    trained(before, tiny_batches(plan.batch), half, tmp_path, every_seconds=0, capture=Tape(before))
    trained(after, tiny_batches(plan.batch), plan, tmp_path, every_seconds=0, capture=Tape(after))
    for key, value in weights_of(whole).items():
        assert torch.equal(weights_of(after)[key], value), key


def test_what_it_gave_stays_when_it_is_played_again() -> None:
    def work(given: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        return given["x"].sum(), {"twice": 2 * given["x"].sum()}

    again = GraphedGradients(work, Tape(method("crossnet")), ())
    first = again({"x": torch.ones(3)})
    second = again({"x": torch.zeros(3)})
    assert (float(first[0]), float(first[1]["twice"])) == (3, 6)
    assert (float(second[0]), float(second[1]["twice"])) == (0, 0)


def test_it_leaves_what_it_is_given_alone() -> None:
    x, y = torch.ones(3), torch.zeros(3)
    again = GraphedGradients(lambda given: (given["x"].sum(), {}), Tape(method("crossnet")), ())
    again({"x": x})
    again({"x": y})
    assert x.tolist() == [1, 1, 1]


def test_a_processor_records_nothing() -> None:
    assert select("auto", start("cpu", 1, 1, "32-true"), "32-true", cuda_graphs=True).capture is None


class AskedError(Exception):
    """What a recorder was asked for."""


def asking(kind: Any, fabric: Any, precision: str, cuda_graphs: bool, compiles: bool) -> Engine:
    def capture(work: Callable[[], Tensor]) -> Any:
        raise AskedError(cuda_graphs)

    return Engine(reference, 1, capture=capture)


@pytest.mark.parametrize("graphs", [True, False])
def test_the_stage_and_the_forecast_record_as_params_say(
    graphs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crossnet.cli.plan import forecast
    from stages.train import train_stage

    monkeypatch.chdir(project(tmp_path, scales__smoke__training__cuda_graphs=graphs))
    monkeypatch.setattr("stages.train.select", asking)
    monkeypatch.setattr("crossnet.engine.engine.select", asking)
    with pytest.raises(AskedError, match=str(graphs)):
        train_stage(load_params())
    with pytest.raises(AskedError, match=str(graphs)):
        forecast(load_params(), 4, 1)


@pytest.mark.parametrize("failure", [CaptureError("no graph"), CompileError("no compiler")])
def test_what_cannot_be_recorded_cannot_be_measured_and_is_one_line(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crossnet.cli.plan import NotMeasuredError, forecast

    def capture(work: Callable[[], Tensor]) -> Any:
        raise failure

    monkeypatch.setattr("crossnet.engine.engine.select", lambda *options: Engine(reference, 1, capture=capture))
    params = load_params(PARAMS).model_copy(update={"scale": "smoke"})
    with pytest.raises(NotMeasuredError, match=f"^{failure}$"):
        forecast(params, 4, 1)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (ValueError("\n\nsome reason\nand more"), CaptureError),
        (torch.OutOfMemoryError("too much"), torch.OutOfMemoryError),
        (CompileError("torch.compile fails"), CompileError),
    ],
)
def test_a_graph_that_is_broken_off_tells_why(
    failure: Exception, told: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(work: Callable[[], Tensor]) -> Any:
        try:
            work()
        finally:
            raise RuntimeError("CUDA error: operation failed due to a previous error during capture")

    def work() -> Tensor:
        raise failure

    monkeypatch.setattr("crossnet.engine.cuda_graph._captured", broken_off)
    with pytest.raises(told) as stopped:
        cuda_graph(work)
    assert "previous error" not in str(stopped.value)
    if told is CaptureError:
        reason = "a step cannot be captured as a CUDA graph: some reason; training.cuda_graphs: false turns it off"
        assert str(stopped.value) == reason


@pytest.mark.parametrize("name", METHODS)
def test_a_recorded_step_gives_the_gradients_of_one_that_is_not(name: str) -> None:
    recorded = method(name)
    assert_same_gradients(method(name), recorded, Tape(recorded), "cpu", "32-true")


def test_phases_that_share_a_network_train_it_as_without_graphs() -> None:
    def also_shrinking(made: Method) -> Method:
        def loss(x_a: Tensor, x_b: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
            return made.encode(x_a, "b").square().mean(), {}

        made.phases = (*made.phases, Phase("shrink", ("E_ab",), loss, every=2))
        return made

    schedule = tiny_schedule(images=12)
    plain, graphed = also_shrinking(method("crossnet")), also_shrinking(method("crossnet"))
    trained(plain, tiny_batches(schedule.batch), schedule)
    trained(graphed, tiny_batches(schedule.batch), schedule, capture=Tape(graphed))
    for key, value in weights_of(plain).items():
        assert torch.equal(weights_of(graphed)[key], value), key
