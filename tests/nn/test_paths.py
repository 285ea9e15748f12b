"""Paths say what the figure says, each computed once, in the fewest calls."""

from collections import Counter
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossnet.nn.paths import Figure, Paths, batched, one_by_one

DIAMOND: Figure = {"left": ("f", "x"), "right": ("g", "x"), "far": ("f", "right"), "alone": ("h", "y")}
NAMES = {name: name for name in "fgh"}


class Recorder:
    """Networks that are their names; what they are applied to becomes a text, and every call is kept."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str]]] = []

    def __call__(self, network: str, inputs: Sequence[str]) -> list[str]:
        self.calls.append((network, list(inputs)))
        return [f"{network}({x})" for x in inputs]


def test_a_path_reads_as_a_formula() -> None:
    assert Paths(DIAMOND, NAMES, {"x": "x"}, Recorder())["far"] == "f(g(x))"


def test_nothing_is_computed_before_it_is_asked_for_nor_twice() -> None:
    recorder = Recorder()
    paths = Paths(DIAMOND, NAMES, {"x": "x"}, recorder)
    assert recorder.calls == []
    assert "left" not in paths
    assert paths["left"] == paths["left"] == "f(x)"
    assert "left" in paths
    assert recorder.calls == [("f", ["x"])]


def test_inputs_that_one_network_can_take_together_are_one_call() -> None:
    recorder = Recorder()
    Paths(DIAMOND, NAMES, {"x": "x"}, recorder).compute(["far", "left"])
    assert recorder.calls == [("g", ["x"]), ("f", ["x", "g(x)"])]


def test_what_is_not_asked_for_needs_neither_network_nor_image() -> None:
    assert Paths(DIAMOND, {"f": "f"}, {"x": "x"}, Recorder())["left"] == "f(x)"


@pytest.mark.parametrize("name", ["nowhere", "alone"])
def test_an_unknown_path_or_image_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError):
        Paths(DIAMOND, NAMES, {"x": "x"}, Recorder())[name]


@given(st.lists(st.tuples(st.sampled_from("fgh"), st.integers(0, 8)), min_size=1, max_size=9), st.data())
def test_any_figure_is_computed_right_and_each_path_once(edges: list[tuple[str, int]], data: st.DataObject) -> None:
    figure: dict[str, tuple[str, str]] = {}
    formula = {"x": "x"}
    for number, (network, source) in enumerate(edges):
        before = ["x", *figure]
        came_from = before[source % len(before)]
        figure[f"p{number}"] = (network, came_from)
        formula[f"p{number}"] = f"{network}({formula[came_from]})"
    asked = data.draw(st.lists(st.sampled_from(list(figure)), max_size=4))
    recorder = Recorder()
    paths = Paths(figure, NAMES, {"x": "x"}, recorder).compute(asked)
    assert all(paths[name] == formula[name] for name in asked)
    needed: set[str] = set()
    for name in asked:
        while name != "x":
            needed.add(name)
            name = figure[name][1]
    computed = Counter(f"{network}({x})" for network, inputs in recorder.calls for x in inputs)
    assert computed == Counter(formula[name] for name in needed)


def test_batched_gives_the_numbers_of_one_by_one_in_one_call() -> None:
    calls = []

    def network(x: torch.Tensor) -> torch.Tensor:
        calls.append(len(x))
        return x.square()

    inputs = [torch.randn(2, 3), torch.randn(1, 3), torch.randn(4, 3)]
    together = batched(network, inputs)
    assert calls == [7]
    assert all(torch.equal(x, y) for x, y in zip(together, one_by_one(network, inputs), strict=True))
    assert calls == [7, 2, 1, 4]
