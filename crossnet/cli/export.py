"""`crossnet export`: a trained model, ready to share: weights in half precision, a model card, and ONNX files."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossnet.cli.options import fail, refuse_pipeline_folder
from crossnet.files import error_message, errors_at, write_all_atomically
from crossnet.params import Params, ParamsError, load_params
from crossnet.params.reading import read_bytes, read_yaml
from crossnet.terminal import echo

if TYPE_CHECKING:
    from crossnet.methods.base import Method

CARD = "README.md"
ONNX = ("to_b.onnx", "to_a.onnx")
METRICS, SUMMARY = Path("reports/metrics.json"), Path("reports/training/summary.json")


class ExportError(ValueError):
    """A model that cannot be exported; the message is one line."""


def export(
    model: Annotated[
        str, typer.Argument(help="A trained model: a folder such as data/model, or as --model of `crossnet translate`.")
    ],
    out: Annotated[Path, typer.Argument(help="The folder to write, such as pretrained/NAME.")],
    data: Annotated[
        str | None, typer.Option(help="For the model card: what the training images are, and their source.")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="For the model card: the terms of these images.")] = None,
    onnx: Annotated[
        bool, typer.Option("--onnx", help="Also write to_b.onnx and to_a.onnx, checked against torch (extra `onnx`).")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that no export has written.")] = False,
) -> None:
    """Export the networks of a trained model that translate, as the Hugging Face Hub has it, with a model card.

    Writes config.json, model.safetensors (half precision) and README.md. Run it where the model was trained and
    evaluated: the card has the numbers of params.yaml, reports/metrics.json, reports/training/summary.json and
    data/prepared/<task>/dataset.json. A model that was exported before has a card already, and needs neither --data nor
    --licence. ONNX files of an earlier export are replaced, or removed without --onnx; other files in the folder stay.
    """
    from crossnet.hub import HubError
    from crossnet.model import CONFIG, SHARED, TRANSLATING, ModelError, load_model, translating_weights
    from crossnet.model_folder import NoModelError, model_folder

    refuse_pipeline_folder(out)
    written = (CONFIG, SHARED, CARD, *(ONNX if onnx else ()))
    try:
        folder = model_folder(model, "MODEL")
        ours = _refuse_loss(folder, out, written, overwrite)
        method, config = load_model(folder)
        weights = _halved(translating_weights(folder))
        card = _card(folder, config, out.name, data, licence, len(weights))
        files: dict[str, str | bytes] = {CONFIG: json.dumps(config, indent=1) + "\n", SHARED: weights, CARD: card}
        if onnx:
            files |= _onnx(folder, method, config)
        with errors_at(out):
            out.mkdir(parents=True, exist_ok=True)
            write_all_atomically({out / name: content for name, content in files.items()})
            stale = sorted(name for name in {TRANSLATING, *ONNX} - {*files} if ours and (out / name).exists())
            for name in stale:  # of the earlier export's model
                (out / name).unlink()
    except (ModelError, NoModelError, HubError, ParamsError, ExportError) as error:
        raise fail(str(error)) from None
    except OSError as error:
        raise fail(error_message(error)) from None
    total = sum((out / name).stat().st_size for name in files)
    halved = "its weights in half precision" + ", ONNX files in single precision" * onnx
    echo(f"{out}: {total / 1e6:.2f} MB, {halved}", result=True)
    if stale:
        echo(f"removed, of the earlier export: {', '.join(stale)}")


def _card(folder: Path, config: Mapping[str, Any], name: str, data: str | None, licence: str | None, size: int) -> str:
    """Return the model card: of the run in the current folder, or the one that the model has. Raises ExportError."""
    from jinja2 import TemplateError

    from crossnet.cli.model_card import MARK, front_matter, model_card
    from crossnet.data.layout import DESCRIPTION

    if data is None and licence is None:
        card = folder / CARD
        text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
        if MARK not in text:
            raise ExportError(f"{folder}: has no model card of an export; a new one needs --data and --licence")
        return text if text.startswith("---") else front_matter() + text
    if data is None or licence is None:
        raise ExportError(f"{'--data' if data is None else '--licence'}: is missing; a new model card needs both")
    params = load_params()
    _refuse_other_run(folder, config, params)
    described = Path("data/prepared") / params.task / DESCRIPTION
    dataset, metrics, summary = map(_read, (described, METRICS, SUMMARY))
    _refuse_other_metrics(folder)
    try:
        return model_card(name, params, dataset, metrics, summary, data, licence, size)
    except (TemplateError, TypeError, ValueError) as error:
        raise ExportError(f"{described} or {SUMMARY}: not as `dvc repro` writes it ({error})") from None


def _onnx(folder: Path, method: "Method", config: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the ONNX files, each checked against torch. Raises ExportError."""
    try:
        from crossnet.onnx_model import OnnxError, check, onnx_model
    except ModuleNotFoundError:
        raise ExportError("--onnx needs onnx and onnxruntime; install them by `pip install 'crossnet[onnx]'`") from None
    files = {}
    try:
        for to in method.directions:
            made = files[f"to_{to}.onnx"] = onnx_model(method, config, to)
            check(made, method, to)
    except OnnxError as error:
        raise ExportError(f"{folder}: {error}") from None
    except ModuleNotFoundError:
        raise ExportError("--onnx needs onnxruntime; install it by `pip install 'crossnet[onnx]'`") from None
    return files


def _refuse_loss(model: Path, out: Path, names: tuple[str, ...], overwrite: bool) -> bool:
    """Return whether there is an earlier export.

    Raises ExportError where files would be replaced that are not an earlier export, or are the model itself.
    """
    from crossnet.cli.model_card import MARK

    if out.resolve() == model.resolve():
        raise ExportError(f"{out}: is the trained model itself; name another folder")
    there = [out / name for name in names if (out / name).exists()]
    card = out / CARD
    ours = card.is_file() and MARK.encode() in card.read_bytes()
    if there and not ours and not overwrite:
        raise ExportError(f"{there[0]}: was not written by an export; --overwrite replaces it")
    return ours


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
