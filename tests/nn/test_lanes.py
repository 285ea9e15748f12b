"""Lanes give the numbers and the gradients of one call after the other, and errors as they come."""

import threading
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from crossnet.nn.lanes import Lanes
from crossnet.nn.paths import Apply, batched


class Layer(nn.Linear):
    """Notes the thread that it runs in."""

    def forward(self, x: Tensor) -> Tensor:
        self.thread = threading.get_ident()
        return super().forward(x)


def layers(count: int) -> list[Layer]:
    torch.manual_seed(0)
    return [Layer(3, 3, dtype=torch.float64) for _ in range(count)]


def objective(apply: Apply, networks: list[Layer], x: Tensor) -> Tensor:
    """Two rounds whose calls read what the others wrote, and an output that nothing reads."""
    first = apply([(network, [x, 2 * x]) for network in networks])
    second = apply([(network, [first[place - 1][0]]) for place, network in enumerate(networks)])
    return sum((out.square().sum() for [out] in second), start=first[0][0].sum())


@pytest.mark.parametrize("width", [2, 3])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("of_images", [False, True])
def test_numbers_and_gradients_are_those_of_calls_in_turn(width: int, count: int, of_images: bool) -> None:
    found = []
    for apply in (batched, Lanes(width)):
        networks, x = layers(count), torch.ones(2, 3, dtype=torch.float64, requires_grad=of_images)
        total = objective(apply, networks, x)
        total.backward()
        gradients = [p.grad for network in networks for p in network.parameters()]
        found.append([total.detach(), *gradients, *([x.grad] if of_images else [])])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-14, atol=0)


def test_a_network_that_is_not_trained_passes_gradients_on_and_gathers_none() -> None:
    first, second = layers(2)
    second.requires_grad_(False)
    x = torch.ones(1, 3, dtype=torch.float64, requires_grad=True)
    [[_], [out]] = Lanes(2)([(first, [x]), (second, [x])])
    out.sum().backward()
    torch.testing.assert_close(x.grad, second.weight.sum(0)[None])
    assert second.weight.grad is None
    assert first.weight.grad is None


def test_calls_of_a_round_run_in_threads_of_their_own() -> None:
    first, second = layers(2)
    Lanes(2)([(first, [torch.ones(1, 3, dtype=torch.float64)]), (second, [torch.ones(1, 3, dtype=torch.float64)])])
    assert first.thread == threading.get_ident() != second.thread


@pytest.mark.parametrize("place", [0, 1])
def test_an_error_in_any_lane_is_raised(place: int) -> None:
    def fails(x: Tensor) -> Tensor:
        raise MemoryError("here")

    calls: list[Callable[[Tensor], Tensor]] = [*layers(2)]
    calls[place] = fails
    with pytest.raises(MemoryError, match="here"):
        Lanes(2)([(call, [torch.ones(1, 3, dtype=torch.float64)]) for call in calls])


def test_without_gradients_nothing_is_kept_for_them() -> None:
    with torch.no_grad():
        outputs = Lanes(2)([(network, [torch.ones(1, 3, dtype=torch.float64)]) for network in layers(2)])
    assert not any(out.requires_grad for [out] in outputs)


def test_lanes_compute_in_the_precision_that_is_asked_for() -> None:
    networks = [nn.Linear(3, 3), nn.Linear(3, 3)]
    with torch.autocast("cpu"):
        outputs = Lanes(2)([(network, [torch.ones(1, 3)]) for network in networks])
    assert all(out.dtype == torch.bfloat16 for [out] in outputs)
