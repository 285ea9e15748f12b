"""Files of experiments, read within bounds: what is not a small tree of texts and finite numbers is one error."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crossnet.escaping import one_line

MOST_BYTES = 2**18  # of a file; dvc.lock has 15 kB
MOST_VALUES = 50_000  # of a file, aliases of YAML followed
MOST_DEPTH = 50
LARGEST = 1e18  # of a number: operations and bytes come near; sums of squares stay finite


class RunsError(RuntimeError):
    """Experiments that cannot be read; the message is one line: the repository, revision or file, and the remedy."""


def failures() -> tuple[type[Exception], ...]:
    """What reading with DVC raises where something is not there, or is not what it should be."""
    from dvc.exceptions import DvcException  # type: ignore[import-untyped]
    from dvc_data.index import DataIndexError
    from scmrepo.exceptions import SCMError

    return (OSError, ValueError, YAMLError, DvcException, DataIndexError, SCMError)


def read_yaml(tree: Any, path: str) -> dict[str, Any] | None:
    """The values of a YAML file, None where there is none. Raises RunsError where it is not what it should be."""
    return _read(tree, path, YAML(typ="safe", pure=True).load)


def read_json(tree: Any, path: str) -> dict[str, Any] | None:
    """The values of a JSON file, None where there is none. Raises RunsError where it is not what it should be."""
    return _read(tree, path, json.loads)


def _read(tree: Any, path: str, parse: Callable[[bytes], Any]) -> dict[str, Any] | None:
    try:
        with tree.open(path, "rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except failures() as error:
        raise RunsError(f"{path}: {one_line(error)}") from None
    if len(content) > MOST_BYTES:
        raise RunsError(f"{path}: more than {MOST_BYTES} bytes")
    try:
        values = parse(content)
        _check(values)
    except RecursionError:
        raise RunsError(f"{path}: nested too deeply") from None
    except (YAMLError, ValueError) as error:
        raise RunsError(f"{path}: {one_line(error)}") from None
    if not isinstance(values, dict):
        raise RunsError(f"{path}: wanted keys and values, found {type(values).__name__}")
    return values


def _check(values: Any) -> None:
    """Raise ValueError for anything but a bounded tree of texts, finite numbers, true, false and null."""
    ahead: list[tuple[str, int, Any]] = [("", 0, values)]
    seen = 0
    while ahead:
        place, depth, value = ahead.pop()
        seen += 1
        if seen > MOST_VALUES or depth > MOST_DEPTH:
            raise ValueError(f"more than {MOST_VALUES} values, or nested more than {MOST_DEPTH} deep")
        if isinstance(value, Mapping):
            for key, each in value.items():
                if not isinstance(key, str):
                    raise ValueError(f"{place}{type(key).__name__} as a key; wanted a text")
                ahead.append((f"{place}{key}.", depth + 1, each))
        elif isinstance(value, list):
            ahead += [(place, depth + 1, each) for each in value]
        elif isinstance(value, int | float):
            if not abs(value) <= LARGEST:  # nor is NaN
                shown = f"{value}" if isinstance(value, float) else "too large"
                raise ValueError(f"{place.rstrip('.')} is {shown}; wanted a finite number of at most {LARGEST:g}")
        elif not isinstance(value, str | None):
            raise ValueError(f"{place.rstrip('.')}: found a {type(value).__name__}; wanted a text or a number")
