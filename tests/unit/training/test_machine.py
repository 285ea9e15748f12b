"""The machine gives the same numbers again, and says what it is."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from crossnet.training.machine import summarise
from crossnet.training.seeds import deterministic
from tests.support.tiny import method, tiny_schedule


@pytest.fixture
def _as_before() -> Iterator[None]:
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    yield
    torch.use_deterministic_algorithms(False)
    random.setstate(states[0])
    np.random.set_state(states[1])
    torch.set_rng_state(states[2])


@pytest.mark.usefixtures("_as_before")
def test_every_global_random_state_is_seeded() -> None:
    def drawn(seed: int) -> tuple[float, float, float]:
        deterministic(seed)
        return random.random(), np.random.rand(), torch.rand(()).item()

    first = drawn(3)
    assert drawn(3) == first
    assert all(x != y for x, y in zip(drawn(4), first, strict=True))
    assert torch.are_deterministic_algorithms_enabled()


def test_the_summary_says_what_it_took_and_on_what() -> None:
    made = method("crossnet")
    summary = summarise("0f", made, tiny_schedule(images=20, batch=4), seconds=4.0, threads=2)
    assert summary["run"] == "0f"
    assert summary["images_per_second"] == 5
    assert summary["device"] == "cpu"
    assert summary["threads"] == 2
    assert summary["convolutions"] == "torch"
    assert summary["versions"]["torch"] == torch.__version__
    assert 10 < summary["peak_memory_mib"] < 10**6
    assert summary["parameters"]["Q_a"] == sum(p.numel() for p in made.networks["Q_a"].parameters())
    assert set(summary["parameters"]) == set(made.networks)
