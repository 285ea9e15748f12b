"""The data of the report of one experiment or commit, whose files are brought to a folder of their own."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from crossnet.analysis.load import LOCK, METRICS, PARAMS, MissingFilesError, command, copy_files
from crossnet.analysis.repository import ExperimentError, baselines, files, read_params
from crossnet.analysis.variants import BLOCKS
from crossnet.data.layout import DESCRIPTION, NAMES, SPLITS, masks_of, sides_of
from crossnet.escaping import one_line
from crossnet.params import Params
from crossnet.params.renamed import with_new_keys
from crossnet.params.user_files import KEPT
from crossnet.report.data import collect
from crossnet.schema import plain_name

PREPARED, TRANSLATED = "data/prepared", "data/translated"
OF_RUN = ("reports/data", "reports/plots", "reports/training")  # a run may lack them, and so does its report then


def report_data(root: Path, name: str, commit: str, max_images: int) -> dict[str, Any]:
    """Return the data of a run's report (crossnet/report/data.py), with what the working tree knows of many runs.

    Args:
        root: the root of the repository.
        name: of the experiment, for messages.
        commit: of the experiment.
        max_images: of a direction.

    Raises:
        ExperimentError: the run is not finished, or its files are not as the stages write them.
        MissingFilesError: a file is neither in DVC's cache nor at a remote.
    """
    try:
        params = read_params(root, commit)
        run = _run(params)
        with TemporaryDirectory() as scratch:
            place = Path(scratch)
            _copy(root, name, commit, params, place)
            known = root / KEPT / run["task"]
            if known.is_dir():
                shutil.copytree(known, place / KEPT / run["task"])
            data = collect(run, _effective(params), place, max_images)
    except (ExperimentError, MissingFilesError):
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the disk
            raise
        raise ExperimentError(f"its files are not as the stages write them: {one_line(error)}; `dvc repro`") from error
    data["source"] = {"commit": commit, "changed": []}
    data["preparation"]["links"] = data["experiments"]["files"] = []  # relative to a page in reports
    return data


def _copy(root: Path, name: str, commit: str, params: Mapping[str, Any], into: Path) -> None:
    tree = files(root, commit)
    if missing := next((file for file in (METRICS, LOCK) if not tree.exists(file)), None):
        raise ExperimentError(f"no {missing} in it: not finished; `dvc exp run` makes it")
    baseline = baselines(root).get(commit, commit)
    run = {"experiment": name, "commit": commit, "baseline": baseline, "command": command(root, baseline, params)}
    split, prepared = params.get("split", "test"), f"{PREPARED}/{params['task']}"
    needed = [f"{prepared}/{each}" for each in (DESCRIPTION, *sides_of(split))]
    optional = [f"{prepared}/{each}" for each in (masks_of(split), NAMES)]
    copy_files(root, run, [LOCK, METRICS, TRANSLATED, *needed], into)
    copy_files(root, run, [*OF_RUN, *optional], into, optional=True)


def _run(params: Mapping[str, Any]) -> dict[str, Any]:
    """The choices of a run, from a params.yaml of any age. Raises ExperimentError."""
    run = {key: params.get(key) for key in ("task", "method", "scale", "seed")} | {"split": params.get("split", "test")}
    try:
        for key in ("task", "method", "scale"):
            plain_name(str(run[key]))
    except ValueError as error:
        raise ExperimentError(f"{PARAMS}: {one_line(error)}") from None
    if run["split"] not in SPLITS:
        raise ExperimentError(f"{PARAMS}: split: {run['split']!r} is none of {', '.join(SPLITS)}")
    return run


def _effective(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a run used; of a params.yaml that is not as today's, the chosen blocks as they are."""
    current: dict[str, Any] = with_new_keys(params)
    try:
        return Params.model_validate(current).effective()
    except ValidationError:
        unused = (*BLOCKS, "claims", "checkpoints")
        chosen = {
            choice: (current.get(blocks) or {}).get(current.get(choice)) or {} for blocks, choice in BLOCKS.items()
        }
        named = {choice: {"name": current.get(choice)} | block for choice, block in chosen.items()}
        return {key: value for key, value in current.items() if key not in unused} | named
