"""Gradients that are recorded and played again: the same training, whatever changes from step to step."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from crossnet.nn.inductor import Inductor
from crossnet.nn.streams import Streams
from crossnet.nn.walks import together
from crossnet.training.devices import recorder, start
from crossnet.training.recorded import BEFORE, Recorded, cuda_graph
from tests.tiny import METHODS, method, tiny_batches, tiny_plan, trained, weights_of

on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")


def in_place(work: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
    """As CUDA records, on a processor: the work is done again, and what it makes lies where it lay."""
    for _ in range(BEFORE):
        work()
    made = work()
    return lambda: made.copy_(work()), made


@pytest.mark.parametrize("name", METHODS)
def test_a_recorded_training_is_the_training_to_the_bit(name: str) -> None:
    plan = tiny_plan(images=24, log_every=2)
    plain, recorded = method(name), method(name)
    logs = [
        trained(plain, tiny_batches(plan.batch), plan),
        trained(recorded, tiny_batches(plan.batch), plan, record=in_place),
    ]
    for key, value in weights_of(plain).items():
        assert torch.equal(weights_of(recorded)[key], value), key
    for key, value in plain.memory().items():
        assert torch.equal(recorded.memory()[key], value), key
    for done, row in logs[0].rows.items():
        row.pop("images_per_second")
        assert row == {name: logs[1].rows[done][name] for name in row}


def test_what_it_gave_stays_when_it_is_played_again() -> None:
    def work(given: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        return given["x"].sum(), {"twice": 2 * given["x"].sum()}

    again = Recorded(work, in_place)
    first = again({"x": torch.ones(3)})
    second = again({"x": torch.zeros(3)})
    assert (float(first[0]), float(first[1]["twice"])) == (3, 6)
    assert (float(second[0]), float(second[1]["twice"])) == (0, 0)


def test_it_leaves_what_it_is_given_alone() -> None:
    x, y = torch.ones(3), torch.zeros(3)
    again = Recorded(lambda given: (given["x"].sum(), {}), in_place)
    again({"x": x})
    again({"x": y})
    assert x.tolist() == [1, 1, 1]


def test_a_processor_records_nothing() -> None:
    assert recorder(start("cpu", 1, 1, "32-true"), True) is None


@on_a_gpu
@pytest.mark.parametrize("compiles", [False, True])
@pytest.mark.parametrize("name", METHODS)
def test_on_a_gpu_graphs_streams_and_compiled_networks_train_as_it_does_without(name: str, compiles: bool) -> None:
    plan = tiny_plan(images=24, log_every=2)
    plain = method(name)
    quick = method(name, apply=Streams(Inductor() if compiles else together))
    logs = [
        trained(plain, tiny_batches(plan.batch), plan, accelerator="cuda"),
        trained(quick, tiny_batches(plan.batch), plan, accelerator="cuda", record=cuda_graph),
    ]
    for done, row in logs[0].rows.items():
        row.pop("images_per_second")
        assert {name: logs[1].rows[done][name] for name in row} == pytest.approx(row, rel=1e-2)
