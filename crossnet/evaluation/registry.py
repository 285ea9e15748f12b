"""The registry of metrics: a registered function of this package is a metric, as in stylegan3's metric_main.

A metric is one module. Its function takes a `Direction` and returns a `Result`. The decorator `Metric` says which keys
of metrics.json it writes, what it needs, and how tables show its values. `background.py` is a short example.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crossnet import evaluation
from crossnet.evaluation.testset import DIRECTIONS, Direction

EITHER = "to_*"  # in a key: stands for both directions, and becomes to_b or to_a
ORDER = (  # of metrics in metrics.json; those that are not listed follow
    "fd_efflite0", "kid_efflite0", "fid", "kid", "foreground", "foreground_scores", "grabcut", "paired", "chroma",
    "background_changed", "failure_modes", "codes",
)  # fmt: skip
TABLES = ("fid", "kid", "kid_efflite0", "fd_efflite0", "foreground", "paired", "signs")  # the order of blocks in tables


@dataclass(frozen=True)
class Value:
    """How tables and the report show one value of metrics.json.

    Args:
        name: of the value, for readers; `{}` in it becomes the direction, "A → B".
        text: what it measures, for readers.
        better: "higher" or "lower"; None where neither is better.
        floors: what a trick reaches. The suffix of the key that holds the floor -> what it is, in words.
        ceilings: what the best possible result reaches, as floors.
        best: what the truth has by definition: a number, or the key that holds it.
        margin: the key of `claims.margins` in params.yaml: a difference within it counts as none. None: no margin.
        table: whether the tables over many runs show the value.
        compared: whether table.md compares methods by the value.
        digits: decimals to show.
    """

    name: str
    text: str
    better: Literal["higher", "lower"] | None = None
    floors: Mapping[str, str] = field(default_factory=dict)
    ceilings: Mapping[str, str] = field(default_factory=dict)
    best: float | str | None = None
    margin: str | None = None
    table: bool = False
    compared: bool = False
    digits: int = 3


@dataclass(frozen=True)
class Result:
    """What a metric finds in one direction.

    Args:
        values: finite numbers of metrics.json by key; None leaves a key out.
        per_image: columns of images.csv, (N,) each, in the order of the translations; NaN is an empty cell.
        conditions: what the values were computed with, once a block, at its end.
        curves: ROC curves by file name, with the columns fpr, tpr, threshold.
        left_out: why there are no values, in one line.
    """

    values: Mapping[str, float | None]
    per_image: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    conditions: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    left_out: str = ""


@dataclass
class Metric:
    """A decorator that registers a function of a `Direction` as a metric.

    Args:
        block: the block of metrics.json that the values go into.
        values: each key of the block that the function writes, without suffixes -> how tables show it. `to_*` in a key
            stands for both directions.
        needs: attributes of a direction. Where one is empty, the metric is left out.
        features: the name of the network whose features the metric needs.
        only: the one direction that is measured; None for both.
        per_image: columns of images.csv that the function fills.
        curves: ROC curves that are always written, without rows where the metric is left out.
    """

    block: str
    values: Mapping[str, Value]
    needs: Sequence[Literal["masks", "truth", "codes", "score_maps"]] = ()
    features: str | None = None
    only: Literal["to_b", "to_a"] | None = None
    per_image: Sequence[str] = ()
    curves: Sequence[str] = ()
    compute: Callable[[Direction], Result] = field(init=False)

    def __call__(self, compute: Callable[[Direction], Result]) -> Callable[[Direction], Result]:
        self.compute = compute
        _registered[compute.__name__] = self
        return compute

    def applies(self, direction: Direction) -> bool:
        """Whether a direction has everything that the metric needs."""
        has_features = self.features is None or self.features in direction.networks
        return (
            has_features
            and self.only in (None, direction.name)
            and all(getattr(direction, need) for need in self.needs)
        )


_registered: dict[str, Metric] = {}


@cache
def metrics() -> tuple[Metric, ...]:
    """All metrics: those of ORDER, then the others by module and place in it."""
    for module in pkgutil.iter_modules(evaluation.__path__, f"{evaluation.__name__}."):
        pkgutil.resolve_name(module.name)
    names = sorted(_registered, key=lambda name: _rank(name, ORDER))
    return tuple(_registered[name] for name in names)


def values() -> dict[str, Value]:
    """ "<block>.<key>" -> each declared value, once a direction, in the order of tables.

    Blocks come as in TABLES. Within a block, to_b comes before to_a, and what has no better direction comes last.
    """
    found = [
        (_rank(each.block, TABLES), value.better is None, number, f"{each.block}.{key.replace(EITHER, name)}", value)
        for each in metrics()
        for key, value in each.values.items()
        for number, name in enumerate(DIRECTIONS if EITHER in key else [""])
    ]
    return {key: value for *_, key, value in sorted(found, key=lambda each: each[:3])}


def finite_mean(values: NDArray[Any]) -> float | None:
    """The mean of the finite values among values (N,); None where none is finite."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else None


def _rank(name: str, names: tuple[str, ...]) -> int:
    """The place of a name among names; those that are not among them are last."""
    return names.index(name) if name in names else len(names)
