"""How the paths of a table are computed in few calls of networks, and by several workers.

`crossnet.methods.graph.reference` makes one call for each path, as the equations are written. These make the same
numbers in less time: networks compute what is ready for them in one call. Layers work on each sample by itself
(instance and layer norm), so a batch of two calls holds the numbers of both; a network where they do not says so.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from crossnet.engine.scheduling import Chain, levels
from crossnet.methods.graph import Edge

Arguments = tuple[Tensor, ...]  # of one use of a network
CallNetwork = Callable[[Any, Sequence[Arguments]], Sequence[Tensor]]  # a network that is used several times


def batched(
    network: Callable[..., Tensor], uses: Sequence[Arguments], mixes_samples: bool | None = None
) -> Sequence[Tensor]:
    """One call of a network for several uses, whose arguments (N, ...) have the same shapes: joined along N.

    mixes_samples: whether the network is called once for each use, as one with batch norm has to be; None: whether the
    network has a true attribute of that name.
    """
    if mixes_samples is None:
        mixes_samples = getattr(network, "mixes_samples", False)
    if len(uses) == 1 or mixes_samples:
        return [network(*arguments) for arguments in uses]
    joined = [torch.cat(place) for place in zip(*uses, strict=True)]
    return torch.split(network(*joined), [len(arguments[0]) for arguments in uses])


class BoundCall(NamedTuple):
    """A network, the names of the tensors that each of its uses reads, and of those that it makes of them."""

    network: Any
    reads: Sequence[tuple[str, ...]]
    makes: Sequence[str]


class BoundChain(NamedTuple):
    """Calls one after the other, and the tensors that they read and do not make."""

    calls: Sequence[BoundCall]
    inputs: Mapping[str, Tensor]

    def run(self, call: CallNetwork) -> dict[str, Tensor]:
        """Compute all that the calls make, by name."""
        known, made = dict(self.inputs), dict[str, Tensor]()
        for network, reads, makes in self.calls:
            made |= dict(
                zip(makes, call(network, [tuple(known[name] for name in names) for names in reads]), strict=True)
            )
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
    sources_of = {edge.path: edge.sources for edge in edges}
    calls = [BoundCall(networks[network], [sources_of[path] for path in paths], paths) for network, paths in chain]
    inside = {path for call in calls for path in call.makes}
    read = (name for call in calls for names in call.reads for name in names)
    return BoundChain(calls, {name: known[name] for name in read if name not in inside})
