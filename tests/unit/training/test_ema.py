"""The average of weights over the steps, against its definition."""

import pytest
import torch
from torch import Tensor

from crossnet.methods.base import Method
from crossnet.training.ema import Average
from tests.support.tiny import METHODS, method, tiny_batches, tiny_plan, trained, weights_of


def moved(made: Method, step: int) -> None:
    with torch.no_grad():
        for network in made.networks.values():
            for parameter in network.parameters():
                parameter += step


@pytest.mark.parametrize("name", METHODS)
def test_each_step_fades_by_the_decay_and_only_what_translates_is_averaged(name: str) -> None:
    made = method(name)
    average, wanted = Average(made, 0.75), {}
    for step in range(4):
        moved(made, step)
        average.update()
        now = weights_of(made)
        wanted = {key: 0.75 * wanted[key] + 0.25 * value if wanted else value for key, value in now.items()}
    average.take_over()
    for key, value in weights_of(made).items():
        network = key.partition(".")[0]
        torch.testing.assert_close(value, wanted[key] if network in made.translates_with else now[key])


def test_without_a_decay_the_last_weights_are_the_models() -> None:
    made = method("crossnet")
    average, before = Average(made, 0), weights_of(made)
    average.update()
    average.take_over()
    assert average.state() == {}
    assert all(torch.equal(value, before[key]) for key, value in weights_of(made).items())


def test_it_goes_on_from_its_state() -> None:
    found: list[dict[str, Tensor]] = []
    for breaks_off in (False, True):
        made = method("crossnet")
        average = Average(made, 0.5)
        for step in range(3):
            moved(made, step)
            average.update()
            if breaks_off:
                state = {key: value.clone() for key, value in average.state().items()}
                average = Average(made, 0.5)
                average.load(state)
        average.take_over()
        found.append(weights_of(made))
    assert all(torch.equal(value, found[1][key]) for key, value in found[0].items())


def test_a_training_averages_as_its_plan_says() -> None:
    last, averaged = method("crossnet"), method("crossnet")
    trained(last, tiny_batches(), tiny_plan())
    trained(averaged, tiny_batches(), tiny_plan(average=0.5))
    same = {key: torch.equal(value, weights_of(averaged)[key]) for key, value in weights_of(last).items()}
    assert not any(value for key, value in same.items() if key.partition(".")[0] in last.translates_with)
    assert all(value for key, value in same.items() if key.partition(".")[0] not in last.translates_with)
