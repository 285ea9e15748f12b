"""The model in DVC's registry: the commands of docs/pretrained.md, from a clone whose cache is empty."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from crossnet.model import load_model
from tests.support.cloned import commit, hashes, run
from tests.support.paths import ROOT
from tests.unit.cli.run_of import finished_run

DOC = (ROOT / "docs/pretrained.md").read_text(encoding="utf-8")
ARTIFACTS = YAML(typ="safe", pure=True).load(ROOT / "dvc.yaml")["artifacts"]
STAGE = {"cmd": "mkdir -p data && cp -r made data/model", "deps": ["made"], "outs": ["data/model"]}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the artifacts of dvc.yaml, its model pushed to a remote and registered as v1.0.0."""
    home = tmp_path_factory.mktemp("published")
    here = home / "here"
    here.mkdir()
    finished_run(here)
    (here / "data/model").rename(here / "made")
    YAML().dump({"stages": {"train": STAGE}, "artifacts": ARTIFACTS}, here / "dvc.yaml")
    for command in (
        "git init --quiet", "dvc init --quiet", f"dvc remote add --default store {home / 'store'}", "dvc repro --quiet",
    ):  # fmt: skip
        run(here, *command.split())
    commit(here, "a model")
    for command in typed("dvc push"):
        run(here, *command.split())
    run(here, "gto", "register", "crossnet", "--version", "v1.0.0")
    run(home, "git", "clone", "--quiet", str(here), "clone")
    return home


def typed(start: str) -> list[str]:
    """The commands of the page that begin so; at least one."""
    found = re.findall(rf"^    ({re.escape(start)}[^#\n]*)", DOC, re.M)
    assert found, start
    return [command.strip() for command in found]


def test_the_model_is_declared_where_the_pipeline_writes_it() -> None:
    stages = YAML(typ="safe", pure=True).load(ROOT / "dvc.yaml")["stages"]
    assert ARTIFACTS["crossnet"]["path"] in stages["train"]["outs"]
    assert ARTIFACTS["crossnet"]["type"] == "model"


@pytest.mark.parametrize("command", [*typed("dvc artifacts get"), *typed("dvc get")])
def test_the_model_is_got_from_a_clone_without_its_cache(command: str, published: Path, tmp_path: Path) -> None:
    run(tmp_path, *command.replace("URL", str(published / "clone")).split())
    [model] = tmp_path.iterdir()
    assert hashes(model) == hashes(published / "here/made")
    assert load_model(model)[0].device.type == "cpu"


def test_registering_is_as_the_page_says(published: Path) -> None:
    [registering] = typed("gto register")
    assert registering == "gto register crossnet --version v1.0.0"
    assert "crossnet@v1.0.0" in run(published / "here", "git", "tag")
