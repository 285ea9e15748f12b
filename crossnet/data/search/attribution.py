"""Whose the images of a data set are, for a reader: Markdown from its manifest."""

import re
from pathlib import Path
from urllib.parse import quote

from crossnet.data.search.licences import title
from crossnet.data.search.manifest import Row, read_manifest
from crossnet.escaping import code_span, escape_markdown

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
