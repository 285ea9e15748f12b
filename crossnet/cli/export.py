"""`crossnet export`: a trained model with its weights in half precision and a model card, ready to share."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from crossnet.cli.options import fail, refuse_pipeline_folder
from crossnet.files import error_message, errors_at, write_all_atomically
from crossnet.params import Params, ParamsError, load_params
from crossnet.params.reading import read_bytes, read_yaml
from crossnet.terminal import echo

CARD = "README.md"
METRICS, SUMMARY = Path("reports/metrics.json"), Path("reports/training/summary.json")


class ExportError(ValueError):
    """A model that cannot be exported; the message is one line."""


def export(
    model: Annotated[Path, typer.Argument(help="A trained model, such as data/model.")],
    out: Annotated[Path, typer.Argument(help="The folder to write, such as pretrained/NAME.")],
    data: Annotated[str, typer.Option(help="For the model card: what the training images are, and their source.")],
    licence: Annotated[str, typer.Option(help="For the model card: the terms of these images.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that no export has written.")] = False,
) -> None:
    """Export the networks of a trained model that translate, in half precision, with a model card.

    Run it where the model was trained and evaluated: the card has the numbers of params.yaml, reports/metrics.json,
    reports/training/summary.json and data/prepared/<task>/dataset.json. Other files in the folder stay as they are.
    """
    from jinja2 import TemplateError

    from crossnet.cli.model_card import model_card
    from crossnet.data.layout import DESCRIPTION
    from crossnet.model import CONFIG, TRANSLATING, ModelError, load_model

    refuse_pipeline_folder(out)
    try:
        _refuse_loss(model, out, (CONFIG, TRANSLATING, CARD), overwrite)
        _, config = load_model(model)
        params = load_params()
        _refuse_other_run(model, config, params)
        weights = _halved(model / TRANSLATING)
        described = Path("data/prepared") / params.task / DESCRIPTION
        dataset, metrics, summary = map(_read, (described, METRICS, SUMMARY))
        _refuse_other_metrics(model)
        try:
            card = model_card(out.name, params, dataset, metrics, summary, data, licence, len(weights))
        except (TemplateError, TypeError, ValueError) as error:
            raise ExportError(f"{described} or {SUMMARY}: not as `dvc repro` writes it ({error})") from None
        files: dict[str, str | bytes] = {CONFIG: json.dumps(config, indent=1) + "\n", TRANSLATING: weights, CARD: card}
        with errors_at(out):
            out.mkdir(parents=True, exist_ok=True)
            write_all_atomically({out / name: content for name, content in files.items()})
    except (ModelError, ParamsError, ExportError) as error:
        raise fail(str(error)) from None
    except OSError as error:
        raise fail(error_message(error)) from None
    total = sum((out / name).stat().st_size for name in files)
    echo(f"{out}: {total / 1e6:.2f} MB, its weights in half precision", result=True)


def _refuse_loss(model: Path, out: Path, names: tuple[str, ...], overwrite: bool) -> None:
    """Raise ExportError where files would be replaced that are not an earlier export, or are the model itself."""
    from crossnet.cli.model_card import MARK

    if out.resolve() == model.resolve():
        raise ExportError(f"{out}: is the trained model itself; name another folder")
    there = [out / name for name in names if (out / name).exists()]
    card = out / CARD
    ours = card.is_file() and card.read_bytes().startswith(MARK.encode())
    if there and not ours and not overwrite:
        raise ExportError(f"{there[0]}: was not written by an export; --overwrite replaces it")


def _refuse_other_run(model: Path, config: Mapping[str, Any], params: Params) -> None:
    """Raise ExportError where a model was trained with other parameters than those of params.yaml."""
    chosen = {"task": params.task, "method": params.method, "seed": params.seed, "size": params.images.size}
    differ = [key for key, value in (chosen | params.setup).items() if config.get(key) != value]
    if differ:
        raise ExportError(
            f"{model}: was trained with another {differ[0]} than params.yaml has; go to the clone that it was trained "
            "in, or get its experiment by `dvc exp apply`"
        )


def _refuse_other_metrics(model: Path) -> None:
    """Raise ExportError where dvc.lock has the metrics or the summary of another model; without it, nothing is known.

    The chain is followed by hashes: the model, its translations, and the metrics of these.
    """
    if not Path("dvc.lock").is_file():
        return
    lock = read_yaml(Path("dvc.lock"))

    def recorded(stage: str, kind: str, path: str) -> str | None:
        return next((entry["md5"] for entry in lock["stages"][stage][kind] if entry["path"] == path), None)

    try:
        of_training = [recorded("train", "outs", path) for path in ("data/model", str(SUMMARY))]
        translated = recorded("translate", "deps", "data/model"), recorded("translate", "outs", "data/translated")
        measured = recorded("evaluate", "deps", "data/translated"), recorded("evaluate", "outs", str(METRICS))
    except (LookupError, TypeError):
        raise ExportError("dvc.lock: has not all of train, translate and evaluate; run `dvc repro`") from None
    own = _dvc_hash(model)
    if of_training != [own, _dvc_hash(SUMMARY)]:
        raise ExportError(f"{SUMMARY}: is not of the training of {model}, by dvc.lock; run `dvc repro`")
    if translated != (own, measured[0]) or measured[1] != _dvc_hash(METRICS):
        raise ExportError(f"{METRICS}: was not measured on {model}, by dvc.lock; run `dvc repro`")


def _dvc_hash(path: Path) -> str:
    """Return the MD5 of a file, or of a folder, as DVC records it in dvc.lock."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()
    files = {each.relative_to(path).as_posix(): each for each in path.rglob("*") if each.is_file()}
    content = json.dumps([{"md5": _dvc_hash(files[name]), "relpath": name} for name in sorted(files)])
    return f"{hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()}.dir"


def _halved(path: Path) -> bytes:
    """Return a file of weights in half precision. Raises ExportError for a weight that is too large for it."""
    from safetensors.torch import load_file, save

    halved = {key: value.half() for key, value in load_file(path).items()}
    for key, value in halved.items():
        if not bool(value.isfinite().all()):
            raise ExportError(f"{path}: {key} has values too large for half precision")
    return save(halved)


def _read(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file that a stage has written. Raises ExportError."""
    try:
        found = json.loads(read_bytes(path))
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror}; export where the model was trained and evaluated") from None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ExportError(f"{path}: no JSON object; write it again with `dvc repro`")
    return found
