"""How networks are called: walks through several of them, one after the other, and several inputs together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor


class Step(NamedTuple):
    """A network that is called: the names of what it reads, (N, ...) of one shape, and of what it makes of each."""

    network: Any
    reads: Sequence[str]
    makes: Sequence[str]


class Walk(NamedTuple):
    """Steps one after the other, and all that they read and do not make, by name."""

    steps: Sequence[Step]
    given: Mapping[str, Any]


class Apply(Protocol):
    """How walks are made that need nothing of each other. Gives what each made, by name.

    `width` is the number of walks that it makes at a time.
    """

    width: int

    def __call__(self, walks: Sequence[Walk]) -> Sequence[Mapping[str, Any]]: ...


Call = Callable[[Any, Sequence[Any]], Sequence[Any]]  # of a network on several inputs


def together(network: Callable[[Tensor], Tensor], inputs: Sequence[Tensor]) -> Sequence[Tensor]:
    """One call on all inputs."""
    if len(inputs) == 1:
        return [network(inputs[0])]
    return torch.split(network(torch.cat(list(inputs))), [len(x) for x in inputs])


def each(network: Callable[[Any], Any], inputs: Sequence[Any]) -> Sequence[Any]:
    """One call for each input: what the equations say, to compare the others with."""
    return [network(x) for x in inputs]


def walked(walk: Walk, call: Call) -> dict[str, Any]:
    """What a walk makes."""
    known = dict(walk.given)
    made: dict[str, Any] = {}
    for network, reads, makes in walk.steps:
        made |= dict(zip(makes, call(network, [known[name] for name in reads]), strict=True))
        known |= made
    return made


class InTurn:
    """One walk after the other."""

    width = 1

    def __init__(self, call: Call):
        self._call = call

    def __call__(self, walks: Sequence[Walk]) -> Sequence[Mapping[str, Any]]:
        return [walked(walk, self._call) for walk in walks]


batched, one_by_one = InTurn(together), InTurn(each)
