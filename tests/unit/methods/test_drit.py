"""DRIT against its formulas, network by network."""

import pytest
import torch
from torch import Tensor

from crossnet.methods.base import Method, load
from crossnet.methods.drit import PATHS
from crossnet.methods.graph import Paths
from crossnet.models.drit import ContentDiscriminator
from tests.support.formulas import assert_descends, counts
from tests.support.overfit import overfitted
from tests.support.spelled import Spelled
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, images, method

X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)
NAMES = {name: name for name, *_ in PATHS.values()}
GIVEN = ("x_a", "x_b", "z", *(f"{name}_{side}{back}" for name in "eu" for side in "ab" for back in ("", "_back")))


def test_paths_read_as_formulas() -> None:
    paths = Paths(PATHS, NAMES, {name: name for name in GIVEN}, Spelled())
    c_a, c_b = "H(plus_a(S(F_a(x_a)), e_a))", "H(plus_b(S(F_b(x_b)), e_b))"
    assert paths["x_a_rec"] == f"G_a({c_a}, draw_a(A_a(x_a), u_a))"
    assert paths["x_a_hat"] == f"G_a({c_b}, draw_a(A_a(x_a), u_a))"
    assert paths["x_b_hat"] == f"G_b({c_a}, draw_b(A_b(x_b), u_b))"
    assert paths["x_a_rnd"] == f"G_a({c_b}, z)"
    assert paths["x_b_rnd"] == f"G_b({c_a}, z)"
    content = f"H(plus_a(S(F_b({paths['x_b_hat']})), e_a_back))"
    assert paths["x_a_cyc"] == f"G_a({content}, draw_a(A_a({paths['x_a_hat']}), u_a_back))"
    assert paths["t_b_rnd"] == f"A_b({paths['x_b_rnd']})"
    assert paths["qc_b"] == "Qc(plus_b(S(F_b(x_b)), e_b))"


def bce(scores: Tensor, target: float) -> Tensor:
    p = torch.sigmoid(scores)
    return -(target * p.log() + (1 - target) * (1 - p).log()).mean()


def judged(scores: Tensor, target: float) -> Tensor:
    return sum(bce(scores[:, place], target) for place in range(scores.shape[1]))


def l1(x: Tensor, y: Tensor) -> Tensor:
    return (x - y).abs().mean()


def by_hand(made: Method, d: dict[str, Tensor]) -> dict[str, Tensor]:
    n = made.networks

    def content(x: Tensor, side: str, noise: Tensor) -> Tensor:
        return n["S"](n[f"F_{side}"](x)) + noise

    def attribute(x: Tensor, side: str, u: Tensor) -> Tensor:
        t = n[f"A_{side}"](x)
        return t[:, :8] + torch.exp(t[:, 8:] / 2) * u

    def made_of(c: Tensor, z: Tensor, side: str) -> Tensor:
        return n[f"G_{side}"](n["H"](c), z)

    def kl(x: Tensor, side: str) -> Tensor:
        mean, variance = n[f"A_{side}"](x)[:, :8], n[f"A_{side}"](x)[:, 8:].exp()
        return ((mean**2 + variance - 1 - variance.log()) / 2).sum() / len(x)

    c_a, c_b = content(X_A, "a", d["e_a"]), content(X_B, "b", d["e_b"])
    found = {
        "disc_content": bce(n["Qc"](c_a), 0) + bce(n["Qc"](c_b), 1),
        "content_gan": bce(n["Qc"](c_a), 0.5) + bce(n["Qc"](c_b), 0.5),
        "content_decay": (c_a**2).mean() + (c_b**2).mean(),
    }
    if "z" not in d:
        return found
    z_a, z_b = attribute(X_A, "a", d["u_a"]), attribute(X_B, "b", d["u_b"])
    x_a_hat, x_b_hat = made_of(c_b, z_a, "a"), made_of(c_a, z_b, "b")
    x_a_rnd, x_b_rnd = made_of(c_b, d["z"], "a"), made_of(c_a, d["z"], "b")
    found |= {
        "gan": judged(n["Q_a"](x_a_hat), 1) + judged(n["Q_b"](x_b_hat), 1),
        "reconstruction": l1(made_of(c_a, z_a, "a"), X_A) + l1(made_of(c_b, z_b, "b"), X_B),
        "kl": kl(X_A, "a") + kl(X_B, "b"),
        "gan_random": judged(n["R_a"](x_a_rnd), 1) + judged(n["R_b"](x_b_rnd), 1),
        "latent": l1(n["A_a"](x_a_rnd)[:, :8], d["z"]) + l1(n["A_b"](x_b_rnd)[:, :8], d["z"]),
        "disc_a": judged(n["Q_a"](X_A), 1) + judged(n["Q_a"](x_a_hat), 0),
        "disc_b": judged(n["Q_b"](X_B), 1) + judged(n["Q_b"](x_b_hat), 0),
        "disc_random_a": judged(n["R_a"](X_A), 1) + judged(n["R_a"](x_a_rnd), 0),
        "disc_random_b": judged(n["R_b"](X_B), 1) + judged(n["R_b"](x_b_rnd), 0),
    }
    if "e_a_back" in d:
        c_a, c_b = content(x_b_hat, "b", d["e_a_back"]), content(x_a_hat, "a", d["e_b_back"])
        z_a, z_b = attribute(x_a_hat, "a", d["u_a_back"]), attribute(x_b_hat, "b", d["u_b_back"])
        found["cross_cycle"] = l1(made_of(c_a, z_a, "a"), X_A) + l1(made_of(c_b, z_b, "b"), X_B)
    return found


TERMS = [
    {"disc_content": 1},
    {"disc_a": 1, "disc_b": 1, "disc_random_a": 1, "disc_random_b": 1},
    {"gan": 1, "content_gan": 1, "cross_cycle": 10, "reconstruction": 10, "kl": 0.01, "content_decay": 0.01},
    {"gan_random": 1, "latent": 10},
]


@pytest.mark.parametrize("place", range(4))
def test_each_phase_descends_its_formulas(place: int) -> None:
    made = method("drit", dtype=torch.float64)
    phase = made.phases[place]
    inputs = phase.inputs(X_A, X_B)
    assert_descends(made, phase, inputs, by_hand(made, inputs), TERMS[place])


def test_the_content_discriminator_is_trained_in_every_step_and_all_else_in_every_third() -> None:
    content, *others = method("drit").phases
    assert [phase.name for phase in others] == ["discriminators", "generators", "random"]
    assert [step for step in range(6) if content.due(step, 6)] == [0, 1, 2, 3, 4, 5]
    assert all([step for step in range(6) if phase.due(step, 6)] == [2, 5] for phase in others)
    assert (content.rate, content.clip) == (0.4, 5.0)
    assert [phase.optimizer for phase in others[1:]] == ["generators"] * 2
    assert set(others[1].networks) - set(others[2].networks) == {"A_a", "A_b"}
    assert method("drit").pace == {"rate": 0.5, "weight_decay": 1e-4}
    assert all(phase.every == 1 for phase in method("drit", period=1).phases)


def test_parameters_of_its_paper() -> None:
    with torch.device("meta"):
        shape = NETWORKS | {"width": 64, "discriminator_width": 64}
        found = counts(load("drit")(shape, WEIGHTS["drit"], IMAGE_POOL, seed=0, size=256))
    of = {
        "F": 3_918_976,
        "S": 1_180_160,
        "H": 1_180_160,
        "A": 1_344_080,
        "G": 4_192_275,
        "Q": 8_271_171,
        "R": 8_271_171,
    }
    assert found == {name: of[name[0]] for name in found} | {"Qc": 10_683_649}
    assert 2 * found["F_a"] + found["S"] == 9_018_112
    assert 2 * found["G_a"] + found["H"] == 9_564_710
    assert sum(found.values()) == 65_039_315


@pytest.mark.parametrize(("side", "scores"), [(64, 2), (54, 1), (32, 1), (16, 1), (8, 1), (6, 3)])
def test_the_content_discriminator_fits_smaller_codes(side: int, scores: int) -> None:
    assert ContentDiscriminator(1, side)(torch.zeros(1, 4, side, side)).shape == (1, 1, scores, scores)


def test_it_translates_without_noise_by_an_attribute_that_is_drawn_or_an_examples() -> None:
    made, x = method("drit"), images(1, count=1)
    n = made.networks
    drawn = made.draw_style(x, "b", torch.Generator().manual_seed(3))
    code = n["S"](n["F_a"](x))
    assert torch.equal(made.encode(x, "b"), code)
    assert torch.equal(made.translate(x, "b", drawn), n["G_b"](n["H"](code), drawn))
    assert torch.equal(made.style_of(x, "a"), n["A_a"](x)[:, :8])


def test_it_learns_to_rebuild_two_images_in_both_ways() -> None:
    found = overfitted("drit", steps=60, width=4, lr=4e-3, period=1)
    for term in ("reconstruction", "cross_cycle"):
        assert found[term][-1] < 0.7 * found[term][0], term
