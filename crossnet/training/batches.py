"""Pairs of training images: one tensor in memory for each domain, cropped and flipped by a seeded rule.

A batch is a function of (seed, step) alone, so that a checkpoint need not save anything of it. An epoch is max(A, B)
images. Each domain is shuffled as a whole, and shuffled again when all of its images were used, so that A and B are
paired at random (unstated in the paper; CycleGAN's). For a supervised method both are drawn and cropped alike.
"""

import hashlib
from collections.abc import Collection
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor

from crossnet.image_folders import list_images
from crossnet.images import decode, pixels
from crossnet.training.seeds import derive

PAIRED = "trainAB"  # of crossnet/data/layout.py: a training does not depend on that module


def load_images(folder: Path, names: Collection[str] | None = None) -> Tensor:
    """All images of a folder, (N, 3, H, W) uint8, in the order of their names; or those with some names (stems) alone.

    Raises ValueError for none, and if sizes differ.
    """
    paths = [path for path in list_images(folder) if names is None or path.stem in names]
    if not paths:
        raise ValueError(f"{folder}: no images")
    images = [pixels(decode(path)) for path in paths]
    for path, image in zip(paths, images, strict=True):
        if image.shape != images[0].shape:
            raise ValueError(f"{path}: {image.shape[1::-1]} pixels, but {paths[0]} has {images[0].shape[1::-1]}")
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()


class Batches:
    """Batches of pairs for step 0, 1, 2, ...: `batches[step]` is (x_a, x_b), each (batch, 3, size, size) in [-1, 1].

    `a` and `b` are (N, 3, load_size, load_size) uint8. Each image is cropped to `size` at random and, if `flip`,
    mirrored half of the time. Several processes, each with its rank, split the batch that one process would have with
    all of their images: `global_batch` of each domain. If `paired`, the i-th of `a` and of `b` show the same, and both
    are drawn together, with one crop and one mirror.
    """

    def __init__(
        self,
        a: Tensor,
        b: Tensor,
        batch: int,
        size: int,
        flip: bool,
        seed: int,
        rank: int = 0,
        processes: int = 1,
        paired: bool = False,
    ):
        self._sides, self._size, self._flip, self._seed = {"a": a, "b": b}, size, flip, seed
        self._random = dict.fromkeys("ab", "a") if paired else {"a": "a", "b": "b"}  # whose random numbers a side has
        self.global_batch, self._mine = batch * processes, slice(rank * batch, (rank + 1) * batch)

    @classmethod
    def load(
        cls, prepared: Path, batch: int, size: int, flip: bool, seed: int, fabric: Fabric, paired: bool = False
    ) -> "Batches":
        """This process's batches of a prepared task, whose images are loaded into memory: all, or the pairs alone.

        Raises ValueError where there are no images, or no pairs.
        """
        if paired and not (prepared / PAIRED).is_dir():
            raise ValueError(
                f"{prepared}: no {PAIRED}, the images of trainA as they are in B, which this method learns from; "
                "choose a task with pairs, or another method"
            )
        sides = ("trainA", PAIRED) if paired else ("trainA", "trainB")
        names = {path.stem for path in list_images(prepared / PAIRED)} if paired else None
        a, b = (load_images(prepared / side, names) for side in sides)
        return cls(a, b, batch, size, flip, seed, fabric.global_rank, fabric.world_size, paired)

    @property
    def epoch_images(self) -> int:
        """Images a side in one epoch: max(A, B)."""
        return max(len(images) for images in self._sides.values())

    def digest(self) -> str:
        """SHA-256 of the images of both sides, in their order, and of how many each side has."""
        total = hashlib.sha256()
        for images in self._sides.values():
            total.update(f"{tuple(images.shape)}".encode() + images.numpy().tobytes())
        return total.hexdigest()

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        return self._draw("a", step), self._draw("b", step)

    def _draw(self, side: str, step: int) -> Tensor:
        images = self._sides[side]
        random = np.random.default_rng(derive(self._seed, "augment", self._random[side], step))
        places = np.arange(step * self.global_batch, (step + 1) * self.global_batch)[self._mine]
        picked = images[torch.from_numpy(self._order(self._random[side], places))]
        room = picked.shape[-1] - self._size
        tops, lefts = random.integers(0, room + 1, (2, self.global_batch))[:, self._mine]
        mirrored = (random.random(self.global_batch) < 0.5)[self._mine]
        crops = []
        for image, top, left, mirror in zip(picked, tops, lefts, mirrored, strict=True):
            crop = image[:, top : top + self._size, left : left + self._size]
            crops.append(crop.flip(-1) if mirror and self._flip else crop)
        return torch.stack(crops).float().div_(127.5).sub_(1)

    def _order(self, side: str, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The images of a domain at some places of its endless sequence: a new permutation whenever all were used."""
        count = len(self._sides[side])
        picked = np.empty_like(places)
        for turn in np.unique(places // count):
            permutation = np.random.default_rng(derive(self._seed, "order", side, int(turn))).permutation(count)
            here = places // count == turn
            picked[here] = permutation[places[here] % count]
        return picked
