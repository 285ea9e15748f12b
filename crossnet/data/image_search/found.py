"""What a search service finds: one image as it is described, in plain text, and the interface of a service."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
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


SILENT = frozenset({"script", "style", "template"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


def plain(value: object) -> str:
    """A text with its white space as single spaces, without control characters and halves of a character.

    Anything else than text is "": a service's null, or a number where a name should be.
    """
    if not isinstance(value, str):
        return ""
    spaced = (" " if character.isspace() else character for character in value)
    kept = (character for character in spaced if unicodedata.category(character) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split())


def from_html(value: object) -> str:
    """The text of a piece of HTML, well-formed or not, without what a reader would not see."""
    if not isinstance(value, str):
        return ""
    reader = _Reader()
    reader.feed(value)
    reader.close()
    return plain("".join(reader.text))


def number(value: object) -> int:
    """A count; 0 for anything that is none: a service's null, a text, less than nothing."""
    return max(0, value) if isinstance(value, int) else 0


class _Reader(HTMLParser):
    """Collects text outside of scripts and of hidden elements; `hidden` holds the open tags from the first such on."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            self.text.append(" ")
        elif self.hidden or tag in SILENT or _is_hidden(dict(attrs)):
            self.hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.hidden:  # and what was left open in it
            del self.hidden[len(self.hidden) - 1 - self.hidden[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text.append(data)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = "".join((attributes.get("style") or "").lower().split())
    return "hidden" in attributes or "display:none" in style
