"""The tables of a searched data set: manifest.csv, images and authors; refused.csv, what was left out, and why."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from urllib.parse import quote

from crossnet.data.image_search.licences import title
from crossnet.escaping import code_span, escape_markdown, quoted, unquoted
from crossnet.files import write_atomically

MANIFEST = "manifest.csv"
REFUSED = "refused.csv"


class ManifestError(ValueError):
    """A manifest that is not what was written; the message is one line."""


@dataclass(frozen=True)
class Row:
    """One image that is kept."""

    file: str  # "trainA/0f3a….jpg", from the data set's folder
    side: str  # A or B
    url: str
    landing_page: str
    title: str
    creator: str
    licence: str
    licence_version: str
    licence_url: str
    provider: str
    query: str
    retrieved_at: str  # UTC, ISO 8601
    sha256: str  # of the file
    phash: str
    width: int  # pixels, EXIF orientation applied
    height: int


@dataclass(frozen=True)
class Refusal:
    """One image that was found and is left out."""

    side: str
    url: str
    landing_page: str
    provider: str
    query: str
    reason: str


def write_manifest(path: Path, rows: Sequence[Row]) -> None:
    """Write the table whole or not at all, in the order given."""
    _write(path, Row, rows)


def write_refused(path: Path, refusals: Sequence[Refusal]) -> None:
    """Write the table whole or not at all, in the order given."""
    _write(path, Refusal, refusals)


def read_refused(path: Path) -> list[tuple[str, str, str]]:
    """Of every image that was found and left out: side, address, reason."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [(row["side"], unquoted(row["url"]), unquoted(row["reason"])) for row in rows]


def read_manifest(path: Path) -> list[Row]:
    """The rows of a manifest. Raises ManifestError for other columns or values, OSError for no such file."""
    with path.open(encoding="utf-8", newline="") as file:
        try:
            table = csv.DictReader(file, strict=True)
            names = [field.name for field in fields(Row)]
            if table.fieldnames != names:
                raise ManifestError(f"{path}: columns {table.fieldnames}, wanted {names}; run fetch again")
            return [_row(values) for values in table]
        except (csv.Error, TypeError, UnicodeDecodeError) as error:
            raise ManifestError(f"{path}: not a manifest: {error}; run fetch again") from error


def _row(values: dict[str, str]) -> Row:
    try:
        sizes = {name: int(values[name]) for name in ("width", "height")}
    except (TypeError, ValueError) as error:
        raise TypeError(f"{values['file']}: {error}") from error
    texts = {name: unquoted(cell) if isinstance(cell, str) else cell for name, cell in values.items()}
    return Row(**{**texts, **sizes})  # type: ignore[arg-type] # the two that are numbers are now


def _write(path: Path, kind: type[Row] | type[Refusal], rows: Iterable[Row | Refusal]) -> None:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, [field.name for field in fields(kind)], lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: quoted(cell) if isinstance(cell, str) else cell for name, cell in asdict(row).items()})
    write_atomically(path, text.getvalue().encode())


SAFE = "%/:?#@!$&'*+,;=~"  # what an address keeps; brackets and white space would end a link


def attribution(manifest: Path) -> str:
    """Title, creator, licence and links of every image, grouped by licence, as Markdown.

    Raises ManifestError or OSError as `read_manifest`.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(read_manifest(manifest), key=lambda row: row.file):
        groups.setdefault((row.licence, row.licence_version), []).append(row)
    count = sum(map(len, groups.values()))
    lines = ["# Attribution", "", f"{count} images, each by its creator and under its licence, found by image search."]
    for (licence, version), rows in sorted(groups.items()):
        lines += ["", f"## {escape_markdown(title(licence, version))} ({len(rows)})", "", *map(_item, rows)]
    return "\n".join(lines) + "\n"


def _item(row: Row) -> str:
    licence = _link(title(row.licence, row.licence_version), row.licence_url)
    work, creator = _link(row.title or "untitled", row.landing_page), escape_markdown(row.creator or "unknown")
    return (
        f"- {code_span(row.file)}: {work} by {creator}, {licence}, "
        f"{_link('file', row.url)}, by way of {escape_markdown(row.provider)}"
    )


def _link(text: str, address: str) -> str:
    """A link, or the text alone where the address is none of the web."""
    if not re.match(r"https?://[^/]", address, re.IGNORECASE):
        return escape_markdown(text)
    return f"[{escape_markdown(text)}]({quote(address, safe=SAFE)})"
