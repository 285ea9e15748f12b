"""The discriminators' phase."""

import weakref

import pytest
import torch

from crossnet.engine.threads import ThreadExecutor
from crossnet.methods.base import load
from tests.support.tiny import NETWORKS, PAIR, WEIGHTS, images, loss_of, method

X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)


@pytest.mark.parametrize("name", PAIR)
def test_its_losses_are_least_squares_on_real_and_translated_images(name: str) -> None:
    made = method(name, dtype=torch.float64)
    n = made.networks
    generators, discriminators = made.phases
    loss_of(generators, X_A, X_B)
    total, logged = loss_of(discriminators, X_A, X_B)
    for side, real, translated in (("a", X_A, n["D_a"](n["E_ba"](X_B))), ("b", X_B, n["D_b"](n["E_ab"](X_A)))):
        q = n[f"Q_{side}"]
        wanted = 0.5 * (((q(real) - 1) ** 2).mean() + (q(translated) ** 2).mean())
        torch.testing.assert_close(logged[f"loss/disc_{side}"], wanted, rtol=1e-10, atol=0)
    torch.testing.assert_close(total, logged["loss/disc_a"] + logged["loss/disc_b"], rtol=1e-12, atol=0)


def test_no_gradient_reaches_the_generators() -> None:
    made = method("crossnet")
    generators, discriminators = made.phases
    loss_of(generators, images(1), images(2))
    loss_of(discriminators, images(1), images(2))[0].backward()
    touched = {name for name, network in made.networks.items() for p in network.parameters() if p.grad is not None}
    assert touched == {"Q_a", "Q_b"}


def test_it_remembers_images_and_not_how_they_came_about() -> None:
    made = method("crossnet", executor=ThreadExecutor(2))
    codes: list[weakref.ref[torch.Tensor]] = []
    for name in ("E_ab", "E_ba"):
        made.networks[name].register_forward_hook(lambda *made: codes.append(weakref.ref(made[-1])))
    loss_of(made.phases[0], images(1), images(2))[0].backward()
    assert codes
    assert not any(code() is not None for code in codes)


def test_it_judges_old_translations_too() -> None:
    made = load("crossnet")(NETWORKS, WEIGHTS["crossnet"], {"size": 1, "reuse_probability": 1.0}, seed=0)
    generators, discriminators = made.phases
    x, y, z = images(1, 1), images(2, 1), images(3, 1)
    loss_of(generators, x, x)
    loss_of(discriminators, z, z)  # fills the history with the translations of x
    loss_of(generators, y, y)
    q, fake = made.networks["Q_b"], made.translate(x, "b")
    wanted = 0.5 * (((q(z) - 1) ** 2).mean() + (q(fake) ** 2).mean())
    torch.testing.assert_close(loss_of(discriminators, z, z)[1]["loss/disc_b"], wanted)
