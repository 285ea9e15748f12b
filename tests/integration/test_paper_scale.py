"""The networks of the paper take one training step on a processor, on images of half its size, which is as good."""

import math

import pytest
import torch

from crossnet.methods.base import load
from crossnet.params import load_params
from crossnet.training.batches import Batches
from crossnet.training.schedule import Schedule
from tests.support.committed import PARAMS
from tests.support.tiny import WEIGHTS, logged_losses, trained

COUNTS = {"E": 10_999_936, "D": 378_243, "T": 10_621_440, "Q": 2_764_737}


@pytest.mark.timeout(1800)
def test_one_step_runs_and_trains_every_network() -> None:
    params = load_params(PARAMS)
    paper = params.scales["paper"]
    method = load("crossnet")(
        paper.networks.model_dump(),
        WEIGHTS["crossnet"],
        paper.training.image_pool.model_dump(),
        seed=0,
    )
    counts = {name: sum(p.numel() for p in network.parameters()) for name, network in method.networks.items()}
    assert counts == {name: COUNTS[name[0]] for name in method.networks}
    before = {name: next(network.parameters()).detach().clone() for name, network in method.networks.items()}
    side = torch.randint(0, 256, (1, 3, 143, 143), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    options = paper.training
    plan = Schedule(1, options.batch, **options.schedule | {"log_every": 1})
    logged = trained(method, Batches(side, side.flip(-1), 1, paper.images.size // 2, True, 0), plan).rows[1]
    assert {name for name in logged if name.startswith("loss/")} == logged_losses("crossnet")
    assert all(math.isfinite(value) for value in logged.values())
    for name, network in method.networks.items():
        assert not torch.equal(next(network.parameters()), before[name])
