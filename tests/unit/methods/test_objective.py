"""A weighted sum computes the terms that have a weight, and only the paths that these read."""

import pytest
import torch
from torch import Tensor

from crossnet.methods.graph import Objective, Paths, PerDomain

TABLE = {"once": ("double", "x"), "twice": ("double", "once"), "other": ("broken", "x")}


def broken(x: Tensor) -> Tensor:
    raise AssertionError("called")


def paths() -> Paths:
    return Paths(TABLE, {"double": lambda x: 2 * x, "broken": broken}, {"x": torch.tensor([1.0, 3.0])})


LOSSES = {
    "mean": lambda once: PerDomain(a=once.mean(), b=once.max()),
    "both": lambda twice, x: PerDomain(a=twice.sum(), b=x.sum()),
    "bad": lambda other: PerDomain(a=other.sum(), b=other.sum()),
}


def test_it_is_the_weighted_sum_of_its_terms() -> None:
    total, terms = Objective(LOSSES, {"mean": 10, "both": 0.5, "bad": 0})(paths())
    assert terms == {"mean": (4, 6), "both": (16, 4)}
    assert total == 10 * 10 + 0.5 * 20


def test_each_direction_may_have_a_weight_of_its_own() -> None:
    total, terms = Objective(LOSSES, {"mean": {"a": 10, "b": 1}, "both": {"a": 0, "b": 0.5}, "bad": 0})(paths())
    assert terms == {"mean": (4, 6), "both": (16, 4)}
    assert total == 10 * 4 + 1 * 6 + 0.5 * 4


def test_a_term_without_weight_is_not_computed() -> None:
    known = paths()
    _, terms = Objective(LOSSES, {"mean": 1, "both": 0, "bad": 0})(known)
    assert set(terms) == {"mean"}
    assert "once" in known
    assert "twice" not in known


def test_a_term_with_weight_is() -> None:
    with pytest.raises(AssertionError, match="called"):
        Objective(LOSSES, {"mean": 1, "both": 0, "bad": 1e-9})(paths())


def test_a_loss_without_a_weight_counts_once() -> None:
    total, _ = Objective(LOSSES, {"both": 0, "bad": 0})(paths())
    assert total == 4 + 6


def test_a_loss_may_have_one_direction_alone() -> None:
    losses = {"mean": LOSSES["mean"], "one": lambda once: PerDomain(a=0.0, b=once.sum())}
    total, terms = Objective(losses, {"mean": 1, "one": {"a": 3, "b": 2}})(paths())
    assert terms["one"] == (0, 8)
    assert total == 4 + 6 + 2 * 8


def test_a_loss_may_call_a_network_itself() -> None:
    losses = {"own": lambda double, x: PerDomain(a=double(x).sum(), b=0.0)}
    total, _ = Objective(losses, {"own": 1})(paths())
    assert total == 2 * (1 + 3)
