"""A weighted sum computes the terms that have a weight, and only the paths that these read."""

import pytest
import torch
from torch import Tensor

from crossnet.nn.objective import objective
from crossnet.nn.paths import Paths

FIGURE = {"once": ("double", "x"), "twice": ("double", "once"), "other": ("broken", "x")}


def broken(x: Tensor) -> Tensor:
    raise AssertionError("called")


def paths() -> Paths:
    return Paths(FIGURE, {"double": lambda x: 2 * x, "broken": broken}, {"x": torch.tensor([1.0, 3.0])})


TERMS = {
    "mean": lambda once: once.mean(),
    "both": lambda twice, x: (twice + x).sum(),
    "bad": lambda other: other.sum(),
}


def test_it_is_the_weighted_sum_of_its_terms() -> None:
    total, terms = objective(TERMS, paths(), {"mean": 10, "both": 0.5, "bad": 0})
    assert terms == {"mean": 4, "both": 20}
    assert total == 10 * 4 + 0.5 * 20


def test_a_term_without_weight_is_not_computed() -> None:
    known = paths()
    _, terms = objective(TERMS, known, {"mean": 1, "both": 0, "bad": 0})
    assert set(terms) == {"mean"}
    assert "once" in known
    assert "twice" not in known


def test_a_term_with_weight_is() -> None:
    with pytest.raises(AssertionError, match="called"):
        objective(TERMS, paths(), {"mean": 1, "both": 0, "bad": 1e-9})
