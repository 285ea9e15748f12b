"""Eq. (1) to (5) in numbers, against the paper's formulas written out network by network."""

import pytest
import torch
from torch import Tensor, nn

from crossnet.engine.executor import BatchedExecutor
from crossnet.engine.threads import ThreadExecutor
from crossnet.methods.crossnet import PATHS
from crossnet.methods.graph import Executor, Paths, reference
from tests.support.tiny import images, loss_of, method

PAPER = {"gan": 1, "id": 3, "ctc": 3, "zid": 6, "zcyc": 6}  # §3.5
X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)


def distance(x: Tensor, y: Tensor) -> Tensor:
    return torch.mean(torch.abs(x - y))


def directions(n: dict[str, nn.Module], x_a: Tensor, x_b: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
    """Of each term what is judged in domain a, and in domain b."""
    e_ab, e_ba, d_a, d_b, t_ab, t_ba, q_a, q_b = (
        n[name] for name in ("E_ab", "E_ba", "D_a", "D_b", "T_ab", "T_ba", "Q_a", "Q_b")
    )
    return {
        "zid": (distance(d_a(t_ba(e_ab(x_a))), x_a), distance(d_b(t_ab(e_ba(x_b))), x_b)),
        "id": (distance(d_a(e_ba(x_a)), x_a), distance(d_b(e_ab(x_b)), x_b)),
        "ctc": (distance(t_ba(e_ab(x_b)), e_ba(x_b)), distance(t_ab(e_ba(x_a)), e_ab(x_a))),
        "zcyc": (distance(t_ba(t_ab(e_ba(x_b))), e_ba(x_b)), distance(t_ab(t_ba(e_ab(x_a))), e_ab(x_a))),
        "gan": (((q_a(d_a(e_ba(x_b))) - 1) ** 2).mean(), ((q_b(d_b(e_ab(x_a))) - 1) ** 2).mean()),
    }


def equations(n: dict[str, nn.Module], x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
    return {term: of_a + of_b for term, (of_a, of_b) in directions(n, x_a, x_b).items()}


@pytest.mark.parametrize("term", PAPER)
def test_a_term_is_its_equation(term: str) -> None:
    made = method("crossnet", dtype=torch.float64)
    _, logged = loss_of(made.phases[0], X_A, X_B)
    torch.testing.assert_close(
        logged[f"loss/{term}"], equations(dict(made.networks), X_A, X_B)[term], rtol=1e-10, atol=0
    )


@pytest.mark.parametrize("weights", [PAPER, PAPER | {"zcyc": 0}, {"gan": 0.5, "id": 0, "ctc": 2, "zid": 0, "zcyc": 7}])
def test_equation_5_is_the_weighted_sum(weights: dict[str, float]) -> None:
    made = method("crossnet", dtype=torch.float64, **weights)
    total, _ = loss_of(made.phases[0], X_A, X_B)
    by_hand = equations(dict(made.networks), X_A, X_B)
    wanted = sum(weight * by_hand[term] for term, weight in weights.items())
    torch.testing.assert_close(total, wanted, rtol=1e-10, atol=0)


@pytest.mark.parametrize("term", PAPER)
def test_the_directions_of_a_term_are_weighed_apart(term: str) -> None:
    made = method("crossnet", dtype=torch.float64, **(dict.fromkeys(PAPER, 0) | {term: {"a": 2, "b": 5}}))
    total, logged = loss_of(made.phases[0], X_A, X_B)
    of_a, of_b = directions(dict(made.networks), X_A, X_B)[term]
    torch.testing.assert_close(total, 2 * of_a + 5 * of_b, rtol=1e-10, atol=0)
    torch.testing.assert_close(logged[f"loss/{term}"], of_a + of_b, rtol=1e-10, atol=0)


def test_the_gradient_of_equation_5_is_that_of_the_formulas() -> None:
    made = method("crossnet", dtype=torch.float64)
    weights = [p for network in made.networks.values() for p in network.parameters()]
    total, _ = loss_of(made.phases[0], X_A, X_B)
    found = torch.autograd.grad(total, weights)
    by_hand = equations(dict(made.networks), X_A, X_B)
    wanted = torch.autograd.grad(sum(PAPER[term] * by_hand[term] for term in PAPER), weights)
    for a, b in zip(found, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-12)


IMAGES = {"x_a": X_A, "x_b": X_B, "x_a_pool": X_B.flip(2), "x_b_pool": X_A.flip(2)}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("executor", [BatchedExecutor(), ThreadExecutor(2)])
def test_batched_networks_give_the_numbers_of_single_calls(path: str, executor: Executor) -> None:
    networks = method("crossnet", dtype=torch.float64).networks
    found, wanted = (Paths(PATHS, networks, IMAGES, each).compute(PATHS)[path] for each in (executor, reference))
    torch.testing.assert_close(found, wanted, rtol=1e-10, atol=1e-14)


def test_with_stop_gradient_the_targets_of_equation_3_hold_still() -> None:
    only = {"gan": 0, "id": 0, "ctc": 1, "zid": 0, "zcyc": 0}
    plain, stopped = (method("crossnet", dtype=torch.float64, ctc_stop_gradient=stop, **only) for stop in (False, True))
    n = stopped.networks
    wanted = distance(n["T_ab"](n["E_ba"](X_A)), n["E_ab"](X_A).detach())
    wanted = wanted + distance(n["T_ba"](n["E_ab"](X_B)), n["E_ba"](X_B).detach())
    (total, _), (total_plain, _) = (loss_of(made.phases[0], X_A, X_B) for made in (stopped, plain))
    torch.testing.assert_close(total, wanted, rtol=1e-10, atol=0)
    torch.testing.assert_close(total, total_plain, rtol=1e-10, atol=0)
    for made, gradient_of in ((stopped, total), (plain, total_plain)):
        weights = [made.networks[name][0].weight for name in ("E_ab", "E_ba")]
        found = torch.autograd.grad(gradient_of, weights)
        if made is stopped:
            by_hand = torch.autograd.grad(wanted, weights)
            torch.testing.assert_close(found, by_hand, rtol=1e-8, atol=1e-14)
        else:
            assert not any(torch.allclose(x, y) for x, y in zip(found, by_hand, strict=True))
