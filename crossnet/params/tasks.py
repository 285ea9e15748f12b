"""The tasks of params.yaml: a class for each kind of source, told apart by the key `source`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from crossnet.schema import Block, Bytes, Count, Name, Place, Seed, Share
from crossnet.urls import redacted, secret_in

Level = Annotated[int, Field(ge=0, le=255)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Pixels = Annotated[int, Field(ge=1, le=8192)]
Split = Annotated[float, Field(gt=0, lt=1)]
Leaks = Literal["stop", "drop"]  # of a picture of both training and test
Contact = Annotated[str, Field(pattern=r"^[!-~]+$")]  # goes into a header


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


class Archive(Block):
    """A file to download: `url` and `mirrors` are http(s) addresses or paths; a `sha256` that is not known is null."""

    url: Address
    mirrors: list[Address]
    sha256: Sha256 | None
    max_bytes: Bytes

    @property
    def urls(self) -> list[str]:
        """Where it may be had, in the order to try."""
        return [self.url, *self.mirrors]


class AnyTask(Block):
    """`fid`: whether the task is measured by FID also, which needs the Inception weights."""

    fid: bool


class Pictures(AnyTask):
    """How images of any shape become squares, and the share of unreadable ones that is put up with."""

    fit: Literal["stretch", "crop"]
    max_unreadable: Share


class ObjectsTask(AnyTask):
    """Rendered objects, set into scenery."""

    seed: Seed
    luminance: Luminances
    object_size: Extents
    scenery_luminance: Luminances
    scenery_reduction: Reductions


class SculpturesTask(ObjectsTask):
    source: Literal["sculptures"]


class StripesTask(ObjectsTask):
    source: Literal["stripes"]


class SpecularTask(AnyTask):
    source: Literal["specular2diffuse"]
    seed: Seed
    luminance: Luminances
    object_size: Extents
    meshes: Place | None


class FolderTask(Pictures):
    source: Literal["folder"]
    path: Place
    paired: bool
    train_test_overlap: Leaks


class FoldersTask(Pictures):
    source: Literal["folders"]
    a: Place
    b: Place
    test_share: Split
    seed: Seed
    train_test_overlap: Leaks


class Words(Block):
    """What each domain shows."""

    A: str
    B: str


class ZipTask(Archive, Pictures):
    source: Literal["zip"]
    domains: Words
    train_test_overlap: Leaks


class DpedTask(Pictures):
    source: Literal["dped"]
    archives: Annotated[dict[Name, Archive], Field(min_length=1)]
    phone: str
    disjoint: bool
    seed: Seed


class HdsegTask(Pictures):
    source: Literal["hdseg"]
    photographs: Archive
    masks: Archive
    category: str | None
    test_share: Split
    seed: Seed


class ZapposTask(Archive, Pictures):
    source: Literal["zappos"]
    categories: list[str]
    max_products: Count | None
    group: Literal["folder", "model"]
    test_share: Split
    tolerance: Level
    scenery: Place | None
    scenery_luminance: Luminances
    scenery_reduction: Reductions
    seed: Seed


class ProductsTask(Pictures):
    source: Literal["products"]
    folders: Annotated[list[Place], Field(min_length=1)]
    group: Literal["folder", "model"]
    test_share: Split
    tolerance: Level
    object_size: Extents
    scenery: Place | None
    scenery_luminance: Luminances
    scenery_reduction: Reductions
    seed: Seed


class Queries(Block):
    """Words to search for, a side."""

    A: Annotated[list[str], Field(min_length=1)]
    B: Annotated[list[str], Field(min_length=1)]


class SearchTask(Pictures):
    source: Literal["search"]
    queries: Queries
    services: dict[str, Address]
    contact: Contact | None
    licences: Annotated[list[str], Field(min_length=1)]
    wanted: Count
    max_results: Count
    preview_width: Pixels
    smallest: Pixels
    max_bytes: Bytes
    hash_distance: Annotated[int, Field(ge=0, le=64)]
    white_above: Level
    white_share: Share
    test_share: Split
    seed: Seed


Task = Annotated[
    SculpturesTask
    | StripesTask
    | SpecularTask
    | FolderTask
    | FoldersTask
    | ZipTask
    | DpedTask
    | HdsegTask
    | ZapposTask
    | ProductsTask
    | SearchTask,
    Field(discriminator="source"),
]
