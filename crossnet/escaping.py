"""Text of others (names of files, words of servers, settings of a run) in the forms in which it does no harm.

A terminal obeys escape codes, a spreadsheet computes cells that begin like a formula, Markdown reads marks and HTML.
Each of these places has one function here, and every writer uses it.
"""

import re
from typing import TypeVar

T = TypeVar("T")

FORMULA = re.compile("'*\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]")  # the second four: the first in full width
INLINE = re.compile(r"[\\`*\[\]<>|~$&!]|\{(?=[{%])|(?<![^\W_])_|_(?![^\W_])")  # "_" within a word is no mark
AT_START = re.compile(r"^(\d*)([#+=.)-])(?=[#=-]*(?:\s|$))")  # of a heading, a list, a line across


def printable(text: str) -> str:
    """Escape what does not print, as Python does: control characters, line ends, halves of characters."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def one_line(message: object) -> str:
    """Return a message as one printable line; of an error that says nothing, the name of its type."""
    line = printable(" ".join(str(message).split()))
    return line or (type(message).__name__ if isinstance(message, BaseException) else "")


def csv_cell(value: T) -> T | str:
    """Return a cell of a CSV file for people: printable, and with a quote before what a spreadsheet would compute.

    Numbers stay as they are, also those that are given as text ("-0.5").
    """
    return printable(quoted(value)) if isinstance(value, str) and not _is_number(value) else value


def quoted(text: str) -> str:
    """Return a text with a quote before it if a spreadsheet would compute it, or if it has such a quote already."""
    return f"'{text}" if FORMULA.match(text) else text


def unquoted(cell: str) -> str:
    """Return the text of a cell that `quoted` made."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def escape_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it as it is: no mark, HTML, table cell or link, no address made a link."""
    escaped = INLINE.sub(r"\\\g<0>", printable(text.strip()))
    escaped = AT_START.sub(r"\1\\\2", escaped)
    return escaped.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")


def code_span(text: str) -> str:
    """Return a text as code of Markdown, between more backticks than it has in a row; not for tables."""
    line = printable(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
