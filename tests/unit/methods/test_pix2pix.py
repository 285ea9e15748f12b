"""pix2pix: its paths as formulas, its losses in numbers, its parameters, and that it learns its pairs."""

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from crossnet.methods.base import Method, load
from crossnet.methods.graph import Paths
from crossnet.methods.pix2pix import LOSSES, OPTIONS, PATHS, l_disc
from crossnet.params import load_params
from crossnet.training.batches import Batches
from crossnet.training.step import training_only
from tests.support.by_heart import first_and_last, overfitted, pictures
from tests.support.committed import PARAMS
from tests.support.spelled import Spelled
from tests.support.tiny import (
    IMAGE_POOL,
    NETWORKS,
    images,
    loss_of,
    method,
    pools_of,
    tiny_schedule,
    trained,
    weights_of,
)

FORMULAS = {
    "x_b_hat": "G_ab(x_a, u_b)",
    "x_a_hat": "G_ba(x_b, u_a)",
    "q_b_hat": "Q_b(x_a, G_ab(x_a, u_b))",
    "q_a_hat": "Q_a(x_b, G_ba(x_b, u_a))",
    "q_b": "Q_b(x_a, x_b)",
    "q_a": "Q_a(x_b, x_a)",
}
COMPARED = {"gan": ("q_b_hat", "q_a_hat"), "l1": ("x_b_hat", "x_b", "x_a_hat", "x_a")}
X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)


def with_dropout(seed: int = 0) -> Method:
    """For images of 64 pixels, of whose 6 levels one has dropout."""
    weights = {"gan": 1, "l1": 100, "dropout": True}
    return load("pix2pix")(NETWORKS, weights, IMAGE_POOL, seed=seed, size=64)


@pytest.mark.parametrize(("path", "formula"), FORMULAS.items())
def test_a_path_is_its_formula(path: str, formula: str) -> None:
    networks = {name: name for name in ("G_ab", "G_ba", "Q_a", "Q_b")}
    inputs = {name: name for name in ("x_a", "x_b", "u_a", "u_b")}
    assert Paths(PATHS, networks, inputs, Spelled())[path] == formula


def test_the_terms_read_what_they_compare() -> None:
    assert {term: tuple(inspect.signature(function).parameters) for term, function in LOSSES.items()} == COMPARED
    assert tuple(inspect.signature(l_disc).parameters) == ("q_a", "q_a_hat", "q_b", "q_b_hat")


def test_its_losses_are_the_equations() -> None:
    made = method("pix2pix", dtype=torch.float64)
    n, nothing = made.networks, X_A.new_empty(2, 0)
    x_b_hat, x_a_hat = n["G_ab"](X_A, nothing), n["G_ba"](X_B, nothing)

    def p(scores: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(-scores))

    gan = -p(n["Q_b"](X_A, x_b_hat)).log().mean() - p(n["Q_a"](X_B, x_a_hat)).log().mean()
    l1 = (x_b_hat - X_B).abs().mean() + (x_a_hat - X_A).abs().mean()
    disc_b = -(p(n["Q_b"](X_A, X_B)).log().mean() + (1 - p(n["Q_b"](X_A, x_b_hat))).log().mean()) / 2
    disc_a = -(p(n["Q_a"](X_B, X_A)).log().mean() + (1 - p(n["Q_a"](X_B, x_a_hat))).log().mean()) / 2
    discriminators, generators = made.phases
    total, logged = loss_of(generators, X_A, X_B)
    torch.testing.assert_close(logged, {"loss/gan": gan, "loss/l1": l1}, rtol=1e-10, atol=0)
    torch.testing.assert_close(total, gan + 100 * l1, rtol=1e-10, atol=0)
    total, logged = loss_of(discriminators, X_A, X_B)
    torch.testing.assert_close(logged, {"loss/disc_a": disc_a, "loss/disc_b": disc_b}, rtol=1e-10, atol=0)
    torch.testing.assert_close(total, disc_a + disc_b, rtol=1e-10, atol=0)


def test_the_discriminators_come_first_and_the_translations_are_not_theirs_to_move() -> None:
    made = method("pix2pix")
    assert [phase.name for phase in made.phases] == ["discriminators", "generators"]
    with training_only(made, made.phases[0]):
        loss_of(made.phases[0], images(1), images(2))[0].backward()
    assert all(p.grad is None for name in ("G_ab", "G_ba") for p in made.networks[name].parameters())


def test_without_the_adversarial_term_it_is_a_regression() -> None:
    made = method("pix2pix", gan=0)
    assert [phase.name for phase in made.phases] == ["generators"]
    _, logged = loss_of(made.phases[0], images(1), images(2))
    assert set(logged) == {"loss/l1"}


def test_parameters_at_the_scale_of_the_paper() -> None:
    scale = load_params(PARAMS).scales["paper"]
    with torch.device("meta"):
        made = load("pix2pix")(
            scale.networks.model_dump(), {"gan": 1, "l1": 100} | OPTIONS, IMAGE_POOL, seed=0, size=scale.images.size
        )
    counts = {name: sum(p.numel() for p in network.parameters()) for name, network in made.networks.items()}
    assert counts == {"G_ab": 54_413_955, "G_ba": 54_413_955, "Q_a": 2_768_705, "Q_b": 2_768_705}
    assert (made.multiple, made.has_styles) == (256, True)


def test_both_phases_of_a_step_see_the_same_dropout_and_the_next_step_another() -> None:
    made, x = with_dropout(), (images(1, size=64), images(2, size=64))
    drawn = [phase.inputs(*x) for _ in range(2) for phase in made.phases]
    for u in ("u_a", "u_b"):
        assert torch.equal(drawn[0][u], drawn[1][u])
        assert not torch.equal(drawn[1][u], drawn[2][u])
        assert drawn[0][u].shape == (2, 1, 16, 4, 4)
    assert not torch.equal(drawn[0]["u_a"], drawn[0]["u_b"])


def test_dropout_makes_styles_and_the_default_is_that_of_seed_0() -> None:
    made, x = with_dropout().eval(), images(1, count=1, size=64)
    styles = [made.draw_style(x, "b", torch.Generator().manual_seed(seed)) for seed in (0, 1)]
    first, other = (made.translate(x, "b", style) for style in styles)
    assert torch.equal(made.translate(x, "b"), first)
    assert not torch.equal(first, other)
    assert not method("pix2pix").has_styles  # at 32 pixels


def test_with_dropout_it_goes_on_from_a_checkpoint_to_the_bit(tmp_path: Path) -> None:
    a, b = pictures(1, 3, 64), pictures(2, 3, 64)
    batches = Batches(a, b, 2, 64, True, 0, paired=True)
    whole, before, after = (with_dropout() for _ in range(3))
    plans: list[tuple[Method, int, Any]] = [(whole, 8, None), (before, 4, tmp_path), (after, 8, tmp_path)]
    for made, count, folder in plans:
        trained(made, batches, tiny_schedule(images=count, decay_from=1.0), folder, every_seconds=0)
    for key, value in (weights_of(whole) | pools_of(whole)).items():
        assert torch.equal((weights_of(after) | pools_of(after))[key], value), key


def test_it_learns_its_pairs_by_heart() -> None:
    made = method("pix2pix", width=8)
    log = overfitted(made, pictures(1), pictures(2), 120, 2e-3)
    first, last = first_and_last(log, "l1")
    assert last < first / 4
    assert {phase.name for phase in made.phases} == {"discriminators", "generators"}
