"""What the pipeline writes and replaces, and that nothing of the user's lies there.

DVC removes a stage's outs before it runs the stage. So this is looked at by the stage `check`, which comes before any
other, and again by each stage, which may be started without DVC.
"""

import os
from pathlib import Path

from crossnet.params import Params
from crossnet.params.places import READ, WRITTEN, places
from crossnet.schema import on_disk

IN_REPORTS = tuple(f"reports/{name}" for name in (
    "data", "figures", "plots", "plots/roc", "training", "training/plots", "training/plots/images",
    "training/plots/metrics",
))  # fmt: skip
MARK = ".fetched"  # an empty file in a folder of raw images that the stage `fetch` has made
MADE_BY = {"data/fetched": MARK, "data/prepared": "dataset.json"}  # what is in the folder of each task that is ours


class OwnError(ValueError):
    """Something of the user's would be replaced or lost; the message is one line."""


def refuse_user_files(params: Params) -> None:
    """Raise OwnError where a path of the task meets what the project has, or where a link leads out of it."""
    home = Path(os.environ.get("DVC_ROOT", "."))
    for key, text in places(params.task_options, f"tasks.{params.task}"):
        try:
            path = on_disk(home, text)
            resolved = path.resolve() if path else None
        except (ValueError, RuntimeError) as error:  # a null character; a home folder of nobody; links in a circle
            raise OwnError(f"params.yaml: {key}: {text!r} is no path: {error}") from None
        if resolved:
            _refuse_source(key, text, resolved, home)
    _refuse_links(params.task)


def refuse_unknown(place: str) -> None:
    """Raise OwnError where one of MADE_BY, which DVC replaces as a whole, holds what no stage has made."""
    for path in sorted(Path(place).glob("[!.]*")):
        if not path.is_dir() or (not (path / MADE_BY[place]).exists() and any(path.iterdir())):
            raise OwnError(
                f"{path}: is not made by the pipeline, which would delete it; move it elsewhere, and name that folder "
                "in params.yaml (data/README.md)"
            )


def _refuse_source(key: str, text: str, path: Path, home: Path) -> None:
    for own in (*WRITTEN, *READ):
        for root in (home, Path()):
            for place in ((root / own).resolve(), root.resolve() / own):
                if path.is_relative_to(place) or place.is_relative_to(path):
                    relation = "is" if path == place else "lies in" if path.is_relative_to(place) else "contains"
                    raise OwnError(
                        f"params.yaml: {key}: {text!r} {relation} {own}, which belongs to the pipeline and may be "
                        "replaced by it; move your files to a folder of their own, and name that (data/README.md)"
                    )


def _refuse_links(task: str) -> None:
    """What a stage writes replaces a folder, and must never replace one that a link leads to."""
    of_task = [f"{folder}/{task}" for folder in ("data/fetched", "data/prepared")]
    for path in map(Path, ("data", *WRITTEN[:7], *of_task, *IN_REPORTS)):
        if path.is_symlink() and not path.is_file():
            raise OwnError(
                f"{path}: is a link, to {path.readlink()}, and the pipeline would replace what lies there; remove the "
                "link. For data on another disk, `dvc cache dir --local` moves DVC's cache (data/README.md)"
            )
