"""Data paths through several networks, and losses over them.

A path table `{path: (network, source)}` reads as a figure does: sources are other paths, which stand above, or images.
A loss is a function whose arguments are names of paths, so that it reads as its equation.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from torch import Tensor

PathTable = Mapping[str, tuple[str, str]]


class Edge(NamedTuple):
    """A row of a path table: `path` is what `network` makes of `source`."""

    path: str
    network: str
    source: str


class Executor(Protocol):
    """Compute the path of every edge, by name, from the networks and the tensors that are known."""

    def __call__(
        self, edges: Sequence[Edge], networks: Mapping[str, Any], known: Mapping[str, Any]
    ) -> Mapping[str, Any]: ...


def reference(edges: Sequence[Edge], networks: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """One call of a network for each path, in the order of the table: the equations as they are written."""
    made: dict[str, Any] = {}
    for path, network, source in edges:
        made[path] = networks[network](made[source] if source in made else known[source])
    return made


class Paths:
    """The paths of a table for given networks and images, each computed once, when it is first asked for.

    A network that no asked path needs is never called. Raises KeyError for a name that neither the table nor the images
    have.
    """

    def __init__(
        self, table: PathTable, networks: Mapping[str, Any], images: Mapping[str, Any], executor: Executor = reference
    ):
        self._table, self._networks, self._executor = table, networks, executor
        self._known: dict[str, Any] = dict(images)

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self.compute([name])
        return self._known[name]

    def __contains__(self, name: str) -> bool:
        """Whether that path is computed already."""
        return name in self._known

    def compute(self, names: Iterable[str]) -> "Paths":
        """Compute the named paths and all that they rest on; return self."""
        needed: set[str] = set()
        ahead = list(names)
        while ahead:
            name = ahead.pop()
            if name not in self._known and name not in needed:
                needed.add(name)
                ahead.append(self._table[name][1])
        edges = [Edge(name, *self._table[name]) for name in self._table if name in needed]
        self._known.update(self._executor(edges, self._networks, self._known))
        return self


class PerDomain(NamedTuple):
    """The two directions of a loss, scalars, each named after the domain of the images or codes that it compares."""

    a: Tensor
    b: Tensor


Loss = Callable[..., PerDomain]  # its arguments are names of paths
Weight = float | Mapping[str, float]  # of both directions, or {"a": ..., "b": ...} (§6 of the paper)


class Objective:
    """A weighted sum of losses, such as Eq. (5).

    A loss of weight zero is not computed, nor is a path that only it reads. At least one weight is not zero.
    """

    def __init__(self, losses: Mapping[str, Loss], weights: Mapping[str, Weight]):
        self._terms = {
            name: (loss, tuple(inspect.signature(loss).parameters), weights[name])
            for name, loss in losses.items()
            if weights[name]
        }

    def __call__(self, paths: Paths) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum, and each loss without its weight, the sum of both directions."""
        paths.compute(name for _, reads, _ in self._terms.values() for name in reads)
        values: dict[str, Tensor] = {}
        weighted: list[Tensor] = []
        for name, (loss, reads, weight) in self._terms.items():
            a, b = loss(*(paths[path] for path in reads))
            values[name] = a + b
            if isinstance(weight, Mapping):
                weighted += [w * value for w, value in ((weight["a"], a), (weight["b"], b)) if w]
            else:
                weighted.append(weight * values[name])
        return sum(weighted[1:], start=weighted[0]), values
