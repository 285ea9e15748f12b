"""One result of an image search, and what every search service is to the code that asks it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class SearchError(RuntimeError):
    """A service that cannot be asked, or answers what it should not; the message is one line."""


class LimitError(SearchError):
    """The service wants no more requests for now; the message is one line that says when to come again."""


@dataclass(frozen=True)
class Found:
    """One image as a service describes it: plain text of one line each, empty or 0 where it says nothing."""

    url: str  # of the file itself
    landing_page: str  # where a reader finds it with its author and licence
    creator: str
    licence: str  # a name of `licences.NAMES`, or what else the service calls it
    licence_version: str  # "4.0"
    licence_url: str
    title: str
    width: int  # pixels of what `url` gives
    height: int
    filetype: str  # "jpg"
    provider: str  # "flickr", "wikimedia"
    query: str
    identifier: str  # the service's own


class Search(Protocol):
    """A service that finds images by words."""

    def search(self, query: str, most: int) -> Iterator[Found]:
        """At most `most` images, best first; asks page by page, as far as the results are taken.

        Raises LimitError, SearchError, or WebError for a service that does not answer.
        """
        ...
