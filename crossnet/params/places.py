"""Parameters that name files or folders on this machine: known by their type, and where each of them is."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from crossnet.schema import PlaceText

WRITTEN = (
    "data/checked", "data/checksums", "data/fetched", "data/prepared", "data/model", "data/translated", "reports",
    ".crossnet", ".dvc", ".git", ".venv", "dvc.lock", "dvc_plots",
)  # fmt: skip
READ = ("crossnet", "stages", "dvc.yaml", "params.yaml")  # by the stages, beside what they write
KEPT = "reports/experiments"  # which no stage writes


def of_pipeline(path: Path) -> str | None:
    """What of a clone of this project, its name from there, a path is or lies in that is no place for other files.

    DVC deletes what it does not know in a stage's folder. None for any other path, and for what lies in KEPT.
    Raises OSError for links in a circle.
    """
    try:
        place = path.resolve()
    except RuntimeError as error:
        raise OSError(f"{path}: {error}") from None
    for root in (place, *place.parents):
        if (root / "dvc.yaml").is_file() and (root / "stages/_command.py").is_file():
            inside = [own for own in (*WRITTEN, *READ) if place.is_relative_to((root / own).resolve())]
            return next(iter(inside), None) if not place.is_relative_to((root / KEPT).resolve()) else None
    return None


def places(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """The dotted key and the text of every path and address within a block of parameters."""
    if isinstance(value, PlaceText):
        yield key, str(value)
    elif isinstance(value, BaseModel):
        yield from places({name: getattr(value, name) for name in type(value).model_fields}, key)
    elif isinstance(value, Mapping | list):
        named = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, each in named:
            yield from places(each, f"{key}.{name}")
