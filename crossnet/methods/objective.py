"""A weighted sum of loss terms, of two directions each, over the paths that they read."""

import inspect
from collections.abc import Callable, Mapping
from typing import NamedTuple

from torch import Tensor

from crossnet.methods.graph import Paths


class Sides(NamedTuple):
    """A term's two directions, each a scalar that is named after the domain in which it is judged."""

    a: Tensor
    b: Tensor


Term = Callable[..., Sides]  # its arguments are named after the paths that it reads
Weight = float | Mapping[str, float]  # of both directions; or of each, {"a": ..., "b": ...}, §6


def objective(
    terms: Mapping[str, Term], paths: Paths, weights: Mapping[str, Weight]
) -> tuple[Tensor, dict[str, Tensor]]:
    """The sum of weight x term, as in Eq. (5), and the terms, both directions together, without their weights.

    A term of weight zero is not computed, nor is any path that only it reads. A direction of weight zero is computed
    and not descended. At least one weight is not zero.
    """
    reads = {name: tuple(inspect.signature(term).parameters) for name, term in terms.items() if weights[name]}
    paths.compute(path for names in reads.values() for path in names)
    sides = {name: terms[name](*(paths[path] for path in names)) for name, names in reads.items()}
    values = {name: side.a + side.b for name, side in sides.items()}
    weighted: list[Tensor] = []
    for name, value in values.items():
        weight = weights[name]
        if isinstance(weight, Mapping):
            weighted += [w * side for w, side in zip((weight["a"], weight["b"]), sides[name], strict=True) if w]
        else:
            weighted.append(weight * value)
    return sum(weighted[1:], start=weighted[0]), values
