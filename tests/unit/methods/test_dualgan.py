"""DualGAN against its formulas, network by network."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from crossnet.methods.base import Method, load
from crossnet.methods.dualgan import PATHS
from crossnet.methods.graph import Paths
from tests.support.overfit import overfitted
from tests.support.spelled import Spelled
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, images, method

X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)
NAMES = {name: name for name in ("G_ab", "G_ba", "Q_a", "Q_b", "mix_a", "mix_b")}
INPUTS = ["x_a", "x_b", *(f"drawn_{use}" for use in ("a", "b", "a_rec", "b_rec")), "u_a", "u_b"]


def test_paths_read_as_formulas() -> None:
    paths = Paths(PATHS, NAMES, {name: name for name in INPUTS}, Spelled())
    assert paths["x_a_rec"] == "G_ba(G_ab(x_a, drawn_b), drawn_a_rec)"
    assert paths["x_b_rec"] == "G_ab(G_ba(x_b, drawn_a), drawn_b_rec)"
    assert paths["q_b_hat"] == "Q_b(G_ab(x_a, drawn_b))"
    assert paths["q_a_hat"] == "Q_a(G_ba(x_b, drawn_a))"
    assert paths["x_b_mix"] == "mix_b(x_b, G_ab(x_a, drawn_b), u_b)"
    assert paths["x_a_mix"] == "mix_a(x_a, G_ba(x_b, drawn_a), u_a)"
    assert (paths["q_a"], paths["q_b"]) == ("Q_a(x_a)", "Q_b(x_b)")


def by_hand(made: Method, d: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every loss of a side by its formula."""
    n = made.networks
    x_b_hat, x_a_hat = n["G_ab"](X_A, d["drawn_b"]), n["G_ba"](X_B, d["drawn_a"])

    def penalty(q: Callable[[Tensor], Tensor], x: Tensor, x_hat: Tensor, u: Tensor) -> Tensor:
        at = (u * x_hat + (1 - u) * x).detach().requires_grad_()
        [slope] = torch.autograd.grad(q(at).sum(), at, create_graph=True)
        return sum((each.square().sum().sqrt() - 1) ** 2 for each in slope) / len(slope)

    found = {
        "gan": -n["Q_b"](x_b_hat).mean() - n["Q_a"](x_a_hat).mean(),
        "disc_a": n["Q_a"](x_a_hat).mean() - n["Q_a"](X_A).mean(),
        "disc_b": n["Q_b"](x_b_hat).mean() - n["Q_b"](X_B).mean(),
    }
    if "drawn_a_rec" in d:
        there_and_back = (n["G_ba"](x_b_hat, d["drawn_a_rec"]) - X_A).abs().mean()
        found["reconstruction"] = there_and_back + (n["G_ab"](x_a_hat, d["drawn_b_rec"]) - X_B).abs().mean()
    if "u_a" in d:
        found["penalty_a"] = penalty(n["Q_a"], X_A, x_a_hat, d["u_a"])
        found["penalty_b"] = penalty(n["Q_b"], X_B, x_b_hat, d["u_b"])
    return found


GENERATORS = {"gan": 1, "reconstruction": 200}
DISC, PENALTY = {"disc_a": 1, "disc_b": 1}, {"penalty_a": 10, "penalty_b": 10}


@pytest.mark.parametrize(
    ("options", "weights"),
    [
        ({}, [DISC, GENERATORS]),
        ({"lipschitz": "penalty", "critic": "patch"}, [DISC | PENALTY, GENERATORS]),
        ({"dropout": False}, [DISC, GENERATORS]),
    ],
)
def test_each_phase_descends_its_formulas(options: dict[str, object], weights: list[dict[str, float]]) -> None:
    made = method("dualgan", dtype=torch.float64, width=4, **options)
    assert [phase.name for phase in made.phases] == ["critics", "generators"]
    for phase, terms in zip(made.phases, weights, strict=True):
        inputs = phase.inputs(X_A, X_B)
        total, logged = phase.loss(**inputs)
        wanted = by_hand(made, inputs)
        assert set(logged) == {f"loss/{term}" for term in terms}
        for term in terms:
            torch.testing.assert_close(logged[f"loss/{term}"], wanted[term], rtol=1e-9, atol=0)
        torch.testing.assert_close(total, sum(w * wanted[term] for term, w in terms.items()), rtol=1e-9, atol=0)
        mine = made.parameters_of(phase)
        by_formula = torch.autograd.grad(sum(w * wanted[term] for term, w in terms.items()), mine, allow_unused=True)
        for p, q in zip(torch.autograd.grad(total, mine, allow_unused=True), by_formula, strict=True):
            if q is not None:
                torch.testing.assert_close(p, q, rtol=1e-6, atol=1e-12)


def test_critics_come_first_and_are_clipped_and_the_generators_follow_every_third_step() -> None:
    critics, generators = method("dualgan").phases
    assert (critics.every, critics.clamp, generators.every, generators.clamp) == (1, 0.01, 3, 0)
    assert method("dualgan", lipschitz="penalty").phases[0].clamp == 0
    assert method("dualgan").pace == {"optimizer": "rmsprop", "rate": 0.25, "decay_from": 1.0}


@pytest.mark.parametrize(("critic", "parameters"), [("global", 3_949_441), ("patch", 3_921_281)])
def test_parameters_of_its_paper(critic: str, parameters: int) -> None:
    shape = NETWORKS | {"width": 64, "discriminator_width": 64}
    with torch.device("meta"):
        made = load("dualgan")(shape, WEIGHTS["dualgan"] | {"critic": critic}, IMAGE_POOL, seed=0, size=256)
    counts = {name: sum(p.numel() for p in network.parameters()) for name, network in made.networks.items()}
    assert counts == {"G_ab": 30_627_907, "G_ba": 30_627_907, "Q_a": parameters, "Q_b": parameters}
    assert made.multiple == 256


def test_its_translation_depends_on_what_is_drawn_unless_there_is_no_dropout() -> None:
    made, x = method("dualgan", width=4), images(1, count=1)
    one, other = (made.draw_style(x, "b", torch.Generator().manual_seed(seed)) for seed in (0, 1))
    assert not torch.equal(made.translate(x, "b", one), made.translate(x, "b", other))
    assert torch.equal(made.translate(x, "b"), made.translate(x, "b", one))
    assert not method("dualgan", dropout=False).has_styles


def test_it_learns_to_rebuild_two_images() -> None:
    found = overfitted("dualgan", steps=120, width=8, dropout=False, lr=8e-3)
    assert found["reconstruction"][-1] < 0.5 * found["reconstruction"][0]


def test_its_critics_tell_translations_from_real_images() -> None:
    found = overfitted("dualgan", steps=60, lipschitz="penalty", lr=8e-3)
    for side in "ab":
        assert found[f"disc_{side}"][-1] < -0.1
        assert found[f"penalty_{side}"][-1] < found[f"penalty_{side}"][0]
