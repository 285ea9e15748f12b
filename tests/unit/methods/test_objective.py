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
    assert terms == {"mean": 4 + 6, "both": 16 + 4}
    assert total == 10 * 10 + 0.5 * 20


def test_each_direction_may_have_a_weight_of_its_own() -> None:
    total, terms = Objective(LOSSES, {"mean": {"a": 10, "b": 1}, "both": {"a": 0, "b": 0.5}, "bad": 0})(paths())
    assert terms == {"mean": 4 + 6, "both": 16 + 4}
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
