"""The evaluation set: the files, pixels and features of both directions of a split, which metrics are computed from."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crossnet.data.layout import Known, Split, known_truth, masks_of, measured_sides, translation_names
from crossnet.data.names import rank
from crossnet.evaluation.features import Network, Store, gather
from crossnet.image_folders import list_images
from crossnet.images import decode, pixels

DIRECTIONS = ("to_b", "to_a")

Image = NDArray[np.uint8]  # (H, W, 3)
Images = Sequence[Image]
Masks = Sequence[NDArray[np.bool_]]  # (H, W) each, True on the object
ScoreMaps = Sequence[NDArray[np.float64]]  # (H, W) each, high on the object
Features = NDArray[np.float64]  # (N, F)


@dataclass(frozen=True)
class FeatureSets:
    """The features of one direction: translations of `source`, and test and training images of the target domain."""

    translations: Features
    source: Features
    real: Features
    train: Features


@dataclass(frozen=True)
class Direction:
    """One direction of translation, `to_b` or `to_a`.

    Args:
        name: of the direction.
        names: of the translations, without .png.
        sources: the N test images of the source domain.
        translations: their translations, in the same order.
        real: the test images of the target domain; where `truth` is known, the i-th is the truth of the i-th source.
        train: the training images of the target domain.
        masks: (H, W) of the objects of the sources, True on the object; empty where there are none. Those of B are
            known where it is paired with A.
        truths: what the split knows of the truth, by direction: "image", or "object" for the masks' pixels alone.
        codes: latent codes that the method wrote, .npy.
        score_maps: the folder of score maps that the method wrote, if it did.
        networks: whose features can be computed, by name.
        features_of: the features of all directions by the name of a network.
    """

    name: str
    names: list[str]
    sources: list[Path]
    translations: list[Path]
    real: list[Path]
    train: list[Path]
    masks: Masks
    truths: Mapping[str, Known]
    codes: list[Path]
    score_maps: Path | None
    networks: Mapping[str, Network] = field(repr=False)
    features_of: Callable[[str], Mapping[str, FeatureSets]] = field(repr=False)

    def features(self, network: str) -> FeatureSets:
        """The features of this direction's images by one of `networks`, computed once for all directions."""
        return self.features_of(network)[self.name]

    @property
    def truth(self) -> Known | None:
        """What is known of the truth of this direction's translations."""
        return self.truths.get(self.name)

    @property
    def size(self) -> int:
        """Pixels a side of the translations."""
        return int(self.translated[0].shape[0])

    @cached_property
    def inputs(self) -> list[Image]:
        return read_images(self.sources)

    @cached_property
    def translated(self) -> list[Image]:
        return read_images(self.translations)

    @cached_property
    def targets(self) -> list[Image]:
        """The test images of the target domain."""
        return read_images(self.real)


def evaluation_set(
    prepared: Path, translated: Path, split: Split, networks: Sequence[Network] = (), features: Path = Path("features")
) -> dict[str, Direction]:
    """The directions of a split that were translated, by name.

    Args:
        prepared: the folder of the prepared images.
        translated: the folder of the translations, with to_b, to_a and, if the method wrote them, codes and scores.
        split: of the prepared images.
        networks: whose features metrics may ask for.
        features: the folder in which features are stored.

    Raises:
        LayoutError: the prepared images lack a side of the split.
        OSError: a mask or dataset.json cannot be read, or nothing was translated.
    """
    if not any((translated / name).is_dir() for name in DIRECTIONS):
        raise FileNotFoundError(f"{translated}: no {' and no '.join(DIRECTIONS)}; run `dvc repro translate`")
    found: dict[str, Direction] = {}
    by_name = {network.name: network for network in networks}

    @cache
    def features_of(network: str) -> dict[str, FeatureSets]:
        return _feature_sets(by_name[network], found, Store(features))

    side_a, side_b = measured_sides(prepared, split)
    truths = known_truth(json.loads((prepared / "dataset.json").read_text()), split)
    masks = [mask[..., 0] >= 128 for mask in read_images(_images(prepared / masks_of(split)))]
    scores = translated / "scores"
    for name, side, target in (("to_b", side_a, "B"), ("to_a", side_b, "A")):
        if not (translated / name).is_dir():
            continue
        sources, called = list_images(prepared / side), translation_names(prepared, side)
        names = [called[path.stem] for path in sources]
        found[name] = Direction(
            name=name,
            names=names,
            sources=sources,
            translations=[translated / name / f"{each}.png" for each in names],
            real=_images(prepared / f"{split}{target}"),
            train=_images(prepared / f"train{target}"),
            masks=masks if name == "to_b" or name in truths else [],
            truths=truths,
            codes=sorted((translated / "codes" / name).glob("*.npy")),
            score_maps=scores if scores.is_dir() else None,
            networks=by_name,
            features_of=features_of,
        )
    return found


def read_images(paths: Sequence[Path]) -> list[Image]:
    """The pixels of image files, (H, W, 3) each. Raises OSError for a file that cannot be read."""
    return [pixels(decode(path)) for path in paths]


def sample(paths: list[Path], most: int) -> list[Path]:
    """At most `most` of the paths, in their order: the same for the same names, at random by a hash of the name."""
    return sorted(sorted(paths, key=lambda path: rank(0, path.name))[:most])


def _images(folder: Path) -> list[Path]:
    return list_images(folder) if folder.is_dir() else []


def _feature_sets(network: Network, directions: Mapping[str, Direction], store: Store) -> dict[str, FeatureSets]:
    """The features of all directions. All images are resized to the size of the first translation."""
    groups = {
        (name, kind): paths
        for name, each in directions.items()
        for kind, paths in (
            ("translations", each.translations),
            ("source", each.sources),
            ("real", each.real),
            ("train", each.train if network.all_of_training else sample(each.train, len(each.real))),
        )
    }
    found = gather(network, groups, next(iter(directions.values())).size, store)
    kinds = ("translations", "source", "real", "train")
    return {name: FeatureSets(*(found[name, kind] for kind in kinds)) for name in directions}
