"""Read parameter files within bounds of size and depth, and describe their errors in one line."""

import reprlib
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from crossnet.escaping import one_line
from crossnet.params.renamed import RENAMED
from crossnet.urls import SECRET, redact_urls

MAX_BYTES = 2**16  # of a file; params.yaml has 16 kB
MAX_NODES = 20_000  # of a YAML document, aliases followed; params.yaml has 700


class ParamsError(ValueError):
    """A parameter that cannot be used; the message is one line: file, key, what was found, what was wanted."""


def read_bytes(path: Path) -> bytes:
    """The content of a small file. Raises OSError for one that is larger than MAX_BYTES, or not a regular file."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(0, "Is a directory" if path.is_dir() else "Not a regular file", str(path))
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(0, f"More than {MAX_BYTES} bytes", str(path))
    return content


def read_yaml(path: Path) -> Any:
    """The values of a YAML file. Raises ParamsError, and OSError as `read_bytes` does."""
    yaml, content = YAML(typ="safe", pure=True), read_bytes(path)
    try:
        node = yaml.compose(content)
        nodes = 0 if node is None else _nodes(node, {})
        if nodes > MAX_NODES:
            raise ValueError(f"its aliases stand for more than {MAX_NODES} values")
        return None if node is None else yaml.constructor.construct_document(node)
    except RecursionError:
        raise ParamsError(f"{path}: not YAML: nested too deeply") from None
    except (YAMLError, ValueError) as error:
        raise ParamsError(f"{path}: not YAML: {redact_urls(one_line(error))}") from error


def _nodes(node: Node, known: dict[int, int]) -> int:
    """Count the nodes of a document with its aliases written out, up to MAX_NODES + 1."""
    if id(node) not in known:
        known[id(node)] = MAX_NODES + 1  # of what contains itself
        children: Sequence[Node] = ()
        if isinstance(node, MappingNode):
            children = [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            children = node.value
        known[id(node)] = min(MAX_NODES + 1, 1 + sum(_nodes(child, known) for child in children))
    return known[id(node)]


def describe(errors: Sequence[ErrorDetails]) -> str:
    """Describe the first error: its key, what was found, what was wanted, and how many more errors there are.

    A renamed key is described before all others.
    """
    first = next((error for error in errors if _renamed(error)), errors[0])
    place = list(map(str, first["loc"]))
    if place[-1:] == ["[key]"]:
        del place[-2:]  # the message names it
    if place[:1] == ["tasks"]:
        del place[2:3]  # the kind of task, which pydantic adds to the way there
    if place and place[0].startswith("lambda_"):
        del place[1:2]  # whether it is one weight or two
    message = _WANTED.get(first["type"], first["msg"]).removeprefix("Value error, ").replace("Input should", "should")
    if new := _renamed(first):
        message = f"is called {new} now; rename the key"
    elif first["type"] == "union_tag_invalid":
        place.append("source")
        message = f"{first['ctx']['tag']!r} is none of {first['ctx']['expected_tags']}"
    elif first["type"] not in ("missing", "value_error", "union_tag_not_found", "json_invalid"):
        found = "..." if first["type"] == "extra_forbidden" and SECRET.search(place[-1]) else shown(first["input"])
        message = f"{found} {message}"
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return one_line(f"{'.'.join(place) + ': ' if place else ''}{message}{more}")


def _renamed(error: ErrorDetails) -> str | None:
    """The new name of an old key that an error is about."""
    return RENAMED.get(str(error["loc"][-1])) if error["type"] == "extra_forbidden" else None


def shown(value: Any) -> str:
    """Show a value in a message: its repr, shortened where it is long or nested, without secrets of addresses."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother = 2, 80, 80
    try:
        return redact_urls(short.repr(redact_urls(value) if isinstance(value, str) else value))
    except ValueError:  # an integer of more digits than Python writes
        return "a number of thousands of digits"


_WANTED = {
    "missing": "missing; every key has to be there",
    "union_tag_not_found": "source: missing; every key has to be there",
    "extra_forbidden": "is a value for a key that does not exist",
    "float_type": "is not a number",
    "int_type": "is not a whole number",
    "bool_type": "is not true or false",
    "string_type": "is not a text",
}
