"""What there is to measure: the files and pixels of both directions of the test."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.datasets.layout import translation_names
from crossnet.image_files import list_images
from crossnet.images import decode, pixels
from crossnet.metrics.distances import Sets
from crossnet.metrics.features import Network, gather
from crossnet.metrics.store import Store

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Direction:
    """One direction: `translations` of `sources`, in their order, and test and training images of the target."""

    names: list[str]  # of the translations, without .png
    sources: list[Path]
    translations: list[Path]
    real: list[Path]
    train: list[Path]

    @cached_property
    def inputs(self) -> list[Image]:
        return read(self.sources)

    @cached_property
    def translated(self) -> list[Image]:
        return read(self.translations)

    @cached_property
    def targets(self) -> list[Image]:
        return read(self.real)


def directions(prepared: Path, translated: Path) -> dict[str, Direction]:
    """`to_b` and `to_a` of a task that is prepared and translated."""
    found = {}
    for to, source, target in (("b", "A", "B"), ("a", "B", "A")):
        sources, called = list_images(prepared / f"test{source}"), translation_names(prepared, f"test{source}")
        names = [called[path.stem] for path in sources]
        folders = [prepared / f"{side}{target}" for side in ("test", "train")]
        real, train = (list_images(folder) if folder.is_dir() else [] for folder in folders)
        found[f"to_{to}"] = Direction(
            names, sources, [translated / f"to_{to}" / f"{name}.png" for name in names], real, train
        )
    return found


def read(paths: list[Path]) -> list[Image]:
    return [pixels(decode(path)) for path in paths]


def featured(network: Network, tests: dict[str, Direction], size: int, all_of_training: bool) -> dict[str, Sets]:
    """The features of both directions, from the repository's store where they are known.

    Of the training images as many are taken as there are test images, evenly spaced, unless all are wanted.
    """
    groups = {
        (name, kind): paths
        for name, test in tests.items()
        for kind, paths in (
            ("translations", test.translations),
            ("source", test.sources),
            ("real", test.real),
            ("train", test.train if all_of_training else spaced(test.train, len(test.real))),
        )
    }
    store = Store(Path(os.environ.get("DVC_ROOT", ".")) / ".crossnet/features")
    found = gather(network, groups, size, store)
    return {name: Sets(**{kind: found[name, kind] for _, kind in groups if _ == name}) for name in tests}


def spaced(paths: list[Path], most: int) -> list[Path]:
    """At most so many of them, at even distances."""
    return paths if len(paths) <= most else [paths[i * len(paths) // most] for i in range(most)]
