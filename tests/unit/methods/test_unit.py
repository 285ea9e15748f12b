"""UNIT against its formulas, network by network."""

import torch
from torch import Tensor

from crossnet.methods.base import Method, load
from crossnet.methods.graph import Paths
from crossnet.methods.unit import PATHS
from tests.support.formulas import assert_descends, counts
from tests.support.overfit import overfitted
from tests.support.spelled import Spelled
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, images, method

X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)
NAMES = {name: name for name in ("E_a", "E_b", "S", "H", "D_a", "D_b", "Q_a", "Q_b", "plus_a", "plus_b")}


def test_paths_read_as_formulas() -> None:
    given = ("x_a", "x_b", "e_a", "e_b", "e_a_back", "e_b_back")
    paths = Paths(PATHS, NAMES, {name: name for name in given}, Spelled())
    assert paths["x_a_rec"] == "D_a(H(plus_a(S(E_a(x_a)), e_a)))"
    assert paths["x_b_hat"] == "D_b(H(plus_a(S(E_a(x_a)), e_a)))"
    assert paths["x_a_hat"] == "D_a(H(plus_b(S(E_b(x_b)), e_b)))"
    assert paths["x_a_cyc"] == f"D_a(H(plus_a(S(E_b({paths['x_b_hat']})), e_a_back)))"
    assert paths["x_b_cyc"] == f"D_b(H(plus_b(S(E_a({paths['x_a_hat']})), e_b_back)))"


def real(scores: Tensor) -> Tensor:
    return -torch.sigmoid(scores).log().mean()


def fake(scores: Tensor) -> Tensor:
    return -(1 - torch.sigmoid(scores)).log().mean()


def by_hand(made: Method, d: dict[str, Tensor]) -> dict[str, Tensor]:
    n = made.networks

    def coded(x: Tensor, side: str, noise: Tensor) -> Tensor:
        return n["S"](n[f"E_{side}"](x)) + noise

    def decoded(z: Tensor, side: str) -> Tensor:
        return n[f"D_{side}"](n["H"](z))

    def l1(x: Tensor, y: Tensor) -> Tensor:
        return (x - y).abs().mean()

    z_a, z_b = coded(X_A, "a", d["e_a"]), coded(X_B, "b", d["e_b"])
    x_b_hat, x_a_hat = decoded(z_a, "b"), decoded(z_b, "a")
    found = {
        "gan": real(n["Q_b"](x_b_hat)) + real(n["Q_a"](x_a_hat)),
        "reconstruction": l1(decoded(z_a, "a"), X_A) + l1(decoded(z_b, "b"), X_B),
        "kl": (z_a**2).mean() + (z_b**2).mean(),
        "disc_a": real(n["Q_a"](X_A)) + fake(n["Q_a"](x_a_hat)),
        "disc_b": real(n["Q_b"](X_B)) + fake(n["Q_b"](x_b_hat)),
    }
    if "e_a_back" in d:
        z_a_back, z_b_back = coded(x_b_hat, "b", d["e_a_back"]), coded(x_a_hat, "a", d["e_b_back"])
        found["cycle"] = l1(decoded(z_a_back, "a"), X_A) + l1(decoded(z_b_back, "b"), X_B)
        found["kl_cycle"] = (z_a_back**2).mean() + (z_b_back**2).mean()
    return found


def test_each_phase_descends_its_formulas() -> None:
    made = method("unit", dtype=torch.float64)
    weights = {"gan": 10, "reconstruction": 100, "kl": 0.1, "cycle": 100, "kl_cycle": 0.1}
    for phase, terms in zip(made.phases, ({"disc_a": 10, "disc_b": 10}, weights), strict=True):
        inputs = phase.inputs(X_A, X_B)
        assert_descends(made, phase, inputs, by_hand(made, inputs), terms)


def test_discriminators_come_first_and_every_encoding_has_noise_of_its_own() -> None:
    made = method("unit")
    assert [phase.name for phase in made.phases] == ["discriminators", "generators"]
    drawn = [x for phase in made.phases for name, x in phase.inputs(X_A, X_B).items() if name.startswith("e_")]
    assert [x.shape for x in drawn] == [(2, 8, 8, 8)] * 6
    assert len({float(x.flatten()[0]) for x in drawn}) == 6
    assert made.pace == {"rate": 0.5, "decay_from": 1.0, "weight_decay": 1e-4}


def test_it_translates_without_noise() -> None:
    made, x = method("unit"), images(1)
    n = made.networks
    code = n["S"](n["E_a"](x))
    assert torch.equal(made.encode(x, "b"), code)
    assert torch.equal(made.translate(x, "b"), n["D_b"](n["H"](code)))
    assert torch.equal(made.translate(x, "a"), n["D_a"](n["H"](n["S"](n["E_b"](x)))))


def test_parameters_of_its_paper() -> None:
    with torch.device("meta"):
        shape = NETWORKS | {"width": 64, "discriminator_width": 64}
        found = counts(load("unit")(shape, WEIGHTS["unit"], IMAGE_POOL, seed=0, size=256))
    of = {"E": 3_918_976, "S": 1_180_160, "H": 1_180_160, "D": 3_909_507, "Q": 25_149_057}
    assert found == {name: of[name[0]] for name in found}
    assert sum(count for name, count in found.items() if name[0] != "Q") == 18_017_286


def test_it_learns_to_rebuild_two_images_in_both_ways() -> None:
    found = overfitted("unit", steps=60, width=4, lr=4e-3)
    for term in ("reconstruction", "cycle"):
        assert found[term][-1] < 0.7 * found[term][0], term
