"""`crossnet export`: a model in half precision with its card, or one line and nothing written."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from dvc_data.hashfile.build import build
from dvc_data.hashfile.db import HashFileDB
from dvc_data.hashfile.hash import file_md5
from dvc_objects.fs.local import LocalFileSystem
from PIL import Image
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner, Result

from crossnet.cli import app
from tests.support.cloned import hashes, set_parameter
from tests.unit.cli.run_of import ACCOUNTS, finished_run

MODEL, OUT = Path("data/model"), Path("pretrained/horses")
CARD, TRAINED, WEIGHTS = OUT / "README.md", "translating.safetensors", "model.safetensors"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(autouse=True)
def _here(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def export(*more: str, model: Path = MODEL, out: Path = OUT) -> Result:
    words = ["export", str(model), str(out), "--data", "Photographs of [some](x) place.", "--licence", "research only."]
    return CliRunner().invoke(app, [*words, *more], catch_exceptions=False)


def refused(result: Result, message: str) -> None:
    assert result.exit_code == 2
    assert re.fullmatch(rf"error: {message}[^\n]*\n", result.stderr), result.stderr


def translated(model: Path, *more: str) -> Any:
    words = ["translate", "photo.png", "--model", str(model), "--to", "b", "--out", "out", "--overwrite", *more]
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    with Image.open("out/photo.png") as image:
        return np.asarray(image).astype(int)


def test_it_has_the_networks_that_translate_in_half_precision_a_config_and_a_card() -> None:
    result = export()
    assert result.exit_code == 0
    assert {path.name for path in OUT.iterdir()} == {"config.json", WEIGHTS, "README.md"}
    whole, half = load_file(MODEL / TRAINED), load_file(OUT / WEIGHTS)
    assert {value.dtype for value in half.values()} == {torch.float16}
    assert half.keys() == whole.keys()
    assert json.loads((OUT / "config.json").read_text()) == json.loads((MODEL / "config.json").read_text())
    size = sum(path.stat().st_size for path in OUT.iterdir())
    assert result.stdout == f"pretrained/horses: {size / 1e6:.2f} MB, its weights in half precision\n"
    before = hashes(OUT)
    assert export().exit_code == 0
    assert hashes(OUT) == before


def test_half_precision_changes_a_translation_by_two_grey_levels_at_most() -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (64, 48, 3), dtype=np.uint8)).save("photo.png")
    export()
    whole, half = translated(MODEL), translated(OUT)
    assert whole.std() > 20
    assert 0 < abs(whole - half).max() <= 2


def test_the_card_says_what_it_is_of_with_metrics_beside_floors_and_ceilings() -> None:
    export()
    card = CARD.read_text()
    for line in (
        "# horses",
        "    crossnet translate photo.jpg --model horses --to b --out out/",
        "`--to b` translates horses to zebras",
        "Photographs of [some](x) place.",
        "is to be used: research only.",
        "Training had 1,067 images of A and 1,334 of B.",
        "32x32 pixels, random crops of 36x36",
        "48 steps, 192 images a side",
        r"1 min 15 s on Some \| CPU (cpu)",
        "Measured on 120 test images of A and 140 of B, of 32x32\npixels, before",
        "| KID, A → B ↓ | kid_efflite0.to_b | 0.100 ± 0.010 | 0.200 (untranslated input) | 0.020 (real images) |",
        "no better than their floors: fd_efflite0.to_a.",
    ):
        assert line in card, line


def test_an_earlier_export_is_replaced_and_other_files_beside_it_stay() -> None:
    export()
    (OUT / "notes.txt").write_text("mine")
    before = hashes(OUT)
    assert export("--licence", "other terms.").exit_code == 0
    assert {name for name, value in hashes(OUT).items() if before[name] != value} == {"README.md"}
    assert (OUT / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["config.json", WEIGHTS, "README.md"])
def test_what_no_export_has_written_is_replaced_only_when_asked(name: str) -> None:
    OUT.mkdir(parents=True)
    (OUT / name).write_text("mine")
    refused(export(), f"{OUT / name}: was not written by an export; --overwrite replaces it")
    assert hashes(OUT).keys() == {name}
    assert (OUT / name).read_text() == "mine"
    assert export("--overwrite").exit_code == 0
    assert (OUT / name).read_bytes() != b"mine"


def test_a_trained_model_is_never_replaced_by_its_own_export() -> None:
    before = hashes(MODEL)
    refused(export("--overwrite", out=Path("data/../data/model")), "data/../data/model: is the trained model itself")
    assert hashes(MODEL) == before


def spoil_weights() -> None:
    weights = load_file(MODEL / TRAINED)
    weights["E_ab.0.bias"] = torch.full_like(weights["E_ab.0.bias"], 1e5)
    save_file({key: value.clone() for key, value in weights.items()}, MODEL / TRAINED)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(lambda: (MODEL / TRAINED).unlink(), "data/model: not a model of this project", id="no weights"),
        pytest.param(spoil_weights, r"\S+: E_ab\.0\.bias has values too large for half precision", id="too large"),
        pytest.param(lambda: Path("params.yaml").unlink(), "params.yaml: No such file", id="no parameters"),
        pytest.param(
            lambda: set_parameter(Path(), "lambda_zid", 5),
            "data/model: was trained with another weights than params.yaml has; [^\n]*dvc exp apply", id="other run",
        ),
        pytest.param(lambda: Path("pretrained").write_text(""), "pretrained/horses: Not a directory", id="no folder"),
        *(
            pytest.param(lambda name=name: Path(name).unlink(), f"{name}: No such file", id=f"no {Path(name).name}")
            for name in ACCOUNTS
        ),
        *(
            pytest.param(
                lambda name=name, text=text: Path(name).write_text(text), f"{name}: no JSON object",
                id=f"{Path(name).name}, {text[:2]}",
            )
            for name, text in zip(ACCOUNTS, ("{", "[1]", "[" * 30_000), strict=True)
        ),
        *(
            pytest.param(
                lambda name=name: Path(name).write_text('{"steps": []}'),
                "data/prepared/sculptures/dataset.json or reports/training/summary.json: not as `dvc repro` writes it",
                id=f"odd {Path(name).name}",
            )
            for name in [*ACCOUNTS][1:]
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_one_line_and_writes_nothing(spoil: Any, message: str) -> None:
    spoil()
    refused(export(), message)
    assert not OUT.exists()


def locked(**other: str) -> None:
    """Write a dvc.lock of the finished run, with other hashes for some places."""

    def entry(path: str) -> dict[str, str]:
        place = Path(path)
        return {"path": path, "md5": dvc_hash(place) if place.exists() else "translated.dir"}

    model, metrics, summary = "data/model", "reports/metrics.json", "reports/training/summary.json"
    stages = {
        "train": {"outs": [entry(model), entry(summary)]},
        "translate": {"deps": [entry(model)], "outs": [entry("data/translated")]},
        "evaluate": {"deps": [entry("data/translated")], "outs": [entry(metrics)]},
    }
    for place, md5 in other.items():
        stage, kind, number = place.split("_")
        stages[stage][kind][int(number)]["md5"] = md5
    Path("dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": stages}))


def dvc_hash(place: Path) -> str:
    """The hash that DVC records of a file or a folder, by DVC's own code."""
    if place.is_file():
        return str(file_md5(str(place), LocalFileSystem()))
    _, _, found = build(HashFileDB(LocalFileSystem(), str(place.parent / "odb")), str(place), LocalFileSystem(), "md5")
    return str(found.hash_info.value)


def test_a_model_is_exported_with_the_metrics_that_were_measured_on_it() -> None:
    locked()
    assert export().exit_code == 0


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("train_outs_0", "reports/training/summary.json: is not of the training of data/model, by dvc.lock"),
        ("train_outs_1", "reports/training/summary.json: is not of the training of data/model, by dvc.lock"),
        ("translate_deps_0", "reports/metrics.json: was not measured on data/model, by dvc.lock; run `dvc repro`"),
        ("evaluate_deps_0", "reports/metrics.json: was not measured on data/model, by dvc.lock; run `dvc repro`"),
        ("evaluate_outs_0", "reports/metrics.json: was not measured on data/model, by dvc.lock; run `dvc repro`"),
    ],
)
def test_metrics_of_another_model_are_refused(place: str, message: str) -> None:
    locked(**{place: "0" * 32})
    refused(export(), message)
    assert not OUT.exists()


@pytest.mark.parametrize("text", ["[]", "{}", "stages: {train: 1}"])
def test_a_dvc_lock_without_the_stages_is_refused(text: str) -> None:
    Path("dvc.lock").write_text(text)
    refused(export(), "dvc.lock: has not all of train, translate and evaluate; run `dvc repro`")


def test_the_command_in_the_card_quotes_the_name_of_the_folder() -> None:
    out = Path("my `horses`\n# $(date)")
    assert export(out=out).exit_code == 0
    card = (out / "README.md").read_text()
    assert r"    crossnet translate photo.jpg --model 'my `horses`\n# $(date)' --to b --out out/" in card
    assert not re.search(r"^# \$", card, re.MULTILINE)


def test_a_full_disk_leaves_the_earlier_export_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    export()
    before = hashes(OUT)

    def full(path: Path, content: object, lasting: bool) -> None:
        if path.name.startswith(f".{WEIGHTS}"):
            raise OSError(28, "No space left on device", str(path))
        path.write_text("partial")

    monkeypatch.setattr("crossnet.files._write", full)
    refused(export("--licence", "other terms."), f"{OUT / WEIGHTS}: No space left on device; make room")
    assert hashes(OUT) == before


def test_the_card_begins_with_the_metadata_of_the_hub() -> None:
    from huggingface_hub import ModelCard

    export()
    metadata = ModelCard.load(CARD).data
    assert (metadata.library_name, metadata.pipeline_tag, metadata.license) == ("crossnet", "image-to-image", "other")
    assert "crossnet" in metadata.tags


def test_a_model_that_was_exported_is_exported_again_with_its_card_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = CliRunner().invoke(app, ["export", str(tmp_path / OUT), "again"], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    assert hashes(Path("again")) == hashes(tmp_path / OUT)


def test_a_card_of_an_earlier_version_gets_the_metadata_of_the_hub() -> None:
    export()
    CARD.write_text(CARD.read_text().partition("---\n<!--")[2].join(["<!--", ""]))
    assert CARD.read_text().startswith("<!-- Written by")
    assert CliRunner().invoke(app, ["export", str(OUT), "again"]).exit_code == 0
    assert Path("again/README.md").read_text().startswith("---\nlibrary_name: crossnet\n")


def test_files_of_an_earlier_exports_model_go_with_it() -> None:
    export("--onnx")
    (OUT / "translating.safetensors").write_bytes(b"of an earlier version")
    assert export().exit_code == 0
    assert {path.name for path in OUT.iterdir()} == {"config.json", WEIGHTS, "README.md"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ((), f"{MODEL}: has no model card of an export; a new one needs --data and --licence"),
        (("--data", "d"), "--licence: is missing; a new model card needs both"),
        (("--licence", "l"), "--data: is missing; a new model card needs both"),
    ],
)
def test_a_card_without_what_it_needs_is_one_line(more: tuple[str, ...], message: str) -> None:
    refused(CliRunner().invoke(app, ["export", str(MODEL), str(OUT), *more], catch_exceptions=False), message)
    assert not OUT.exists()


def test_onnx_files_are_written_for_both_directions() -> None:
    done = export("--onnx")
    assert done.exit_code == 0, done.stderr
    assert {path.name for path in OUT.glob("*.onnx")} == {"to_a.onnx", "to_b.onnx"}
    assert done.stdout.endswith("MB, its weights in half precision, ONNX files in single precision\n")


def test_without_the_extra_onnx_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    refused(export("--onnx"), "--onnx needs onnxruntime; install it by `pip install 'crossnet\\[onnx\\]'`")
    assert not OUT.exists()


def test_an_onnx_file_that_differs_from_torch_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossnet.onnx_model.MOST_APART", -1)
    refused(export("--onnx"), f"{MODEL}: ONNX Runtime differs from torch by \\d grey levels at 64x64, more than -1")
    assert not OUT.exists()
