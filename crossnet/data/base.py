"""What every data set is: options, `fetch` and `prepare`; and where they are found.

A data set is one module of this folder. It ends with `DATASET = <class>`, and has the name of its `source`. Its top
level imports nothing heavy, since every command reads params.yaml, and with it the options of every data set.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from crossnet.schema import Block, Bytes, Count, Place, Seed, Share, on_disk
from crossnet.urls import redacted, secret_in

if TYPE_CHECKING:
    from crossnet.data.layout import Records

Level = Annotated[int, Field(ge=0, le=255)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
TestShare = Annotated[float, Field(gt=0, lt=1)]
Overlap = Literal["stop", "drop"]  # at a picture of both training and test: stop, or leave it out of training
Group = Literal["folder", "model"]  # what is in one split: a folder, or in it names that agree up to their first dot


COPY_AGAIN = "; files that you mend are copied again by: dvc repro --force --single-item fetch"


class SourceError(ValueError):
    """Raw files that are missing, or not laid out as they have to be; the message is one line."""


def _within(low: float, high: float) -> AfterValidator:
    def check(span: list[float]) -> list[float]:
        if not low <= span[0] < span[1] <= high:
            raise ValueError(f"{span} is not a range [low, high] within {low} to {high}")
        return span

    return AfterValidator(check)


def _public(address: str) -> str:
    if fault := secret_in(address):
        raise ValueError(f"{redacted(address)} {fault}")
    return address


Address = Annotated[Place, AfterValidator(_public)]  # of the web, or a path: nothing secret is in it
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
Luminances = Annotated[Pair, _within(0.02, 0.9)]  # a render is exposed to any of these
Reductions = Annotated[Pair, _within(0.1, 100)]
Extents = Annotated[Pair, _within(0.05, 1)]  # shares of the picture's side


class Images(Block):
    """Sizes in pixels, counts of objects or images; `samples` are the renderer's paths a pixel."""

    load_size: Annotated[int, Field(ge=24, le=8192)]
    size: Annotated[int, Field(ge=24, le=8192, multiple_of=4)]
    train: Count
    backgrounds: Annotated[int, Field(ge=1, le=1000)]
    test: Count
    valid: Annotated[int, Field(ge=0, le=10**6)]
    samples: Annotated[int, Field(ge=1, le=100_000)]

    @model_validator(mode="after")
    def _crop_fits(self) -> Images:
        if self.load_size < self.size:
            raise ValueError(f"load_size {self.load_size} is smaller than size {self.size}, which is cropped out of it")
        return self


class Archive(Block):
    """A file to download: `url` and `mirrors` are http(s) addresses or paths; a `sha256` that is not known is null."""

    url: Address
    mirrors: list[Address]
    sha256: Sha256 | None
    max_bytes: Bytes


@dataclass(frozen=True)
class Run:
    """What a data set is fetched and prepared for.

    task: its key in params.yaml.
    images: sizes and counts, of the scale.
    home: the clone, which relative paths start from, also where an experiment runs in a temporary copy of it.
    """

    task: str
    images: Images
    home: Path = field(default_factory=lambda: Path(os.environ.get("DVC_ROOT", ".")))

    @property
    def downloads(self) -> Path:
        """The folder that keeps what was downloaded for the task."""
        return self.home / ".crossnet/downloads" / self.task

    @property
    def checksums(self) -> Path:
        """The file that keeps the checksums of the task's downloads whose authors state none."""
        return self.home / f"data/checksums/{self.task}.json"

    def path(self, place: str) -> Path:
        """Resolve a path of the options."""
        return on_disk(self.home, place) or self.home / place


class Dataset(Block):
    """The options of a task. `fid`: whether FID is measured, which needs the Inception weights."""

    source: str
    fid: bool

    has_validation_split: ClassVar[bool] = False  # whether it may bring one, so that images.valid may be 0
    pairs: ClassVar[bool] = False  # whether train A's images are known as they are in B, which supervised methods need
    remedy: ClassVar[str] = ""  # ends the message where too many files are unreadable

    @abstractmethod
    def fetch(self, folder: Path, run: Run) -> None:
        """Fill an empty folder with raw files: download, copy or render them."""

    @abstractmethod
    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        """Fill an empty folder with images in the layout of `crossnet.data.layout`. Returns what became of each file.

        Raises PreparationError, and RefusedError with the records of the files that were looked at.
        """

    def rendered(self, images: Images) -> int | None:
        """Return how many images a training side gets where they are rendered; None where the raw files decide."""
        return None

    def not_fetched(self, raw: Path) -> list[tuple[str, str, str]]:
        """List what `fetch` found and left out: side, source, reason."""
        return []

    def attribution(self, raw: Path, run: Run) -> str:
        """Return in Markdown who made the images."""
        from crossnet.escaping import code_span

        return (
            f"# Attribution\n\nThe images of {code_span(run.task)} were not found by searching; docs/tasks.md says "
            "where they come from.\n"
        )


class Photographs(Dataset):
    """Images of any shape: how they become squares, and which share of unreadable ones is accepted."""

    fit: Literal["stretch", "crop"]
    max_unreadable: Share


class OnScenery(Dataset):
    """How crops of scenery are drawn, which objects are set into."""

    scenery_luminance: Luminances
    scenery_reduction: Reductions


class ProductsOnWhite(OnScenery, Photographs):
    """Options of products that are cut out of white.

    group: what is in one split.
    tolerance: levels below 255 that are still the background.
    scenery: a folder of photographs; None for those that ship with the project's libraries.
    """

    group: Group
    test_share: TestShare
    tolerance: Level
    scenery: Place | None
    seed: Seed

    pairs: ClassVar[bool] = True


class RenderedObjects(Dataset):
    """Options of rendered objects.

    luminance: range of the mean over an object's pixels, in [0, 1], reached by exposure.
    object_size: range of the share of the picture's side that an object's longer extent takes.
    """

    seed: Seed
    luminance: Luminances
    object_size: Extents

    pairs: ClassVar[bool] = True


class ObjectsOnScenery(OnScenery, RenderedObjects):
    """Rendered objects, set into scenery."""

    def rendered(self, images: Images) -> int:
        return images.train * images.backgrounds


@cache
def datasets() -> dict[str, type[Dataset]]:
    """Find the class of every data set, by its `source`."""
    paths = sorted(path for path in Path(__file__).parent.glob("*.py") if "\nDATASET = " in path.read_text())
    return {path.stem: import_module(f"crossnet.data.{path.stem}").DATASET for path in paths}
