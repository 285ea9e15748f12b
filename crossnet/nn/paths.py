"""Data paths through several networks, each computed at most once and in the fewest calls.

A figure of paths is a table `{path: (network, input)}` whose inputs are other paths or given images, so that the
table reads as the figure does. Inputs that one network can take together are one call: instance norm works on each
sample by itself, so a batch of two calls holds the same numbers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
        waiting = self._needed(names)
        while waiting:
            network, ready = self._next_call(waiting)
            inputs = [self._known[self._figure[name][1]] for name in ready]
            outputs = self._apply(self._networks[network], inputs)
            self._known.update(zip(ready, outputs, strict=True))
            waiting = [name for name in waiting if name not in ready]
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

    def _next_call(self, waiting: list[str]) -> tuple[str, list[str]]:
        """A network all of whose waiting inputs are known, else the first with one that others wait for."""
        ready: dict[str, list[str]] = {}
        for name in waiting:
            network, source = self._figure[name]
            if source in self._known:
                ready.setdefault(network, []).append(name)
        sources = {self._figure[name][1] for name in waiting}
        for network, names in ready.items():
            if len(names) == sum(self._figure[name][0] == network for name in waiting):
                return network, names
        return next((n, names) for n, names in ready.items() if sources & set(names))
