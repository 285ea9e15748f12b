"""`ThreadExecutor` gives the numbers and the gradients of one call after the other, and errors as they come."""

import threading
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from crossnet.engine.executor import BatchedExecutor, BoundCall, BoundChain
from crossnet.engine.threads import ThreadExecutor


class Layer(nn.Linear):
    """Notes the thread that it runs in."""

    def forward(self, x: Tensor) -> Tensor:
        self.thread = threading.get_ident()
        return super().forward(x)


def layers(count: int) -> list[Layer]:
    torch.manual_seed(0)
    return [Layer(3, 3, dtype=torch.float64) for _ in range(count)]


def chain(network: Callable[[Tensor], Tensor], **inputs: Tensor) -> BoundChain:
    """One call on all inputs."""
    return BoundChain([BoundCall(network, [(name,) for name in inputs], [f"of_{name}" for name in inputs])], inputs)


def objective(executor: BatchedExecutor, networks: list[Layer], x: Tensor) -> Tensor:
    """Two levels of chains of two calls that read what the others made, and an output that nothing reads."""
    first = executor.run([chain(network, x=x, y=2 * x) for network in networks])
    second = executor.run(
        [
            BoundChain(
                [
                    BoundCall(network, [("x",)], ["z"]),
                    BoundCall(network, [("z",), ("y",), ("x",)], ["last", "far", "again"]),
                ],
                {"x": first[place - 1]["of_x"], "y": first[place]["of_x"]},
            )
            for place, network in enumerate(networks)
        ]
    )
    total = first[0]["of_x"].sum()
    return sum((made["z"].sum() + made["last"].square().sum() + made["far"].sum() for made in second), start=total)


@pytest.mark.parametrize("workers", [2, 3])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("of_images", [False, True])
def test_numbers_and_gradients_are_those_of_chains_in_turn(workers: int, count: int, of_images: bool) -> None:
    found = []
    for executor in (BatchedExecutor(), ThreadExecutor(workers)):
        networks, x = layers(count), torch.ones(2, 3, dtype=torch.float64, requires_grad=of_images)
        total = objective(executor, networks, x)
        total.backward()
        gradients = [p.grad for network in networks for p in network.parameters()]
        found.append([total.detach(), *gradients, *([x.grad] if of_images else [])])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-14, atol=0)


def test_a_network_that_is_not_trained_passes_gradients_on_and_gathers_none() -> None:
    first, second = layers(2)
    second.requires_grad_(False)
    x = torch.ones(1, 3, dtype=torch.float64, requires_grad=True)
    _, made = ThreadExecutor(2).run([chain(first, x=x), chain(second, x=x)])
    made["of_x"].sum().backward()
    torch.testing.assert_close(x.grad, second.weight.sum(0)[None])
    assert second.weight.grad is None
    assert first.weight.grad is None


def test_what_no_weight_or_input_shapes_has_no_gradient() -> None:
    first, second, judge = layers(3)
    first.requires_grad_(False)
    _, made = (executor := ThreadExecutor(2)).run(
        [chain(second, x=torch.ones(1, 3, dtype=torch.float64)), chain(first, x=torch.ones(1, 3, dtype=torch.float64))]
    )
    assert not made["of_x"].requires_grad
    judged = executor.run([chain(judge, x=made["of_x"]), chain(second, x=made["of_x"])])
    (judged[0]["of_x"].sum() + judged[1]["of_x"].sum()).backward()
    assert judge.weight.grad is not None
    assert first.weight.grad is None


def test_chains_of_a_level_run_in_threads_of_their_own() -> None:
    first, second = layers(2)
    ThreadExecutor(2).run([chain(network, x=torch.ones(1, 3, dtype=torch.float64)) for network in (first, second)])
    assert first.thread == threading.get_ident() != second.thread


@pytest.mark.parametrize("place", [0, 1])
def test_an_error_in_any_worker_is_raised(place: int) -> None:
    def fails(x: Tensor) -> Tensor:
        raise MemoryError("here")

    calls: list[Callable[[Tensor], Tensor]] = [*layers(2)]
    calls[place] = fails
    with pytest.raises(MemoryError, match="here"):
        ThreadExecutor(2).run([chain(call, x=torch.ones(1, 3, dtype=torch.float64)) for call in calls])


def test_without_gradients_nothing_is_kept_for_them() -> None:
    with torch.no_grad():
        outputs = ThreadExecutor(2).run(
            [chain(network, x=torch.ones(1, 3, dtype=torch.float64)) for network in layers(2)]
        )
    assert not any(made["of_x"].requires_grad for made in outputs)


def test_workers_compute_in_the_precision_that_is_asked_for() -> None:
    networks = [nn.Linear(3, 3), nn.Linear(3, 3)]
    with torch.autocast("cpu"):
        outputs = ThreadExecutor(2).run([chain(network, x=torch.ones(1, 3)) for network in networks])
    assert all(made["of_x"].dtype == torch.bfloat16 for made in outputs)
