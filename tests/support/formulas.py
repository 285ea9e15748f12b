"""Phases of methods against formulas."""

from collections.abc import Mapping

import torch
from torch import Tensor

from crossnet.methods.base import Method, Phase


def assert_descends(
    made: Method, phase: Phase, inputs: Mapping[str, Tensor], wanted: Mapping[str, Tensor], weights: Mapping[str, float]
) -> None:
    """A phase logs the losses that a formula gives, and has the gradients of their weighted sum, in float64."""
    total, logged = phase.loss(**inputs)
    found = {name.removeprefix("loss/"): term for name, term in logged.items() if name.startswith("loss/")}
    assert set(found) == set(weights)
    for name, term in found.items():
        torch.testing.assert_close(
            term, wanted[name], rtol=1e-9, atol=1e-12, msg=lambda text, name=name: f"{name}: {text}"
        )
    by_formula = sum(weight * wanted[name] for name, weight in weights.items())
    torch.testing.assert_close(total, by_formula, rtol=1e-9, atol=1e-12)
    mine = made.parameters_of(phase)
    pairs = [torch.autograd.grad(x, mine, retain_graph=True, allow_unused=True) for x in (total, by_formula)]
    for one, other in zip(*pairs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-9)


def counts(made: Method) -> dict[str, int]:
    """The parameters of each network."""
    return {name: sum(p.numel() for p in network.parameters()) for name, network in made.networks.items()}
