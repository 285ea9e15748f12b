"""Data paths through several networks, each computed at most once and in the fewest calls.

A figure of paths is a table `{path: (network, input)}` whose inputs are other paths or given images, so that the
table reads as the figure does. Inputs that one network can take together are one call: instance norm works on each
sample by itself, so a batch of two calls holds the same numbers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

Figure = Mapping[str, tuple[str, str]]
Apply = Callable[[Any, Sequence[Any]], Sequence[Any]]


def batched(network: Callable[[Tensor], Tensor], inputs: Sequence[Tensor]) -> Sequence[Tensor]:
    """One call of a network on several inputs (N, ...) of one shape; their outputs, in order."""
    if len(inputs) == 1:
        return [network(inputs[0])]
    return torch.split(network(torch.cat(list(inputs))), [len(x) for x in inputs])


def one_by_one(network: Callable[[Tensor], Tensor], inputs: Sequence[Tensor]) -> Sequence[Tensor]:
    """One call for each input: what the equations say, to compare `batched` with."""
    return [network(x) for x in inputs]


class Paths:
    """The paths of a figure, for given networks and images.

    `paths["z_b"]` computes that path and what it rests on; `compute` several at once, which takes fewer calls.
    A network that is not called for is never touched. Raises KeyError for a name that the figure does not have.
    """

    def __init__(self, figure: Figure, networks: Mapping[str, Any], given: Mapping[str, Any], apply: Apply = batched):
        self._figure, self._networks, self._apply = figure, networks, apply
        self._known: dict[str, Any] = dict(given)

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self.compute([name])
        return self._known[name]

    def __contains__(self, name: str) -> bool:
        """Whether that path is known already."""
        return name in self._known

    def compute(self, names: Iterable[str]) -> "Paths":
        """Compute the named paths and all that they rest on, in the fewest calls; returns itself."""
        for network, paths in fewest_calls(tuple((name, *self._figure[name]) for name in self._needed(names))):
            inputs = [self._known[self._figure[path][1]] for path in paths]
            self._known.update(zip(paths, self._apply(self._networks[network], inputs), strict=True))
        return self

    def _needed(self, names: Iterable[str]) -> list[str]:
        """The unknown paths among the named ones and what they rest on, in the figure's order."""
        needed: set[str] = set()
        ahead = list(names)
        while ahead:
            name = ahead.pop()
            if name not in self._known and name not in needed:
                needed.add(name)
                ahead.append(self._figure[name][1])
        return [name for name in self._figure if name in needed]


@cache
def fewest_calls(edges: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The shortest order of calls (network, paths) for edges (path, network, input): breadth first over what is known.

    Inputs that are no path of the edges are given. The full objective of CrossNet's generators takes 9 calls.
    """
    everything = frozenset(path for path, _, _ in edges)
    ways: dict[frozenset[str], tuple[tuple[str, tuple[str, ...]], ...]] = {frozenset(): ()}
    while everything not in ways:
        further: dict[frozenset[str], tuple[tuple[str, tuple[str, ...]], ...]] = {}
        for known, calls in ways.items():
            for network, paths in _ready(edges, known, everything).items():
                further.setdefault(known | frozenset(paths), (*calls, (network, tuple(paths))))
        ways = further
    return ways[everything]


def _ready(
    edges: tuple[tuple[str, str, str], ...], known: frozenset[str], everything: frozenset[str]
) -> dict[str, list[str]]:
    """By network, the unknown paths whose input is there."""
    ready: dict[str, list[str]] = {}
    for path, network, source in edges:
        if path not in known and (source in known or source not in everything):
            ready.setdefault(network, []).append(path)
    return ready
