"""What there is to measure: the files and pixels of both directions of a split."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.data.layout import Split, measured_sides, translation_names
from crossnet.data.ranking import rank
from crossnet.evaluation.distances import Sets
from crossnet.evaluation.features import Network, gather
from crossnet.evaluation.store import Store
from crossnet.image_folders import list_images
from crossnet.images import decode, pixels

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


def directions(prepared: Path, translated: Path, split: Split) -> dict[str, Direction]:
    """`to_b` and `to_a` of a split of a task that is prepared and translated. Raises LayoutError without such sides."""
    found = {}
    side_a, side_b = measured_sides(prepared, split)
    for to, source, target in (("b", side_a, "B"), ("a", side_b, "A")):
        sources, called = list_images(prepared / source), translation_names(prepared, source)
        names = [called[path.stem] for path in sources]
        folders = [prepared / f"{side}{target}" for side in (split, "train")]
        real, train = (list_images(folder) if folder.is_dir() else [] for folder in folders)
        found[f"to_{to}"] = Direction(
            names, sources, [translated / f"to_{to}" / f"{name}.png" for name in names], real, train
        )
    return found


def read(paths: list[Path]) -> list[Image]:
    return [pixels(decode(path)) for path in paths]


def featured(network: Network, tests: dict[str, Direction], size: int, all_of_training: bool) -> dict[str, Sets]:
    """The features of both directions, from the repository's store where they are known.

    Of the training images as many are taken as there are of the split, at random, unless all are wanted.
    """
    groups = {
        (name, kind): paths
        for name, test in tests.items()
        for kind, paths in (
            ("translations", test.translations),
            ("source", test.sources),
            ("real", test.real),
            ("train", test.train if all_of_training else drawn(test.train, len(test.real))),
        )
    }
    store = Store(Path(os.environ.get("DVC_ROOT", ".")) / ".crossnet/features")
    found = gather(network, groups, size, store)
    return {name: Sets(**{kind: found[name, kind] for _, kind in groups if _ == name}) for name in tests}


def drawn(paths: list[Path], most: int) -> list[Path]:
    """At most so many of them, in their order, the same for the same names: by a hash, so that no rhythm is met."""
    return sorted(sorted(paths, key=lambda path: rank(0, path.name))[:most])
