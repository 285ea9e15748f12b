"""How the paths of a table are computed in few calls of networks, and by several workers.

`crossnet.methods.graph.reference` makes one call for each path, as the equations are written. These make the same
numbers in less time: networks compute what is ready for them in one call. Every layer works on each sample by itself
(instance and layer norm), so a batch of two calls holds the numbers of both.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from crossnet.engine.scheduling import Chain, levels
from crossnet.methods.graph import Edge

CallNetwork = Callable[[Any, Sequence[Tensor]], Sequence[Tensor]]  # a network on several inputs


def batched(network: Callable[[Tensor], Tensor], inputs: Sequence[Tensor]) -> Sequence[Tensor]:
    """One call of a network for inputs (N, ...) of one shape: their concatenation along N."""
    if len(inputs) == 1:
        return [network(inputs[0])]
    return torch.split(network(torch.cat(list(inputs))), [len(x) for x in inputs])


class BoundCall(NamedTuple):
    """A network, the names of the tensors that it reads, and of those that it makes of them."""

    network: Any
    reads: Sequence[str]
    makes: Sequence[str]


class BoundChain(NamedTuple):
    """Calls one after the other, and the tensors that they read and do not make."""

    calls: Sequence[BoundCall]
    inputs: Mapping[str, Tensor]

    def run(self, call: CallNetwork) -> dict[str, Tensor]:
        """Compute all that the calls make, by name."""
        known, made = dict(self.inputs), dict[str, Tensor]()
        for network, reads, makes in self.calls:
            made |= dict(zip(makes, call(network, [known[name] for name in reads]), strict=True))
            known |= made
        return made


class BatchedExecutor:
    """Compute paths in few calls, one chain after the other. `call` makes one call of one network."""

    workers = 1

    def __init__(self, call: CallNetwork = batched):
        self.call = call

    def __call__(
        self, edges: Sequence[Edge], networks: Mapping[str, Any], known: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The path of every edge, by name; `known` has the inputs."""
        made: dict[str, Tensor] = {}
        for level in levels(tuple(edges), self.workers):
            for computed in self.run([_bind(chain, edges, networks, {**known, **made}) for chain in level]):
                made |= computed
        return made

    def run(self, chains: Sequence[BoundChain]) -> list[dict[str, Tensor]]:
        """What each of a level's chains makes."""
        return [chain.run(self.call) for chain in chains]


def _bind(chain: Chain, edges: Sequence[Edge], networks: Mapping[str, Any], known: Mapping[str, Tensor]) -> BoundChain:
    source_of = {edge.path: edge.source for edge in edges}
    calls = [BoundCall(networks[network], [source_of[path] for path in paths], paths) for network, paths in chain]
    inside = {path for call in calls for path in call.makes}
    return BoundChain(calls, {name: known[name] for call in calls for name in call.reads if name not in inside})
