"""StarGAN against its formulas."""

import pytest
import torch
from torch import Tensor, nn

from crossnet.methods.base import Method, load
from crossnet.methods.graph import Paths
from crossnet.methods.stargan import PATHS
from crossnet.models.stargan import ClassifyingDiscriminator
from tests.support.formulas import assert_descends, counts
from tests.support.overfit import overfitted
from tests.support.spelled import Spelled
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, images, method

X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)
NAMES = {name: name for name in ("G", "Q", "mix_a", "mix_b")}


def test_paths_read_as_formulas() -> None:
    given = ("x_a", "x_b", "c_a", "c_b", "t_a", "t_b", "u_a", "u_b")
    paths = Paths(PATHS, NAMES, {name: name for name in given}, Spelled())
    assert paths["x_a_rec"] == "G(G(x_a, t_a), c_a)"
    assert paths["x_b_rec"] == "G(G(x_b, t_b), c_b)"
    assert (paths["x_b_hat"], paths["x_a_hat"]) == ("G(x_a, c_b)", "G(x_b, c_a)")
    assert paths["q_y_b"] == "Q(G(x_b, t_b))"
    assert paths["x_a_mix"] == "mix_a(x_a, G(x_a, t_a), u_a)"


def judged(q: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """A map of scores, and logits of the domains."""
    assert isinstance(q, ClassifyingDiscriminator)
    h = q.layers(x)
    return q.score(h), q.classify(h)[:, :, 0, 0]


def chosen(logits: Tensor, label: Tensor) -> Tensor:
    return -(torch.log_softmax(logits, 1)[label == 1]).mean()


def by_hand(made: Method, d: dict[str, Tensor]) -> dict[str, Tensor]:
    g, q = made.networks["G"], made.networks["Q"]
    found = dict.fromkeys(("gan", "domain", "reconstruction"), torch.zeros(()))
    for side, x in (("a", X_A), ("b", X_B)):
        target, label = d[f"t_{side}"], d[f"c_{side}"]
        y = g(x, target)
        (score, logits), (real, real_logits) = judged(q, y), judged(q, x)
        found["gan"] = found["gan"] - score.mean()
        found["domain"] = found["domain"] + chosen(logits, target)
        found["reconstruction"] = found["reconstruction"] + (g(y, label) - x).abs().mean()
        found[f"disc_{side}"] = score.mean() - real.mean()
        found[f"real_domain_{side}"] = chosen(real_logits, label)
        if "u_a" in d:
            at = (d[f"u_{side}"] * y + (1 - d[f"u_{side}"]) * x).detach().requires_grad_()
            [slope] = torch.autograd.grad(judged(q, at)[0].sum(), at, create_graph=True)
            found[f"penalty_{side}"] = ((slope.square().sum((1, 2, 3)).sqrt() - 1) ** 2).mean()
    return found


@pytest.mark.parametrize(
    ("place", "weights"),
    [
        (
            0,
            {
                f"{name}_{side}": weight
                for name, weight in (("disc", 1), ("real_domain", 1), ("penalty", 10))
                for side in "ab"
            },
        ),
        (1, {"gan": 1, "domain": 1, "reconstruction": 10}),
    ],
)
def test_each_phase_descends_its_formulas(place: int, weights: dict[str, float]) -> None:
    made = method("stargan", dtype=torch.float64)
    targets = {"t_a": [[1.0, 0.0], [0.0, 1.0]], "t_b": [[0.0, 1.0], [0.0, 1.0]]}  # those of the domains differ
    labels = {name: torch.tensor(label, dtype=torch.float64) for name, label in targets.items()}
    inputs = made.phases[place].inputs(X_A, X_B) | labels
    assert_descends(made, made.phases[place], inputs, by_hand(made, inputs), weights)


def test_labels_are_those_of_the_batch_in_another_order() -> None:
    made, seen = method("stargan"), set()
    for _ in range(20):
        drawn = made.phases[1].inputs(X_A, X_B)
        assert torch.equal(drawn["c_a"], torch.tensor([[1.0, 0.0]] * 2).double())
        assert torch.equal(drawn["c_b"], torch.tensor([[0.0, 1.0]] * 2).double())
        targets = torch.cat([drawn["t_a"], drawn["t_b"]])
        assert targets.sum(0).tolist() == [2, 2]
        seen.add(tuple(targets[:, 0].tolist()))
    assert len(seen) > 3


def test_the_discriminator_is_trained_in_every_step_and_the_generator_in_every_fifth() -> None:
    discriminator, generator = method("stargan").phases
    assert discriminator.every == 1
    assert [step for step in range(12) if generator.due(step, 12)] == [4, 9]
    assert method("stargan").pace == {"rate": 0.5}


def test_the_label_decides_the_translation() -> None:
    made, x = method("stargan"), images(1)
    to_a, to_b = (torch.tensor([label, 1 - label]).expand(2, -1) for label in (1.0, 0.0))
    assert torch.equal(made.translate(x, "b"), made.networks["G"](x, to_b))
    assert torch.equal(made.translate(x, "a"), made.networks["G"](x, to_a))
    assert not torch.allclose(made.translate(x, "a"), made.translate(x, "b"))


@pytest.mark.parametrize(("size", "discriminator"), [(128, 44_737_472), (256, 44_786_624)])
def test_parameters_of_its_paper(size: int, discriminator: int) -> None:
    with torch.device("meta"):
        shape = NETWORKS | {"width": 64, "discriminator_width": 64}
        made = load("stargan")(shape, WEIGHTS["stargan"], IMAGE_POOL, seed=0, size=size)
    assert counts(made) == {"G": 8_421_120, "Q": discriminator}


def test_it_learns_to_rebuild_two_images_and_to_tell_the_domains() -> None:
    found = overfitted("stargan", steps=150, width=4, lr=4e-3, critic_steps=2)
    assert found["reconstruction"][-1] < 0.7 * found["reconstruction"][0]
    assert found["real_domain_a"][-1] < 0.3 < found["real_domain_a"][0]
