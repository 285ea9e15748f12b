"""Escape untrusted text (names of files, answers of servers) for the terminal, CSV files and Markdown.

A terminal obeys escape codes, a spreadsheet computes cells that begin like a formula, and Markdown has marks and HTML.
"""

import re
from typing import TypeVar

T = TypeVar("T")

FORMULA = re.compile("'*\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]")  # the second four: the first in full width
INLINE = re.compile(r"[\\`*\[\]<>|~$&!]|\{(?=[{%])|(?<![^\W_])_|_(?![^\W_])")  # "_" within a word is no mark
AT_START = re.compile(r"^(\d*)([#+=.)-])(?=[#=-]*(?:\s|$))")  # of a heading, a list, a line across


def printable(text: str) -> str:
    """Escape control characters, line ends and surrogates as Python does."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def one_line(message: object) -> str:
    """Return a message as one printable line; for an error without a message, the name of its type."""
    line = printable(" ".join(str(message).split()))
    return line or (type(message).__name__ if isinstance(message, BaseException) else "")


def csv_cell(value: T) -> T | str:
    """Make a cell of a CSV file printable, and quote it if a spreadsheet would compute it; numbers stay as they are."""
    return printable(quoted(value)) if isinstance(value, str) and not _is_number(value) else value


def quoted(text: str) -> str:
    """Put a quote before a text that a spreadsheet would compute, or that begins with such a quote."""
    return f"'{text}" if FORMULA.match(text) else text


def unquoted(cell: str) -> str:
    """Undo `quoted`."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def escape_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it as it is, without marks, HTML, table cells or links."""
    escaped = INLINE.sub(r"\\\g<0>", printable(text.strip()))
    escaped = AT_START.sub(r"\1\\\2", escaped)
    return escaped.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")


def code_span(text: str) -> str:
    """Return a text as a code span of Markdown; not for tables."""
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
