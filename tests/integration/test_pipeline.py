"""The whole pipeline at scale=smoke, in a fresh clone, by the commands that a user types."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.chromium import PROGRAM, opened
from tests.support.cloned import commit, environment, fresh, hashes, run, set_parameter
from tests.support.tiny import logged_losses
from tests.unit.report.test_plots_page import opens


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone with one change, scale: smoke, and its first `dvc repro` done and committed."""
    folder = tmp_path_factory.mktemp("clone")
    fresh(folder)
    run(folder, "dvc", "repro")
    commit(folder, "the first run")
    return folder


def test_the_pipeline_leaves_what_it_promises(clone: Path) -> None:
    metrics = json.loads((clone / "reports/metrics.json").read_text())
    assert set(metrics) == {"foreground", "grabcut", "paired", "signs", "kid_efflite0", "fd_efflite0"}
    assert metrics["paired"]["n"] == metrics["kid_efflite0"]["to_b_n"] == 8
    for file in ("data/model/config.json", "reports/index.html", "reports/figures/translations.png"):
        assert (clone / file).stat().st_size > 100
    for to, source in (("to_b", "testA"), ("to_a", "testB")):
        names = {path.name for path in (clone / "data/prepared/sculptures" / source).iterdir()}
        assert {path.name for path in (clone / "data/translated" / to).iterdir()} == names
        codes = [np.load(path) for path in (clone / "data/translated/codes" / to).glob("*.npy")]
        assert {code.shape for code in codes} == {(16, 8, 8)}
        assert len(codes) == 8
    log = clone / "reports/training/plots/metrics"
    terms = {path.stem for path in (log / "loss").iterdir()}
    assert {f"loss/{term}" for term in terms} == logged_losses("crossnet")
    assert {"learning_rate.tsv", "images_per_second.tsv", "code_norm"} <= {path.name for path in log.iterdir()}


def test_nothing_to_do_is_said_quickly(clone: Path) -> None:
    began = time.monotonic()
    output = run(clone, "dvc", "repro")
    assert "up to date" in output
    assert "Running stage" not in output
    assert time.monotonic() - began < 10
    assert run(clone, "git", "status", "--porcelain") == ""


def test_editing_what_a_run_does_not_use_leaves_it_up_to_date(clone: Path) -> None:
    other, own = (clone / f"crossnet/methods/{name}.py" for name in ("cyclegan", "crossnet"))
    set_parameter(clone, "scales.paper.training.duration", "100 epochs")
    set_parameter(clone, "methods.cyclegan.cycle", 9)
    other.write_text(other.read_text() + "\n# another method's comment\n")
    assert "up to date" in run(clone, "dvc", "status", "fetch", "prepare", "train", "translate", "evaluate", "report")
    own.write_text(own.read_text() + "\n# this method's comment\n")
    assert "crossnet/methods/crossnet" in run(clone, "dvc", "status", "train")
    run(clone, "git", "checkout", "--quiet", ".")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("lambda_zid", "six", "lambda_zid: 'six' is not a number"),
        ("lambda_zid", -1, "lambda_zid: -1 should be greater than or equal to 0"),
        ("scales.smoke.training.lr", "2e-4x", "scales.smoke.training.lr: '2e-4x' is not a number"),
        ("scales.smoke.images.size", 33, "scales.smoke.images.size: 33 should be a multiple of 4"),
        ("lambda_zyc", 0, "lambda_zyc: 0 is a value for a key that does not exist"),
    ],
)
def test_a_wrong_parameter_stops_before_anything_is_touched(clone: Path, key: str, value: Any, said: str) -> None:
    before = {folder: hashes(clone / folder) for folder in ("data", "reports")}
    set_parameter(clone, key, value)
    output = run(clone, "dvc", "repro", wanted=None)
    run(clone, "git", "checkout", "--quiet", "params.yaml")
    assert {folder: hashes(clone / folder) for folder in ("data", "reports")} == before
    errors = [line for line in output.splitlines() if line.startswith("error:")]
    assert errors == [f"error: params.yaml: {said}"]
    assert "ERROR: failed to reproduce 'check'" in output


def test_a_wrong_value_of_an_experiment_touches_nothing_but_what_dvc_writes_it_to(clone: Path) -> None:
    before = {folder: hashes(clone / folder) for folder in ("data", "reports")}
    output = run(clone, "dvc", "exp", "run", "-S", "lambda_zid=six", wanted=None)
    assert "error: params.yaml: lambda_zid: 'six' is not a number" in output
    assert {folder: hashes(clone / folder) for folder in ("data", "reports")} == before
    run(clone, "git", "checkout", "--quiet", "params.yaml")
    assert "up to date" in run(clone, "dvc", "status")


def test_an_ablation_is_one_command(clone: Path) -> None:
    output = run(clone, "dvc", "exp", "run", "--name", "no-zcyc", "-S", "lambda_zcyc=0")
    assert "Stage 'fetch' didn't change, skipping" in output
    assert "Stage 'prepare' didn't change, skipping" in output
    losses = {path.stem for path in (clone / "reports/training/plots/metrics/loss").iterdir()}
    assert "zcyc" not in losses
    assert {"gan", "id", "ctc", "zid"} <= losses
    shown = json.loads(run(clone, "dvc", "exp", "show", "--json"))
    [baseline] = [row for row in shown if row["rev"] != "workspace"]
    [experiment] = [row["revs"][0] for row in baseline["experiments"]]
    weights = [row["data"]["params"]["params.yaml"]["data"]["lambda_zcyc"] for row in (baseline, experiment)]
    assert weights == [6, 0]
    assert all("reports/metrics.json" in row["data"]["metrics"] for row in (baseline, experiment))
    assert "paired.to_b_psnr" in run(clone, "dvc", "metrics", "diff", "HEAD", "no-zcyc")
    output = run(clone, "dvc", "exp", "run", "-S", "lambda_zcyc=6")
    for stage in ("train", "translate", "evaluate"):
        assert f"Stage '{stage}' is cached - skipping run" in output
    run(clone, "git", "checkout", "--quiet", ".")
    run(clone, "dvc", "checkout", "--force")


def test_a_comparator_runs_beside_the_workspace_and_goes_on_where_it_was_killed(clone: Path, tmp_path: Path) -> None:
    before = hashes(clone / "data/model")
    keys = ("method=cyclegan", "seed=1", "scales.smoke.training.duration=240 images",
            "checkpoints.every_seconds=0", "checkpoints.share=1")  # fmt: skip
    typed = ("dvc", "exp", "run", "--temp", "--name", "cycle", *(word for key in keys for word in ("-S", key)))
    with started(clone, *typed):
        deadline = time.monotonic() + 150
        while not list((clone / ".crossnet/runs").glob("*/step-*")) and time.monotonic() < deadline:
            time.sleep(0.02)
    [left] = (clone / ".crossnet/runs").glob("*")
    assert list(left.glob("step-*"))
    output = run(clone, *typed)
    assert "going on after step " in output
    assert not left.exists()
    assert hashes(clone / "data/model") == before
    diff = json.loads(run(clone, "dvc", "metrics", "diff", "--json", "HEAD", "cycle"))
    changed = diff["reports/training/metrics.json"]
    assert {name for name in changed if name.startswith("loss.") and "new" in changed[name]} >= {
        "loss.gan", "loss.cycle", "loss.identity", "loss.disc_a", "loss.disc_b",
    }  # fmt: skip
    assert changed["loss.zid"]["new"] is None
    assert "paired.to_b_psnr" in diff["reports/metrics.json"]
    log = "reports/training/plots/metrics/loss/gan.tsv"
    run(clone, "dvc", "get", ".", log, "--rev", "cycle", "--out", str(tmp_path / "gan.tsv"))
    rows = (tmp_path / "gan.tsv").read_text().splitlines()
    assert [int(row.split("\t")[0]) for row in rows[1:]] == list(range(4, 61, 4))


@contextmanager
def started(folder: Path, *command: str) -> Iterator[None]:
    """A command and all that it starts, killed at the end."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_plots_page_asks_nothing_of_a_network_and_runs_no_name(clone: Path, tmp_path: Path) -> None:
    run(clone, sys.executable, "-m", "crossnet.report.plots_page", ".dvc/plots/page.html")
    run(clone, "dvc", "config", "--local", "plots.html_template", "plots/page.html")
    branch = "</script><script>document.title='PWNED'</script>"
    run(clone, "git", "branch", branch, "HEAD")
    run(clone, "dvc", "plots", "diff", branch, "no-zcyc")
    page = (clone / "dvc_plots/index.html").read_text()
    assert '<div id = "reports_plots_images_csv">' in page
    assert '<div id = "reports_training_plots_metrics_loss_gan_tsv">' in page
    assert "no-zcyc" in page
    assert 'src="http' not in page
    if PROGRAM:
        with opened(clone / "dvc_plots/index.html", tmp_path) as shown:
            opens(shown, plots=page.count("vegaEmbed('#"))
            assert shown.run("document.title") == "CrossNet: plots"
            assert branch in shown.run("[...document.querySelectorAll('figcaption')].map(e => e.textContent)")


def test_the_command_translates_at_the_images_own_size(clone: Path, tmp_path: Path) -> None:
    Image.new("RGB", (61, 43), "teal").save(tmp_path / "größe.png")
    (tmp_path / "broken.png").write_bytes(b"")
    output = run(clone, "crossnet", "translate", str(tmp_path), "--to", "b", "--out", str(tmp_path / "out"), wanted=1)
    assert "broken.png" in output
    with Image.open(tmp_path / "out" / "größe.png") as translated:
        assert translated.size == (61, 43)


def test_a_trained_model_is_exported_and_translates_as_before(clone: Path, tmp_path: Path) -> None:
    terms = ("--data", "Rendered here.", "--licence", "none.")
    output = run(clone, "crossnet", "export", "data/model", "pretrained/smoke", *terms)
    assert "pretrained/smoke: 0.04 MB" in output
    card = (clone / "pretrained/smoke/README.md").read_text()
    described = json.loads((clone / "data/prepared/sculptures/dataset.json").read_text())
    assert described["b"] in card
    assert "kid_efflite0.to_b" in card
    source = clone / "data/prepared/sculptures/testA"
    for model in ("data/model", "pretrained/smoke"):
        out = tmp_path / Path(model).name
        run(clone, "crossnet", "translate", str(source), "--model", model, "--to", "b", "--out", str(out))
    for path in source.iterdir():
        whole, half = (np.asarray(Image.open(tmp_path / name / path.name), dtype=int) for name in ("model", "smoke"))
        assert abs(whole - half).max() <= 2
    shutil.rmtree(clone / "pretrained/smoke")
