"""Data paths through several networks, and losses over them.

A path table `{path: (network, source, ...)}` reads as a figure does: sources are other paths, which stand above, or
inputs such as images. A network may take several of them. A loss is a function whose arguments are names of paths, so
that it reads as its equation.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

PathTable = Mapping[str, tuple[str, ...]]


class Edge(NamedTuple):
    """A row of a path table: `path` is what `network` makes of `sources`."""

    path: str
    network: str
    sources: tuple[str, ...]


class Executor(Protocol):
    """Compute the path of every edge, by name, from the networks and the tensors that are known."""

    def __call__(
        self, edges: Sequence[Edge], networks: Mapping[str, Any], known: Mapping[str, Any]
    ) -> Mapping[str, Any]: ...


def reference(edges: Sequence[Edge], networks: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """One call of a network for each path, in the order of the table: the equations as they are written."""
    made: dict[str, Any] = {}
    for path, network, sources in edges:
        made[path] = networks[network](*(made[source] if source in made else known[source] for source in sources))
    return made


class Paths:
    """The paths of a table for given networks and images, each computed once, when it is first asked for.

    A network that no asked path needs is never called. A name that is no path but that of a network gives the network.
    Raises KeyError for a name that none of table, inputs and networks has.
    """

    def __init__(
        self, table: PathTable, networks: Mapping[str, Any], inputs: Mapping[str, Any], executor: Executor = reference
    ):
        self._table, self._networks, self._executor = table, networks, executor
        self._known: dict[str, Any] = dict(inputs)

    def __getitem__(self, name: str) -> Any:
        if self._is_network(name):
            return self._networks[name]
        if name not in self._known:
            self.compute([name])
        return self._known[name]

    def __contains__(self, name: str) -> bool:
        """Whether that path is computed already."""
        return name in self._known

    def compute(self, names: Iterable[str]) -> "Paths":
        """Compute the named paths and all that they rest on; return self."""
        needed: set[str] = set()
        ahead = [name for name in names if not self._is_network(name)]
        while ahead:
            name = ahead.pop()
            if name not in self._known and name not in needed:
                needed.add(name)
                ahead.extend(self._table[name][1:])
        edges = [Edge(name, row[0], row[1:]) for name, row in self._table.items() if name in needed]
        self._known.update(self._executor(edges, self._networks, self._known))
        return self

    def _is_network(self, name: str) -> bool:
        return name in self._networks and name not in self._table and name not in self._known


class PerDomain(NamedTuple):
    """The two directions of a loss, scalars, each named after the domain of the images or codes that it compares.

    A loss of one direction alone has 0.0 for the other.
    """

    a: Tensor | float
    b: Tensor | float


# its arguments are names of paths, or of a network that it calls itself, in plain torch (for a gradient's gradient)
Loss = Callable[..., PerDomain]
Weight = float | Mapping[str, float]  # of both directions, or {"a": ..., "b": ...} (§6 of the paper)


class Objective:
    """A weighted sum of losses, such as Eq. (5).

    A loss of weight zero is not computed, nor is a path that only it reads. At least one weight is not zero. A loss
    without a weight has weight 1.
    """

    def __init__(self, losses: Mapping[str, Loss], weights: Mapping[str, Weight]):
        self._terms = {
            name: (loss, tuple(inspect.signature(loss).parameters), weights.get(name, 1))
            for name, loss in losses.items()
            if weights.get(name, 1)
        }

    def __bool__(self) -> bool:
        """Whether any loss has a weight."""
        return bool(self._terms)

    def __call__(self, paths: Paths) -> tuple[Tensor, dict[str, PerDomain]]:
        """The weighted sum, and each loss without its weight."""
        paths.compute(name for _, reads, _ in self._terms.values() for name in reads)
        values: dict[str, PerDomain] = {}
        weighted: list[Tensor | float] = []
        for name, (loss, reads, weight) in self._terms.items():
            a, b = values[name] = loss(*(paths[path] for path in reads))
            if isinstance(weight, Mapping):
                weighted += [w * value for w, value in ((weight["a"], a), (weight["b"], b)) if w]
            else:
                weighted.append(weight * (a + b))
        return torch.as_tensor(sum(weighted[1:], start=weighted[0])), values
