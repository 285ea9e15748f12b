"""Data sets with the options of params.yaml, and runs of them whose files are where a test has them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossnet.data.base import Dataset, Images, Run
from crossnet.params import load_params
from tests.support.committed import PARAMS

IMAGES = Images(load_size=28, size=24, train=3, backgrounds=2, test=2, valid=1, samples=2)


def dataset(task: str, **changed: Any) -> Dataset:
    """The data set of a task of params.yaml, some of its options changed."""
    return load_params(PARAMS).tasks[task].model_copy(update=changed)


@dataclass(frozen=True)
class RunAt(Run):
    """A run with a folder of its own for downloads, and beside it, or elsewhere, the checksums."""

    store: Path = Path()
    sums: Path | None = None

    @property
    def downloads(self) -> Path:
        return self.store

    @property
    def checksums(self) -> Path:
        return self.sums or self.store.with_suffix(".json")


def run_at(store: Path, sums: Path | None = None, task: str = "horse2zebra", **images: int) -> Run:
    """A run of that name; `images` are sizes and counts other than those of IMAGES."""
    return RunAt(task, IMAGES.model_copy(update=images), store.parent, store, sums)
