"""The moving average of the weights, against its definition."""

import pytest
import torch
from torch import Tensor, nn

from crossnet.methods.base import Method
from crossnet.training.ema import EMA
from tests.support.tiny import METHODS, method, tiny_batches, tiny_schedule, trained, weights_of


def moved(made: Method, step: int) -> None:
    with torch.no_grad():
        for network in made.networks.values():
            for parameter in network.parameters():
                parameter += step


@pytest.mark.parametrize("name", METHODS)
def test_each_step_fades_by_the_decay_and_only_what_translates_is_averaged(name: str) -> None:
    made = method(name)
    ema, wanted = EMA(made, 0.75), {}
    for step in range(4):
        moved(made, step)
        ema.update()
        now = weights_of(made)
        wanted = {key: 0.75 * wanted[key] + 0.25 * value if wanted else value for key, value in now.items()}
    ema.copy_to_method()
    for key, value in weights_of(made).items():
        network = key.partition(".")[0]
        torch.testing.assert_close(value, wanted[key] if network in made.translates_with else now[key])


def test_buffers_are_copied_at_every_step() -> None:
    made = method("crossnet")
    norm = made.networks["E_ab"] = nn.Sequential(nn.BatchNorm2d(3))
    ema = EMA(made, 0.5)
    for _ in range(3):
        norm(torch.rand(2, 3, 4, 4))
        ema.update()
    state = ema.state_dict()
    assert state["module.E_ab.0.num_batches_tracked"] == 3
    assert torch.equal(state["module.E_ab.0.running_mean"], norm[0].running_mean)


def test_without_a_decay_the_last_weights_are_the_models() -> None:
    made = method("crossnet")
    ema, before = EMA(made, 0), weights_of(made)
    ema.update()
    ema.copy_to_method()
    assert ema.state_dict() == {}
    assert all(torch.equal(value, before[key]) for key, value in weights_of(made).items())


def test_it_continues_from_its_state_dict() -> None:
    found: list[dict[str, Tensor]] = []
    for breaks_off in (False, True):
        made = method("crossnet")
        ema = EMA(made, 0.5)
        for step in range(3):
            moved(made, step)
            ema.update()
            if breaks_off:
                state = {key: value.clone() for key, value in ema.state_dict().items()}
                ema = EMA(made, 0.5)
                ema.load_state_dict(state)
        ema.copy_to_method()
        found.append(weights_of(made))
    assert all(torch.equal(value, found[1][key]) for key, value in found[0].items())


def test_a_training_averages_as_its_schedule_says() -> None:
    last, averaged = method("crossnet"), method("crossnet")
    trained(last, tiny_batches(), tiny_schedule())
    trained(averaged, tiny_batches(), tiny_schedule(ema_decay=0.5))
    same = {key: torch.equal(value, weights_of(averaged)[key]) for key, value in weights_of(last).items()}
    assert not any(value for key, value in same.items() if key.partition(".")[0] in last.translates_with)
    assert all(value for key, value in same.items() if key.partition(".")[0] not in last.translates_with)
