"""A method that is made of tables, with all that the methods of the project do not have together."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, final

import pytest
import torch
from torch import Tensor, nn

from crossnet.engine.executor import BatchedExecutor
from crossnet.engine.threads import ThreadExecutor
from crossnet.methods.adversarial import l1, slope
from crossnet.methods.base import Domain, Phase
from crossnet.methods.graph import Executor, PathTable, PerDomain, reference
from crossnet.methods.noise import normal
from crossnet.methods.tables import TableMethod
from crossnet.training.cost import cost
from tests.support.tape import Tape
from tests.support.tiny import (
    IMAGE_POOL,
    NETWORKS,
    images,
    loss_of,
    pools_of,
    tiny_batches,
    tiny_schedule,
    trained,
    weights_of,
)


class Norm(nn.Sequential):
    """A convolution and batch norm: it mixes samples."""

    mixes_samples = True


def plus(h: Tensor, e: Tensor) -> Tensor:
    return h + e


def l_seen(y_a: Tensor, x_b: Tensor, y_b: Tensor, x_a: Tensor) -> PerDomain:
    return PerDomain(a=l1(y_a, x_b), b=l1(y_b, x_a))


def l_slope(N_a: nn.Module, x_a: Tensor) -> PerDomain:  # noqa: N803
    """The squared gradient of a network with respect to its input: a second derivative when it is descended."""
    return PerDomain(a=slope(lambda x: N_a(x).sigmoid(), x_a).square().mean(), b=0.0)


PATHS: PathTable = {
    "h_a": ("N_a", "x_a"),
    "h_b": ("N_b", "x_b"),
    "z_a": ("plus_a", "h_a", "e_a"),
    "z_b": ("plus_b", "h_b", "e_b"),
    "y_a": ("F", "z_a", "n"),
    "y_b": ("F", "z_b", "n"),
    "x_b_hat": ("F", "h_a", "n"),
    "x_a_hat": ("F", "h_b", "n"),
}


@final
class Tables(TableMethod):
    """y = F(N(x) + e, n), trained by two phases that share a network and its moments."""

    paths = PATHS
    operations = MappingProxyType({"plus_a": plus, "plus_b": plus})
    translates_with = ("N_a", "N_b", "F")
    has_styles = True

    def build(self) -> dict[str, nn.Module]:
        return {name: Norm(nn.Conv2d(3, 3, 1, bias=False), nn.BatchNorm2d(3)) for name in ("N_a", "N_b")} | {
            "F": Tinted()
        }

    def make_phases(self) -> tuple[Phase, ...]:
        return (
            self.phase("often", ("N_a", "F"), {"seen": l_seen}, self._draw, moments="all", clip=0.05),
            self.phase("seldom", ("N_b", "F"), {"seen": l_seen}, self._draw, moments="all", every=3, rate=0.5),
            self.phase("slope", ("N_a",), {"slope": l_slope}, since=0.5, clamp=0.2),
        )

    def _draw(self, x_a: Tensor, x_b: Tensor) -> Mapping[str, Tensor]:
        noise = {f"e_{side}": self.noise.normal(x_a, *x_a.shape[1:]) for side in "ab"}
        return noise | {"n": self.noise.normal(x_a, 3)}

    def test_inputs(self, x: Tensor, to: Domain, style: Tensor | None) -> Mapping[str, Any]:
        return {"n": style}

    def draw_style(self, x: Tensor, to: Domain, generator: torch.Generator) -> Tensor:
        return normal(generator, x, 3)


class Tinted(nn.Module):
    """A convolution whose channels a style weighs."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3, bias=False)

    def forward(self, z: Tensor, n: Tensor) -> Tensor:
        return torch.tanh(z * self.layer(n)[..., None, None])


def made(executor: Executor = reference, seed: int = 0) -> Tables:
    return Tables(NETWORKS, {}, IMAGE_POOL, seed=seed, executor=executor, size=32)


@pytest.mark.parametrize("executor", [BatchedExecutor(), ThreadExecutor(2)])
def test_every_executor_gives_the_numbers_of_single_calls(executor: Executor) -> None:
    found, wanted = made(executor), made()
    for phase, other in zip(found.phases, wanted.phases, strict=True):
        loss, _ = loss_of(phase, images(1), images(2))
        loss_of(other, images(1), images(2))[0].backward()
        loss.backward()
    for name, network in found.networks.items():
        for p, q in zip(network.parameters(), wanted.networks[name].parameters(), strict=True):
            torch.testing.assert_close(p.grad, q.grad)
        for x, y in zip(network.buffers(), wanted.networks[name].buffers(), strict=True):
            torch.testing.assert_close(x, y)


def test_a_gradient_of_a_gradient_reaches_the_weights() -> None:
    method = made(BatchedExecutor())
    loss_of(method.phases[2], images(1), images(2))[0].backward()
    found = method.networks["N_a"][0].weight.grad.clone()
    x = images(1).requires_grad_()
    n = made().networks["N_a"]
    [slope] = torch.autograd.grad(n(x).sigmoid().sum(), x, create_graph=True)
    [wanted] = torch.autograd.grad(slope.square().mean(), n[0].weight)
    torch.testing.assert_close(found, wanted)
    assert wanted.abs().sum() > 0


def test_it_trains_as_by_hand() -> None:
    plan = tiny_schedule(images=12, decay_from=1.0, lr=1e-2)
    found, wanted = made(), made()
    log = trained(found, tiny_batches(2), plan)
    networks = wanted.networks
    shared = [p for name in ("N_a", "F", "N_b") for p in networks[name].parameters()]
    adam, slope = (torch.optim.Adam(some, betas=plan.betas) for some in (shared, [*networks["N_a"].parameters()]))
    for step in range(6):
        x = tiny_batches(2)[step]
        for phase, optimizer, rate in zip(wanted.phases, (adam, adam, slope), (1e-2, 5e-3, 1e-2), strict=True):
            if (phase.name == "seldom" and step % 3) or (phase.name == "slope" and step < 3):
                continue
            for p in (*shared, *networks["N_a"].parameters()):
                p.grad = None
            weights = wanted.parameters_of(phase)
            gradients = torch.autograd.grad(loss_of(phase, *x)[0], weights)
            norm = sum(g.square().sum() for g in gradients) ** 0.5
            for p, g in zip(weights, gradients, strict=True):
                p.grad = g * min(1, 0.05 / (norm + 1e-6)) if phase.name == "often" else g
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            if phase.name == "slope":
                for p in weights:
                    p.data.clamp_(-0.2, 0.2)
    for key, value in weights_of(wanted).items():
        torch.testing.assert_close(weights_of(found)[key], value, rtol=1e-4, atol=1e-6)
    assert {name for row in log.rows.values() for name in row} >= {"loss/seen", "loss/slope"}


@pytest.mark.parametrize("captured", [False, True])
def test_it_goes_on_from_a_checkpoint_to_the_bit(tmp_path: Path, captured: bool) -> None:
    plan, half = (tiny_schedule(images=24 * share, decay_from=1.0, ema_decay=0.9) for share in (2, 1))
    whole, before, after = made(), made(), made()
    for method, until, folder in ((whole, plan, None), (before, half, tmp_path), (after, plan, tmp_path)):
        method.phases = method.phases[:2]  # the third begins at a share of the whole
        trained(method, tiny_batches(2), until, folder, every_seconds=0, capture=Tape(method) if captured else None)
    for key, value in (weights_of(whole) | pools_of(whole)).items():
        assert torch.equal((weights_of(after) | pools_of(after))[key], value), key


def test_a_captured_training_is_the_training_to_the_bit() -> None:
    plain, captured = made(), made()
    for method, capture in ((plain, None), (captured, Tape(captured))):
        trained(method, tiny_batches(2), tiny_schedule(images=24), capture=capture)
    for key, value in weights_of(plain).items():
        assert torch.equal(weights_of(captured)[key], value), key


def test_the_average_has_the_statistics_of_the_last_step() -> None:
    method = made()
    plain = made()
    for one, decay in ((method, 0.9), (plain, 0.0)):
        trained(one, tiny_batches(2), tiny_schedule(ema_decay=decay))
    assert torch.equal(method.networks["N_a"][1].running_mean, plain.networks["N_a"][1].running_mean)
    assert not torch.equal(method.networks["N_a"][0].weight, plain.networks["N_a"][0].weight)


def test_a_style_decides_a_translation_and_the_first_is_the_default() -> None:
    method = made().eval()
    x = images(1, count=1)
    styles = [method.draw_style(x, "b", torch.Generator().manual_seed(seed)) for seed in (0, 1)]
    first, other = (method.translate(x, "b", style) for style in styles)
    assert torch.equal(method.translate(x, "b"), first)
    assert not torch.equal(first, other)
    both = method.translate(torch.cat([x, x]), "b")
    assert torch.equal(both[0], both[1])
    assert method.encode(x, "b") is None


def test_the_cost_counts_a_phase_as_often_as_it_is_due() -> None:
    with torch.device("meta"):
        method = made()
    found = cost(method, 2, 32)
    assert found.shares == {"often": 1, "seldom": pytest.approx(1 / 3), "slope": 0.5}
    parts = found.operations
    assert found.step_operations == round(parts["often"] + parts["seldom"] / 3 + parts["slope"] / 2)
