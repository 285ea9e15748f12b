"""A weighted sum of loss terms over the paths that they read."""

import inspect
from collections.abc import Callable, Mapping

from torch import Tensor

from crossnet.nn.paths import Paths

Term = Callable[..., Tensor]  # its arguments are named after the paths that it reads


def objective(
    terms: Mapping[str, Term], paths: Paths, weights: Mapping[str, float]
) -> tuple[Tensor, dict[str, Tensor]]:
    """The sum of weight x term, as in Eq. (5), and the terms without their weights.

    A term of weight zero is not computed, nor is any path that only it reads. At least one weight is not zero.
    """
    reads = {name: tuple(inspect.signature(term).parameters) for name, term in terms.items() if weights[name]}
    paths.compute(path for names in reads.values() for path in names)
    values = {name: terms[name](*(paths[path] for path in names)) for name, names in reads.items()}
    weighted = [weights[name] * value for name, value in values.items()]
    return sum(weighted[1:], start=weighted[0]), values
