"""CycleGAN's objective in numbers, against its formulas written out network by network."""

import pytest
import torch
from torch import Tensor

from tests.support.tiny import images, loss_of, method

WEIGHTS = {"gan": 1, "cycle": 10, "identity": 5}
X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)


def test_its_terms_and_their_sum_are_the_formulas() -> None:
    made = method("cyclegan", dtype=torch.float64)
    n = made.networks

    def g(x: Tensor) -> Tensor:
        return n["D_b"](n["E_ab"](x))

    def f(x: Tensor) -> Tensor:
        return n["D_a"](n["E_ba"](x))

    wanted = {
        "gan": ((n["Q_b"](g(X_A)) - 1) ** 2).mean() + ((n["Q_a"](f(X_B)) - 1) ** 2).mean(),
        "cycle": (f(g(X_A)) - X_A).abs().mean() + (g(f(X_B)) - X_B).abs().mean(),
        "identity": (g(X_B) - X_B).abs().mean() + (f(X_A) - X_A).abs().mean(),
    }
    total, logged = loss_of(made.phases[0], X_A, X_B)
    for term, value in wanted.items():
        torch.testing.assert_close(logged[f"loss/{term}"], value, rtol=1e-10, atol=0)
    torch.testing.assert_close(total, sum(WEIGHTS[term] * value for term, value in wanted.items()), rtol=1e-10, atol=0)


@pytest.mark.parametrize("term", WEIGHTS)
def test_a_weight_of_zero_leaves_its_term_out(term: str) -> None:
    _, logged = loss_of(method("cyclegan", **{term: 0}).phases[0], images(1), images(2))
    assert {name for name in logged if name.startswith("loss/")} == {f"loss/{t}" for t in WEIGHTS if t != term}
