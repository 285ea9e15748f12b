"""Data paths through several networks, each computed at most once and in few calls.

A figure of paths is a table `{path: (network, input)}` whose inputs are other paths or given images, so that the
table reads as the figure does. Inputs that one network can take together are one call: instance norm works on each
sample by itself, so a batch of two calls holds the same numbers.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crossnet.engine.executor import Apply, Step, Walk, batched
from crossnet.engine.schedule import Calls, fewest_rounds

Figure = Mapping[str, tuple[str, str]]


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
        """Compute the named paths and all that they rest on, in few calls; returns itself."""
        edges = tuple((name, *self._figure[name]) for name in self._needed(names))
        for lanes in fewest_rounds(edges, self._apply.width):
            for made in self._apply([self._walk(calls) for calls in lanes]):
                self._known.update(made)
        return self

    def _walk(self, calls: Calls) -> Walk:
        steps = [Step(self._networks[network], [self._figure[p][1] for p in made], made) for network, made in calls]
        inside = {path for _, made in calls for path in made}
        return Walk(steps, {name: self._known[name] for step in steps for name in step.reads if name not in inside})

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
