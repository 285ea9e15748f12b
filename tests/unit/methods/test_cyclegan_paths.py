"""CycleGAN's paths, with G = D_b after E_ab and F = D_a after E_ba."""

import inspect

import pytest

from crossnet.methods.cyclegan import LOSSES, PATHS
from crossnet.methods.graph import Paths
from tests.support.spelled import Spelled

NETWORKS = {name: name for name in ("E_ab", "E_ba", "D_a", "D_b", "Q_a", "Q_b")}


def g(x: str) -> str:
    return f"D_b(E_ab({x}))"


def f(x: str) -> str:
    return f"D_a(E_ba({x}))"


FORMULAS = {
    "x_a": "x_a",
    "x_b": "x_b",
    "x_b_hat": g("x_a"),
    "x_a_hat": f("x_b"),
    "q_b_hat": f"Q_b({g('x_a')})",
    "q_a_hat": f"Q_a({f('x_b')})",
    "x_a_cycled": f(g("x_a")),
    "x_b_cycled": g(f("x_b")),
    "x_b_id": g("x_b"),
    "x_a_id": f("x_a"),
}
COMPARED = {
    "gan": ("q_b_hat", "q_a_hat"),
    "cycle": ("x_a_cycled", "x_a", "x_b_cycled", "x_b"),
    "identity": ("x_a_id", "x_a", "x_b_id", "x_b"),
}


@pytest.mark.parametrize(("path", "formula"), FORMULAS.items())
def test_a_path_is_its_formula(path: str, formula: str) -> None:
    assert Paths(PATHS, NETWORKS, {"x_a": "x_a", "x_b": "x_b"}, Spelled())[path] == formula


def test_the_terms_read_what_they_compare() -> None:
    assert {term: tuple(inspect.signature(function).parameters) for term, function in LOSSES.items()} == COMPARED
