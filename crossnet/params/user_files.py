"""The folders of the pipeline and the files of the user: nothing of the user's may lie where the pipeline writes.

DVC removes a stage's outs before it runs the stage. So the stage `check`, which runs before any other, refuses such
files, and so does each stage, which may be started without DVC.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from crossnet.params import Params
from crossnet.schema import PlaceText, on_disk

WRITTEN = (
    "data/checked", "data/checksums", "data/fetched", "data/prepared", "data/model", "data/translated", "reports",
    ".crossnet", ".dvc", ".git", ".venv", "dvc.lock", "dvc_plots",
)  # fmt: skip
READ = ("crossnet", "stages", "dvc.yaml", "params.yaml")  # by the stages
KEPT = "reports/experiments"  # no stage writes there
IN_REPORTS = tuple(f"reports/{name}" for name in (
    "data", "figures", "plots", "plots/roc", "training", "training/plots", "training/plots/images",
    "training/plots/metrics",
))  # fmt: skip
MARK = ".fetched"  # an empty file in a folder of raw images that the stage `fetch` has made
MADE_BY = {
    "data/fetched": MARK,
    "data/prepared": "dataset.json",
}  # a file in each task's folder of ours


class UserFilesError(ValueError):
    """A file of the user's would be replaced or lost; the message is one line."""


def refuse_user_files(params: Params) -> None:
    """Raise UserFilesError where a path of the task is in the pipeline's folders, or one of these is a link."""
    home = Path(os.environ.get("DVC_ROOT", "."))
    for key, text in places(params.task_options, f"tasks.{params.task}"):
        try:
            path = on_disk(home, text)
            resolved = path.resolve() if path else None
        except (ValueError, RuntimeError) as error:  # a null character; a home folder of nobody; links in a circle
            raise UserFilesError(f"params.yaml: {key}: {text!r} is no path: {error}") from None
        if resolved:
            _refuse_source(key, text, resolved, home)
    _refuse_links(params.task)


def refuse_unknown(place: str) -> None:
    """Raise UserFilesError where a folder of MADE_BY, which DVC replaces as a whole, has files that no stage made."""
    for path in sorted(Path(place).glob("[!.]*")):
        if not path.is_dir() or (not (path / MADE_BY[place]).exists() and any(path.iterdir())):
            raise UserFilesError(
                f"{path}: is not made by the pipeline, which would delete it; move it elsewhere, and name that folder "
                "in params.yaml (data/README.md)"
            )


def _refuse_source(key: str, text: str, path: Path, home: Path) -> None:
    for own in (*WRITTEN, *READ):
        for root in (home, Path()):
            for place in ((root / own).resolve(), root.resolve() / own):
                if path.is_relative_to(place) or place.is_relative_to(path):
                    relation = "is" if path == place else "lies in" if path.is_relative_to(place) else "contains"
                    raise UserFilesError(
                        f"params.yaml: {key}: {text!r} {relation} {own}, which belongs to the pipeline and may be "
                        "replaced by it; move your files to a folder of their own, and name that (data/README.md)"
                    )


def _refuse_links(task: str) -> None:
    """A stage replaces whole folders, but never one that a link leads to."""
    of_task = [f"{folder}/{task}" for folder in ("data/fetched", "data/prepared")]
    for path in map(Path, ("data", *WRITTEN[:7], *of_task, *IN_REPORTS)):
        if path.is_symlink() and not path.is_file():
            raise UserFilesError(
                f"{path}: is a link, to {path.readlink()}, and the pipeline would replace what lies there; remove the "
                "link. For data on another disk, `dvc cache dir --local` moves DVC's cache (data/README.md)"
            )


def of_pipeline(path: Path) -> str | None:
    """The folder or file of a clone's pipeline, by its name there, that a path is or lies in; None for any other path.

    DVC deletes files that it does not know in such a folder. KEPT is none of them. Raises OSError for links in a
    circle.
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
