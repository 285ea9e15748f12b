"""What services say about an image, as values that any file can hold: plain text of one line, and counts."""

import unicodedata
from html.parser import HTMLParser

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
