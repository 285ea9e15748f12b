"""MUNIT against its formulas, network by network."""

import pytest
import torch
from torch import Tensor

from crossnet.methods.base import Method, load
from crossnet.methods.graph import Paths
from crossnet.methods.munit import PATHS
from tests.support.formulas import assert_descends, counts
from tests.support.overfit import overfitted
from tests.support.spelled import Spelled
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, images, method

X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)
NAMES = {f"{name}_{side}": f"{name}_{side}" for name in ("Ec", "Es", "M", "D", "Q") for side in "ab"}


def test_paths_read_as_formulas() -> None:
    paths = Paths(PATHS, NAMES, {name: name for name in ("x_a", "x_b", "n_a", "n_b")}, Spelled())
    assert paths["x_a_rec"] == "D_a(Ec_a(x_a), M_a(Es_a(x_a)))"
    assert paths["x_b_hat"] == "D_b(Ec_a(x_a), M_b(n_b))"
    assert paths["x_a_hat"] == "D_a(Ec_b(x_b), M_a(n_a))"
    assert paths["s_b_back"] == f"Es_b({paths['x_b_hat']})"
    assert paths["c_a_back"] == f"Ec_b({paths['x_b_hat']})"
    assert paths["x_a_cyc"] == f"D_a(Ec_b({paths['x_b_hat']}), M_a(Es_a(x_a)))"
    assert paths["x_b_cyc"] == f"D_b(Ec_a({paths['x_a_hat']}), M_b(Es_b(x_b)))"


def l1(x: Tensor, y: Tensor) -> Tensor:
    return (x - y).abs().mean()


def judged(scores: Tensor, target: float) -> Tensor:
    """The sum of the mean squares of all scales."""
    return sum(((scores[:, place] - target) ** 2).mean() for place in range(scores.shape[1]))


def by_hand(made: Method, n_a: Tensor, n_b: Tensor) -> dict[str, Tensor]:
    n = made.networks

    def encoded(x: Tensor, side: str) -> tuple[Tensor, Tensor]:
        return n[f"Ec_{side}"](x), n[f"Es_{side}"](x)

    def decoded(c: Tensor, s: Tensor, side: str) -> Tensor:
        return n[f"D_{side}"](c, n[f"M_{side}"](s))

    (c_a, s_a), (c_b, s_b) = encoded(X_A, "a"), encoded(X_B, "b")
    x_b_hat, x_a_hat = decoded(c_a, n_b, "b"), decoded(c_b, n_a, "a")
    (c_a_back, s_b_back), (c_b_back, s_a_back) = encoded(x_b_hat, "b"), encoded(x_a_hat, "a")
    return {
        "gan": judged(n["Q_b"](x_b_hat), 1) + judged(n["Q_a"](x_a_hat), 1),
        "image": l1(decoded(c_a, s_a, "a"), X_A) + l1(decoded(c_b, s_b, "b"), X_B),
        "style": l1(s_b_back, n_b) + l1(s_a_back, n_a),
        "content": l1(c_a_back, c_a) + l1(c_b_back, c_b),
        "cycle": l1(decoded(c_a_back, s_a, "a"), X_A) + l1(decoded(c_b_back, s_b, "b"), X_B),
        "disc_a": judged(n["Q_a"](X_A), 1) + judged(n["Q_a"](x_a_hat), 0),
        "disc_b": judged(n["Q_b"](X_B), 1) + judged(n["Q_b"](x_b_hat), 0),
    }


def test_each_phase_descends_its_formulas() -> None:
    made = method("munit", dtype=torch.float64)
    weights = {"gan": 1, "image": 10, "style": 1, "content": 1, "cycle": 10}
    for phase, terms in zip(made.phases, ({"disc_a": 1, "disc_b": 1}, weights), strict=True):
        inputs = phase.inputs(X_A, X_B)
        assert_descends(made, phase, inputs, by_hand(made, inputs["n_a"], inputs["n_b"]), terms)


def test_discriminators_come_first_each_phase_with_styles_of_its_own() -> None:
    made = method("munit")
    first, second = (phase.inputs(X_A, X_B)["n_a"] for phase in made.phases)
    assert [phase.name for phase in made.phases] == ["discriminators", "generators"]
    assert first.shape == (2, 8)
    assert not torch.equal(first, second)
    assert made.pace == {"rate": 0.5, "decay_from": 1.0, "halvings": 9, "weight_decay": 1e-4}


def test_parameters_of_its_paper() -> None:
    with torch.device("meta"):
        shape = NETWORKS | {"width": 64, "discriminator_width": 64}
        made = load("munit")(shape, WEIGHTS["munit"], IMAGE_POOL, seed=0, size=256)
    of = {"Ec": 5_385_856, "Es": 2_764_936, "M": 1_120_768, "D": 5_754_627, "Q": 8_271_171}
    assert counts(made) == {name: of[name.partition("_")[0]] for name in made.networks}
    assert sum(counts(made).values()) == 46_594_716


def test_autoencoders_begin_by_kaiming_and_discriminators_small() -> None:
    made = method("munit", width=8)
    assert float(made.networks["Ec_a"][0].weight.detach().std()) == pytest.approx((2 / 147) ** 0.5, rel=0.1)
    assert float(made.networks["Q_a"].scales[0][0].weight.detach().std()) == pytest.approx(0.02, rel=0.3)


def test_a_style_may_be_that_of_an_example() -> None:
    made, x, example = method("munit"), images(1, count=1), images(5, count=1)
    style = made.style_of(example, "b")
    n = made.networks
    assert torch.equal(made.translate(x, "b", style), n["D_b"](n["Ec_a"](x), n["M_b"](n["Es_b"](example))))
    drawn = made.draw_style(x, "b", torch.Generator().manual_seed(3))
    assert torch.equal(made.translate(x, "b", drawn), n["D_b"](n["Ec_a"](x), n["M_b"](drawn)))


def test_it_learns_to_rebuild_two_images_in_both_ways() -> None:
    found = overfitted("munit", steps=60, width=4, lr=4e-3)
    for term in ("image", "cycle"):
        assert found[term][-1] < 0.7 * found[term][0], term
    assert found["style"][-1] < found["style"][0]
