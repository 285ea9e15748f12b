"""DiscoGAN against its formulas, network by network."""

import pytest
import torch
from torch import Tensor, nn

from crossnet.methods.base import Method, load
from crossnet.methods.discogan import PATHS
from crossnet.methods.graph import Paths
from crossnet.models.discogan import LayeredDiscriminator
from tests.support.formulas import assert_descends, counts
from tests.support.overfit import overfitted
from tests.support.spelled import Spelled
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, images, method

X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)
NAMES = {name: name for name in ("G_ab", "G_ba", "Q_a", "Q_b")}


def test_paths_read_as_formulas() -> None:
    paths = Paths(PATHS, NAMES, {"x_a": "x_a", "x_b": "x_b"}, Spelled())
    assert paths["x_a_rec"] == "G_ba(G_ab(x_a))"
    assert paths["x_b_rec"] == "G_ab(G_ba(x_b))"
    assert (paths["q_b_hat"], paths["q_a_hat"]) == ("Q_b(G_ab(x_a))", "Q_a(G_ba(x_b))")
    assert (paths["q_b"], paths["q_a"]) == ("Q_b(x_b)", "Q_a(x_a)")


def judged(q: nn.Module, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """The probability that images are real, and the outputs of all layers but the first and the last."""
    assert isinstance(q, LayeredDiscriminator)
    maps = []
    for layer in q.layers:
        x = layer(x)
        maps.append(x)
    return torch.sigmoid(q.last(x)), maps[1:]


def by_hand(made: Method) -> dict[str, Tensor]:
    n = made.networks
    x_b_hat, x_a_hat = n["G_ab"](X_A), n["G_ba"](X_B)
    found = {
        "reconstruction": ((n["G_ba"](x_b_hat) - X_A) ** 2).mean() / 4 + ((n["G_ab"](x_a_hat) - X_B) ** 2).mean() / 4,
        "gan": torch.zeros(()),
        "features": torch.zeros(()),
    }
    for side, x, x_hat in (("a", X_A, x_a_hat), ("b", X_B, x_b_hat)):
        (real, real_maps), (fake, fake_maps) = (judged(n[f"Q_{side}"], each) for each in (x, x_hat))
        found["gan"] = found["gan"] - fake.log().mean()
        for one, other in zip(real_maps, fake_maps, strict=True):
            found["features"] = found["features"] + ((one.mean(0) - other.mean(0)) ** 2).mean()
        found[f"disc_{side}"] = -(real.log().mean() + (1 - fake).log().mean()) / 2
    return found


@pytest.mark.parametrize(
    ("place", "weights"),
    [
        (0, {"disc_a": 1, "disc_b": 1}),
        (1, {"gan": 0.99 * 0.1, "features": 0.99 * 0.9, "reconstruction": 0.01}),
        (2, {"gan": 0.5 * 0.1, "features": 0.5 * 0.9, "reconstruction": 0.5}),
    ],
)
def test_each_phase_descends_its_formulas(place: int, weights: dict[str, float]) -> None:
    made = method("discogan", dtype=torch.float64)
    assert_descends(made, made.phases[place], {"x_a": X_A, "x_b": X_B}, by_hand(made), weights)


def test_one_step_of_three_is_the_discriminators_and_early_and_late_share_moments() -> None:
    discriminators, early, late = method("discogan").phases
    assert [step for step in range(30) if discriminators.due(step, 30)] == [*range(0, 30, 3)]
    assert [step for step in range(30) if early.due(step, 30)] == [1, 2]
    assert [step for step in range(12) if late.due(step, 30)] == [4, 5, 7, 8, 10, 11]
    assert early.optimizer == late.optimizer != discriminators.optimizer
    assert method("discogan").pace == {"decay_from": 1.0, "weight_decay": 1e-5}


def test_parameters_of_its_paper() -> None:
    with torch.device("meta"):
        shape = NETWORKS | {"width": 64, "discriminator_width": 64}
        made = load("discogan")(shape, WEIGHTS["discogan"], IMAGE_POOL, seed=0, size=64)
    assert counts(made) == {"G_ab": 5_513_856, "G_ba": 5_513_856, "Q_a": 2_765_568, "Q_b": 2_765_568}
    assert made.multiple == 16


def test_training_moves_the_statistics_that_translating_uses() -> None:
    made, x = method("discogan"), images(1)
    before = made.eval().translate(x, "b")
    made.train().translate(3 * x, "b")
    assert not torch.equal(made.eval().translate(x, "b"), before)


def test_it_learns_to_rebuild_two_images() -> None:
    found = overfitted("discogan", steps=150, lr=4e-3)
    assert found["reconstruction"][-1] < 0.5 * found["reconstruction"][0]
