"""Paths are what their table says, each computed once, in few calls, and workers wait for each other seldom."""

import importlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossnet.methods.graph import Paths, PathTable, reference
from tests.support.spelled import Spelled
from tests.support.tiny import METHODS

DIAMOND: PathTable = {"left": ("f", "x"), "right": ("g", "x"), "far": ("f", "right"), "alone": ("h", "y")}
NAMES = {name: name for name in "fgh"}
TWINS = ("f_1", "f_2", "g_1", "g_2", "h")


def test_a_path_reads_as_a_formula() -> None:
    assert Paths(DIAMOND, NAMES, {"x": "x"}, Spelled())["far"] == "f(g(x))"


def test_nothing_is_computed_before_it_is_asked_for_nor_twice() -> None:
    spelled = Spelled()
    paths = Paths(DIAMOND, NAMES, {"x": "x"}, spelled)
    assert spelled.calls == []
    assert "left" not in paths
    assert paths["left"] == paths["left"] == "f(x)"
    assert "left" in paths
    assert spelled.calls == [("f", ["x"])]


def test_inputs_that_one_network_can_take_together_are_one_call() -> None:
    spelled = Spelled()
    Paths(DIAMOND, NAMES, {"x": "x"}, spelled).compute(["far", "left"])
    assert spelled.calls == [("g", ["x"]), ("f", ["x", "g(x)"])]


def test_what_is_not_asked_for_needs_neither_network_nor_image() -> None:
    assert Paths(DIAMOND, {"f": "f"}, {"x": "x"}, Spelled())["left"] == "f(x)"


@pytest.mark.parametrize("name", ["nowhere", "alone"])
def test_an_unknown_path_or_image_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError):
        Paths(DIAMOND, NAMES, {"x": "x"}, Spelled())[name]


def test_networks_of_one_kind_have_a_worker_each_as_many_as_fit() -> None:
    twins: PathTable = {"z_1": ("E_1", "x"), "z_2": ("E_2", "x"), "y_1": ("D_1", "z_2"), "q": ("Q_1", "x")}
    names = {row[0]: row[0] for row in twins.values()}
    for workers in (1, 2):
        spelled = Spelled(workers)
        Paths(twins, names, {"x": "x"}, spelled).compute(twins)
        [chains] = spelled.levels
        worker_of = {network: place for place, calls in enumerate(chains) for network, _ in calls}
        assert worker_of["D_1"] == worker_of["E_2"], "it reads what E_2 makes"
        assert (worker_of["E_1"] != worker_of["E_2"]) == (workers == 2)


@given(
    st.lists(
        st.tuples(st.sampled_from(TWINS), st.lists(st.integers(0, 8), min_size=1, max_size=2)), min_size=1, max_size=9
    ),
    st.integers(1, 3),
    st.data(),
)
def test_any_figure_is_computed_right_and_each_path_once(
    edges: list[tuple[str, list[int]]], workers: int, data: st.DataObject
) -> None:
    figure: dict[str, tuple[str, ...]] = {}
    formula = {"x": "x"}
    for number, (network, sources) in enumerate(edges):
        before = ["x", *figure]
        came_from = [before[source % len(before)] for source in sources]
        figure[f"p{number}"] = (network, *came_from)
        formula[f"p{number}"] = f"{network}({', '.join(formula[name] for name in came_from)})"
    asked = data.draw(st.lists(st.sampled_from(list(figure)), max_size=4))
    spelled = Spelled(workers)
    paths = Paths(figure, {name: name for name in TWINS}, {"x": "x"}, spelled).compute(asked)
    assert all(paths[name] == formula[name] for name in asked)
    needed: set[str] = set()
    ahead = [*asked]
    while ahead:
        if (name := ahead.pop()) != "x" and name not in needed:
            needed.add(name)
            ahead += figure[name][1:]
    computed = Counter(f"{network}({x})" for network, inputs in spelled.calls for x in inputs)
    assert computed == Counter(formula[name] for name in needed)
    for chains in spelled.levels:
        networks = [network for calls in chains for network in {network for network, _ in calls}]
        assert len(networks) == len(set(networks)), "a network is in two chains of a level"
        assert len(chains) <= workers


def test_the_reference_makes_one_call_for_each_path_in_the_order_of_the_table() -> None:
    calls: list[str] = []

    def f(x: str) -> str:
        calls.append(f"f({x})")
        return calls[-1]

    table: PathTable = {"once": ("f", "x"), "twice": ("f", "once"), "other": ("f", "y")}
    paths = Paths(table, {"f": f}, {"x": "x", "y": "y"}, reference).compute(table)
    assert calls == ["f(x)", "f(f(x))", "f(y)"]
    assert paths["twice"] == "f(f(x))"


@pytest.mark.parametrize("name", METHODS)
def test_sources_stand_above_what_is_made_of_them(name: str) -> None:
    table: PathTable = importlib.import_module(f"crossnet.methods.{name}").PATHS
    above: set[str] = set()
    for path, (_, *sources) in table.items():
        assert {source for source in sources if source in table} <= above
        above.add(path)


def test_the_name_of_a_network_gives_the_network() -> None:
    paths = Paths(DIAMOND, NAMES, {"x": "x"}, Spelled())
    assert paths["f"] == "f"
    assert paths.compute(["f", "left"])["left"] == "f(x)"
