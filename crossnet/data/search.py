"""Images of two sides by searching for words: openly licensed, and each with its author (§5.3, Fig. 9)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from crossnet.data.base import Address, Level, Photographs, Run, TestShare
from crossnet.data.layout import Records
from crossnet.schema import Block, Bytes, Count, Seed, Share

PAPER = "https://arxiv.org/abs/1901.04530"  # the purpose of the requests, where no contact is given

Pixels = Annotated[int, Field(ge=1, le=8192)]
Contact = Annotated[str, Field(pattern=r"^[!-~]+$")]  # goes into a header


class Queries(Block):
    """Words to search for, a side."""

    A: Annotated[list[str], Field(min_length=1)]
    B: Annotated[list[str], Field(min_length=1)]


class Search(Photographs):
    """Options.

    services: addresses of openverse and commons, asked one after the other.
    contact: an address or page, sent to the services; None for the paper's.
    licences: of the images, such as by-sa.
    wanted: images a side.
    max_results: results looked at, of one query to one service.
    preview_width: pixels, of what Commons scales down.
    smallest: pixels of the shorter edge.
    hash_distance: bits of 64: images that differ in no more are duplicates.
    white_above: level from which a pixel is white.
    white_share: share of a border that has to be white on side B.
    """

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
    test_share: TestShare
    seed: Seed

    def fetch(self, folder: Path, run: Run) -> None:
        """Search and download. Raises SearchError and LicenceError."""
        from crossnet.data.download.web import Web
        from crossnet.data.image_search.build import build
        from crossnet.data.image_search.filter import Rules

        rules = Rules(
            tuple(self.licences), self.smallest, self.max_bytes, self.hash_distance, self.white_above, self.white_share
        )
        with Web(f"crossnet-reproduction/0.1 ({self.contact or PAPER})") as web:
            build(
                folder, run.downloads, web, self.queries.model_dump(), self.services, rules, self.wanted,
                self.max_results, self.preview_width, self.test_share, self.seed,
            )  # fmt: skip

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.sides import prepare_photographs

        domains = {
            "a": f"photographs found for {', '.join(self.queries.A)}",
            "b": f"photographs found for {', '.join(self.queries.B)}",
        }
        return prepare_photographs(self, raw, folder, run, domains, "drop", self.seed)

    def not_fetched(self, raw: Path) -> list[tuple[str, str, str]]:
        from crossnet.data.image_search.manifest import REFUSED, read_refused

        return read_refused(raw / REFUSED)

    def attribution(self, raw: Path, run: Run) -> str:
        from crossnet.data.image_search.manifest import MANIFEST, attribution

        return attribution(raw / MANIFEST)


DATASET = Search
