"""Every path that the objective reads is the formula that the paper prints: Fig. 2, Fig. 4, Eq. (1) to (4)."""

import inspect

import pytest

from crossnet.methods.crossnet import LOSSES, PATHS
from crossnet.methods.graph import Paths
from tests.support.spelled import Spelled

NETWORKS = {name: name for name in ("E_ab", "E_ba", "D_a", "D_b", "T_ab", "T_ba", "Q_a", "Q_b")}

FORMULAS = {
    "x_a": "x_a",
    "x_b": "x_b",
    # Fig. 2 and the adversarial term
    "z_b": "E_ab(x_a)",
    "z_a": "E_ba(x_b)",
    "x_b_hat": "D_b(E_ab(x_a))",
    "x_a_hat": "D_a(E_ba(x_b))",
    "q_b_hat": "Q_b(D_b(E_ab(x_a)))",
    "q_a_hat": "Q_a(D_a(E_ba(x_b)))",
    # Eq. (1)
    "x_a_zid": "D_a(T_ba(E_ab(x_a)))",
    "x_b_zid": "D_b(T_ab(E_ba(x_b)))",
    # Eq. (2)
    "x_a_id": "D_a(E_ba(x_a))",
    "x_b_id": "D_b(E_ab(x_b))",
    # Eq. (3): compared with z_b = E_ab(x_a) and z_a = E_ba(x_b)
    "z_b_ctc": "T_ab(E_ba(x_a))",
    "z_a_ctc": "T_ba(E_ab(x_b))",
    # Eq. (4): compared with z_b and z_a
    "z_b_cycled": "T_ab(T_ba(E_ab(x_a)))",
    "z_a_cycled": "T_ba(T_ab(E_ba(x_b)))",
}
COMPARED = {  # what each equation measures between; the adversarial term judges
    "gan": [("q_b_hat",), ("q_a_hat",)],
    "zid": [("x_a_zid", "x_a"), ("x_b_zid", "x_b")],
    "id": [("x_a_id", "x_a"), ("x_b_id", "x_b")],
    "ctc": [("z_b_ctc", "z_b"), ("z_a_ctc", "z_a")],
    "zcyc": [("z_b_cycled", "z_b"), ("z_a_cycled", "z_a")],
}
READ = [path for pairs in COMPARED.values() for pair in pairs for path in pair]


@pytest.mark.parametrize(("path", "formula"), FORMULAS.items())
def test_a_path_is_the_formula_of_the_paper(path: str, formula: str) -> None:
    assert Paths(PATHS, NETWORKS, {"x_a": "x_a", "x_b": "x_b"}, Spelled())[path] == formula


@pytest.mark.parametrize("term", COMPARED)
def test_a_term_reads_what_its_equation_compares(term: str) -> None:
    read = tuple(inspect.signature(LOSSES[term]).parameters)
    assert read == tuple(path for pair in COMPARED[term] for path in pair)


def test_the_objective_has_the_terms_of_equation_5() -> None:
    assert set(LOSSES) == set(COMPARED)


def test_the_full_objective_takes_the_fewest_calls() -> None:
    spelled = Spelled()
    Paths(PATHS, NETWORKS, {"x_a": "x_a", "x_b": "x_b"}, spelled).compute(READ)
    assert len(spelled.calls) == 9


def test_two_workers_wait_for_each_other_once() -> None:
    spelled = Spelled(2)
    Paths(PATHS, NETWORKS, {"x_a": "x_a", "x_b": "x_b"}, spelled).compute(READ)
    kinds = [
        [sorted(network.partition("_")[0] for network, _ in calls) for calls in chains] for chains in spelled.levels
    ]
    assert kinds == [[["E", "T"]] * 2, [["D", "Q", "T"]] * 2]
