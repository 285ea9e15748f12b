"""AGGAN: its paths as formulas, its losses in numbers, its schedule, its parameters, and its score maps."""

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import l_disc
from crossnet.methods.aggan import LOSSES, OPTIONS, PATHS, l_disc_marked, l_gan_marked
from crossnet.methods.base import load
from crossnet.methods.graph import Paths
from crossnet.model import scores
from crossnet.models.aggan import Attention, Discriminator
from crossnet.params import load_params
from crossnet.training.batches import Batches
from tests.support.committed import PARAMS
from tests.support.overfit import overfitted
from tests.support.spelled import Spelled
from tests.support.tiny import (
    IMAGE_POOL,
    images,
    loss_of,
    method,
    pools_of,
    tiny_batches,
    tiny_schedule,
    trained,
    weights_of,
)

B_HAT, A_HAT = "blend_b(G_ab(x_a), A_a(x_a), x_a)", "blend_a(G_ba(x_b), A_b(x_b), x_b)"
FORMULAS = {
    "x_b_hat": B_HAT,
    "x_a_hat": A_HAT,
    "x_a_cycled": f"blend_a(G_ba({B_HAT}), A_b({B_HAT}), {B_HAT})",
    "x_b_cycled": f"blend_b(G_ab({A_HAT}), A_a({A_HAT}), {A_HAT})",
    "q_b_hat": f"Q_b({B_HAT})",
    "q_a_hat": f"Q_a({A_HAT})",
    "q_b": "Q_b(x_b)",
    "q_a": "Q_a(x_a)",
    "q_b_pool": "Q_b(image_b(x_b_pool))",
    "q_a_pool": "Q_a(image_a(x_a_pool))",
    "q_s_b_hat": f"Q_b_bare(keep_b({B_HAT}, A_a(x_a)))",
    "q_s_a_hat": f"Q_a_bare(keep_a({A_HAT}, A_b(x_b)))",
    "q_s_b": "Q_b_bare(keep_b(x_b, A_b(x_b)))",
    "q_s_a": "Q_a_bare(keep_a(x_a, A_a(x_a)))",
    "q_s_b_pool": "Q_b_bare(show_b(x_b_pool))",
    "q_s_a_pool": "Q_a_bare(show_a(x_a_pool))",
}
COMPARED: dict[Any, tuple[str, ...]] = {
    LOSSES["gan"]: ("q_b_hat", "q_a_hat"),
    LOSSES["cycle"]: ("x_a_cycled", "x_a", "x_b_cycled", "x_b"),
    l_gan_marked: ("q_s_b_hat", "q_s_a_hat"),
    l_disc: ("q_a", "q_a_pool", "q_b", "q_b_pool"),
    l_disc_marked: ("q_s_a", "q_s_a_pool", "q_s_b", "q_s_b_pool"),
}
X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)


@pytest.mark.parametrize(("path", "formula"), FORMULAS.items())
def test_a_path_is_its_formula(path: str, formula: str) -> None:
    names = {row[0] for row in PATHS.values()}
    inputs = {name: name for name in ("x_a", "x_b", "x_a_pool", "x_b_pool")}
    assert Paths(PATHS, {name: name for name in names}, inputs, Spelled())[path] == formula


@pytest.mark.parametrize(("loss", "paths"), COMPARED.items())
def test_a_loss_reads_what_it_compares(loss: Any, paths: tuple[str, ...]) -> None:
    assert tuple(inspect.signature(loss).parameters) == paths


def test_its_losses_are_the_equations_before_and_after_the_switch() -> None:
    made = method("aggan", dtype=torch.float64, threshold=0.5, width=4)
    for name, x in (("A_a", X_A), ("A_b", X_B)):  # so that the threshold divides the pixels
        *layers, last, _ = made.networks[name]
        last.bias.data -= last(nn.Sequential(*layers)(x)).median()
    n = made.networks

    def halves(x: Tensor, name: str) -> tuple[Tensor, Tensor]:
        attention = n["A_a" if name == "G_ab" else "A_b"](x)
        return attention * n[name](x) + (1 - attention) * x, attention

    (x_b_hat, m_a), (x_a_hat, m_b) = halves(X_A, "G_ab"), halves(X_B, "G_ba")
    marked_a, marked_b = m_a >= 0.5, m_b >= 0.5
    assert 0.05 < marked_a.double().mean() < 0.95
    cycle = (halves(x_b_hat, "G_ba")[0] - X_A).abs().mean() + (halves(x_a_hat, "G_ab")[0] - X_B).abs().mean()
    q_b, q_a = n["Q_b"], n["Q_a"]
    whole = ((q_b(x_b_hat) - 1) ** 2).mean() + ((q_a(x_a_hat) - 1) ** 2).mean()
    part = ((q_b(x_b_hat * marked_a, False) - 1) ** 2).mean() + ((q_a(x_a_hat * marked_b, False) - 1) ** 2).mean()
    first, last, disc, disc_marked = made.phases
    for phase, gan in ((last, part), (first, whole)):
        total, logged = loss_of(phase, X_A, X_B)
        torch.testing.assert_close(logged, {"loss/gan": gan, "loss/cycle": cycle}, rtol=1e-10, atol=0)
        torch.testing.assert_close(total, gan + 10 * cycle, rtol=1e-10, atol=0)

    def told(q: Any, real: Tensor, fake: Tensor, normed: bool) -> Tensor:
        return (((q(real, normed) - 1) ** 2).mean() + (q(fake, normed) ** 2).mean()) / 2

    _, logged = loss_of(disc, X_A, X_B)
    wanted = {"loss/disc_b": told(q_b, X_B, x_b_hat, True), "loss/disc_a": told(q_a, X_A, x_a_hat, True)}
    torch.testing.assert_close(logged, wanted, rtol=1e-10, atol=0)
    loss_of(first, X_A, X_B)
    inputs = {"x_a_pool": torch.cat([x_a_hat, m_b], 1), "x_b_pool": torch.cat([x_b_hat, m_a], 1)}
    _, logged = disc_marked.loss(x_a=X_A, x_b=X_B, **inputs)
    wanted = {
        "loss/disc_b": told(q_b, X_B * marked_b, x_b_hat * marked_a, False),
        "loss/disc_a": told(q_a, X_A * marked_a, x_a_hat * marked_b, False),
    }
    torch.testing.assert_close(logged, wanted, rtol=1e-10, atol=0)


def test_the_pools_keep_translations_with_the_attention_of_their_sources() -> None:
    made = method("aggan", image_pool=0)
    loss_of(made.phases[0], images(1), images(2))
    inputs = made.phases[2].inputs(images(1), images(2))
    for side, x, to in (("a", images(1), "b"), ("b", images(2), "a")):
        with torch.no_grad():
            wanted = torch.cat([made.translate(x, "b" if to == "b" else "a"), made.networks[f"A_{side}"](x)], 1)
        torch.testing.assert_close(inputs[f"x_{to}_pool"], wanted)
    assert made.pools._translations is not None
    assert not any(each.requires_grad for each in made.pools._translations)


def test_its_schedule_freezes_the_attention_and_shares_moments() -> None:
    phases = {phase.name: phase for phase in method("aggan").phases}
    due = {name: [step for step in range(10) if phase.due(step, 10)] for name, phase in phases.items()}
    early, late = [0, 1, 2], [3, 4, 5, 6, 7, 8, 9]
    assert due == {
        "generators": early, "generators_marked": late, "discriminators": early, "discriminators_marked": late,
    }  # fmt: skip
    assert phases["generators"].networks == ("G_ab", "G_ba", "A_a", "A_b")
    assert phases["generators_marked"].networks == ("G_ab", "G_ba")
    assert [phase.optimizer for phase in phases.values()] == ["generators"] * 2 + ["discriminators"] * 2
    assert method("aggan").pace == {"rate": 0.5}


def test_after_the_switch_the_attention_and_the_norms_stay() -> None:
    made, early = method("aggan", switch=0.5), method("aggan", switch=1.0)
    for each, count in ((made, 12), (early, 6)):
        trained(each, tiny_batches(), tiny_schedule(images=count, decay_from=1.0))
    after, before = weights_of(made), weights_of(early)
    for key, value in after.items():
        frozen = key.startswith("A_") or ".norms." in key
        assert torch.equal(value, before[key]) == frozen, key


class Ending(Batches):
    """Batches that end a training at a step."""

    at = 0

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        if step == self.at:
            raise RuntimeError("ended")
        return super().__getitem__(step)


@pytest.mark.parametrize("at", [2, 3, 5])
def test_it_goes_on_to_the_bit_before_at_and_after_the_switch(tmp_path: Path, at: int) -> None:
    plan = tiny_schedule(images=12, decay_from=0.5, ema_decay=0.9)  # 6 steps, of which 3 are before the switch
    whole, broken, again = (method("aggan", switch=0.5) for _ in range(3))
    trained(whole, tiny_batches(), plan)
    ending = tiny_batches()
    ending.__class__ = Ending
    ending.at = at  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="ended"):
        trained(broken, ending, plan, tmp_path, every_seconds=0)
    trained(again, tiny_batches(), plan, tmp_path, every_seconds=0)
    for key, value in (weights_of(whole) | pools_of(whole)).items():
        assert torch.equal((weights_of(again) | pools_of(again))[key], value), key


def test_parameters_at_the_scale_of_the_paper() -> None:
    scale = load_params(PARAMS).scales["paper"]
    options = {"gan": 1, "cycle": 10} | OPTIONS | {"attention": "coded"}
    with torch.device("meta"):
        made = load("aggan")(scale.networks.model_dump(), options, IMAGE_POOL, seed=0, size=scale.images.size)
        printed = sum(p.numel() for p in Attention(32, "printed").parameters())
    counts = {name[0]: sum(p.numel() for p in network.parameters()) for name, network in made.networks.items()}
    assert counts == {"G": 2_855_811, "A": 104_001, "Q": 2_766_657}
    assert printed == 154_689


def test_attention_as_coded_is_constant_over_4x4_pixels_and_as_printed_not() -> None:
    x = images(1)
    for kernels, constant in (("coded", True), ("printed", False)):
        attention = Attention(4, kernels)(x)  # type: ignore[arg-type]
        assert attention.shape == (2, 1, 32, 32)
        assert (
            torch.equal(attention, attention[..., ::4, ::4].repeat_interleave(4, 2).repeat_interleave(4, 3)) == constant
        )


@pytest.mark.parametrize(("size", "scores"), [(256, 35), (32, 7)])
def test_the_discriminator_has_the_papers_map(size: int, scores: int) -> None:
    assert Discriminator(2)(torch.zeros(1, 3, size, size)).shape[-2:] == (scores, scores)


def test_the_score_map_is_what_the_attention_leaves_alone() -> None:
    made = method("aggan").eval()
    rgb = (torch.rand(2, 13, 10, 3, generator=torch.Generator().manual_seed(0)) * 255).to(torch.uint8).numpy()
    found = scores(made, rgb)
    assert found is not None
    assert found.shape == (2, 13, 10)
    x = images(4)
    torch.testing.assert_close(made.scores(x), 1 - made.networks["A_a"](x)[:, 0])


def test_a_translation_is_the_input_where_the_attention_is_0() -> None:
    made = method("aggan")
    *_, last, _ = made.networks["A_a"]
    last.weight.data.zero_(), last.bias.data.fill_(-100)
    assert torch.equal(made.translate(images(1), "b"), images(1))
    last.bias.data.fill_(100)
    torch.testing.assert_close(made.translate(images(1), "b"), made.networks["G_ab"](images(1)))


def test_it_learns_to_come_back() -> None:
    found = overfitted("aggan", steps=100, lr=4e-3)
    assert found["cycle"][-1] < found["cycle"][0] / 2
