"""Data paths through several networks, each computed at most once and in the fewest calls.

A figure of paths is a table `{path: (network, input)}` whose inputs are other paths or given images, so that the
table reads as the figure does. Inputs that one network can take together are one call: instance norm works on each
sample by itself, so a batch of two calls holds the same numbers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Any, Protocol

import torch
from torch import Tensor

Figure = Mapping[str, tuple[str, str]]
Call = tuple[Any, Sequence[Any]]  # a network, and its inputs (N, ...) of one shape


class Apply(Protocol):
    """How a round of calls is made: of different networks, whose inputs are all there. Gives the outputs of each.

    `width` is the number of calls that it makes at a time.
    """

    width: int

    def __call__(self, calls: Sequence[Call]) -> Sequence[Sequence[Any]]: ...


class Batched:
    """One call after the other, each on all of its inputs together."""

    width = 1

    def __call__(self, calls: Sequence[Call]) -> Sequence[Sequence[Tensor]]:
        return [self._outputs(network, inputs) for network, inputs in calls]

    def _outputs(self, network: Callable[[Tensor], Tensor], inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        if len(inputs) == 1:
            return [network(inputs[0])]
        return torch.split(network(torch.cat(list(inputs))), [len(x) for x in inputs])


class OneByOne:
    """One call for each input: what the equations say, to compare the others with."""

    width = 1

    def __call__(self, calls: Sequence[Call]) -> Sequence[Sequence[Any]]:
        return [[network(x) for x in inputs] for network, inputs in calls]


batched, one_by_one = Batched(), OneByOne()


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
        """Compute the named paths and all that they rest on, in the fewest rounds; returns itself."""
        edges = tuple((name, *self._figure[name]) for name in self._needed(names))
        for made in fewest_rounds(edges, self._apply.width):
            calls = [
                (self._networks[network], [self._known[self._figure[path][1]] for path in paths])
                for network, paths in made
            ]
            for (_, paths), outputs in zip(made, self._apply(calls), strict=True):
                self._known.update(zip(paths, outputs, strict=True))
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


Edges = tuple[tuple[str, str, str], ...]  # (path, network, input); an input that is no path of them is given
Round = tuple[tuple[str, tuple[str, ...]], ...]  # (network, paths), all ready at once


@cache
def fewest_rounds(edges: Edges, width: int) -> tuple[Round, ...]:
    """The order of calls with the fewest rounds, and among these one with the fewest calls.

    A round holds at most `width` calls, of networks that do the same (E_ab and E_ba, say) and so take as long. The
    full objective of CrossNet's generators takes 9 rounds of one call, or 5 rounds of two.
    """
    everything = frozenset(path for path, _, _ in edges)
    ways: dict[frozenset[str], tuple[Round, ...]] = {frozenset(): ()}
    while everything not in ways:
        further: dict[frozenset[str], tuple[Round, ...]] = {}
        for known, rounds in ways.items():
            for made in _rounds(_ready(edges, known, everything), width):
                after, way = known.union(*(paths for _, paths in made)), (*rounds, made)
                if after not in further or _calls(way) < _calls(further[after]):
                    further[after] = way
        ways = further
    return ways[everything]


def _rounds(ready: Round, width: int) -> Iterator[Round]:
    for size in range(1, width + 1):
        for made in combinations(ready, size):
            if len({network.partition("_")[0] for network, _ in made}) == 1:
                yield made


def _calls(rounds: Iterable[Round]) -> int:
    return sum(map(len, rounds))


def _ready(edges: Edges, known: frozenset[str], everything: frozenset[str]) -> Round:
    """By network, the unknown paths whose input is there."""
    ready: dict[str, list[str]] = {}
    for path, network, source in edges:
        if path not in known and (source in known or source not in everything):
            ready.setdefault(network, []).append(path)
    return tuple((network, tuple(paths)) for network, paths in ready.items())
