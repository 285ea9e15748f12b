"""The data of the report that come from git, dvc.lock, prepare.json and the tables over many runs."""

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from crossnet.report import data, experiments

LOCK: dict[str, Any] = {
    "schema": "2.0",
    "stages": {
        "train": {
            "cmd": "x",
            "outs": [{"path": "data/model", "hash": "md5", "md5": "abc.dir", "size": 12, "nfiles": 3}],
        },
        "report": {"cmd": "y", "outs": [{"path": "reports/index.html", "hash": "md5", "md5": "def", "size": 1}]},
    },
}
RUN = {"task": "t", "method": "crossnet", "scale": "laptop", "seed": 1}


def row(name: str, auc: float, n: int = 3) -> dict[str, Any]:
    metrics = {
        "foreground.auc": {"mean": auc, "std": 0.01, "n": n, "better": "higher"},
        "fid.to_b": {"mean": 100 * auc, "std": None, "n": n, "better": "lower"},
    }
    return {"name": name, "method": "crossnet", "settings": {"lambda_zid": 0}, "seeds": [0, 1, 2], "metrics": metrics}


@pytest.fixture
def task(tmp_path: Path) -> Path:
    table = {"task": "t", "scale": "laptop", "rows": [row("GAN+Id", 0.8), row("CrossNet", 0.9, 2)], "tests": []}
    test = {"metric": "fid.to_b", "first": "CrossNet", "second": "+CTC", "n": [5, 5], "difference": -1.25, "low": -2.0}
    test |= {"high": -0.5, "p": 0.0004, "result": "as claimed"}
    claim = {"claim": "C1", "statement": "s", "verdict": "holds", "where": "t, laptop, 5 seeds", "why": "w"}
    (tmp_path / "table.json").write_text(json.dumps(table))
    (tmp_path / "claims.json").write_text(json.dumps({"task": "t", "claims": [claim | {"comparisons": [test]}]}))
    lines = "name,method,seed,foreground.auc\nGAN+Id,crossnet,1,0.8123\nCrossNet,crossnet,1,0.9123\n"
    (tmp_path / "table.csv").write_text(lines)
    return tmp_path


def test_the_table_and_the_claims_are_read(task: Path) -> None:
    found = experiments.collect(task, RUN, {"foreground": {"auc": 0.9123}})
    assert [(key, better) for key, _, better in found["columns"]] == [("fid.to_b", "↓"), ("foreground.auc", "↑")]
    cells = [[(cell["text"], cell["best"]) for cell in line["cells"]] for line in found["rows"]]
    assert cells == [[("80.0", True), ("0.800 ± 0.010", False)], [("90.0", False), ("0.900 ± 0.010", True)]]
    assert [line["own"] for line in found["rows"]] == [False, True]
    assert [name for name, _ in found["files"]] == ["claims.json", "table.csv", "table.json"]
    assert found["files"][0][1] == f"experiments/{task.name}/claims.json"
    [claim] = found["claims"]
    assert (claim["verdict"], claim["where"]) == ("holds", "t, laptop, 5 seeds")
    [line] = claim["comparisons"]
    assert line[1:] == ["CrossNet − +CTC", "5, 5", "-1.25", "-2 to -0.5", "< 0.001", "as claimed"]


@pytest.mark.parametrize(("seed", "auc"), [(0, 0.9123), (1, 0.9124), (1, None)])
def test_a_run_that_is_none_of_them_is_in_no_row(task: Path, seed: int, auc: float | None) -> None:
    found = experiments.collect(task, RUN | {"seed": seed}, {"foreground": {"auc": auc}})
    assert not any(line["own"] for line in found["rows"])


def test_where_nothing_was_compared_there_is_nothing(tmp_path: Path) -> None:
    found = experiments.collect(tmp_path / "none", RUN, {})
    assert [found[key] for key in ("columns", "rows", "bounds", "claims", "files")] == [[], [], {}, [], []]


@pytest.mark.parametrize("text", ['{"rows": [{"name": "x"}]}', "[]", "{"])
def test_a_table_of_another_shape_is_refused_with_the_remedy(task: Path, text: str) -> None:
    (task / "table.json").write_text(text)
    with pytest.raises(ValueError, match="crossnet compare"):
        experiments.collect(task, RUN, {})


def test_the_lock_is_of_what_was_before_the_page(tmp_path: Path) -> None:
    def locked(content: dict[str, Any]) -> dict[str, Any] | None:
        YAML(typ="safe").dump(content, tmp_path / "dvc.lock")
        return data.lock(tmp_path / "dvc.lock", exclude="report")

    first = locked(LOCK)
    assert first is not None
    assert len(first["digest"]) == 64
    assert first["outs"] == [{"stage": "train", "path": "data/model", "hash": "abc.dir", "size": 12, "files": 3}]
    later, other = copy.deepcopy(LOCK), copy.deepcopy(LOCK)
    later["stages"] = dict(reversed(later["stages"].items()))
    later["stages"]["report"]["outs"][0]["md5"] = "another"
    other["stages"]["train"]["outs"][0]["md5"] = "another.dir"
    assert locked(later) == first
    assert locked(other) != first
    assert locked({"stages": {"report": {}}}) is None
    assert data.lock(tmp_path / "none", exclude="report") is None


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_source_is_the_commit_and_what_differs_from_it(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        name = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *name, *arguments], check=True, capture_output=True)

    git("init")
    assert data.source(tmp_path) is None
    for name in ("params.yaml", "dvc.lock", "kept.py"):
        (tmp_path / name).write_text("1", encoding="utf-8")
    git("add", ".")
    git("commit", "-m", "first")
    clean = data.source(tmp_path)
    assert clean is not None
    assert len(clean["commit"]) == 40
    assert clean["changed"] == []
    (tmp_path / "params.yaml").write_text("2", encoding="utf-8")
    (tmp_path / "dvc.lock").write_text("2", encoding="utf-8")
    (tmp_path / "new file.py").write_text("2", encoding="utf-8")
    changed = data.source(tmp_path, exclude=("dvc.lock", "reports"))
    assert changed == {"commit": clean["commit"], "changed": ["new file.py", "params.yaml"]}


def test_a_tree_without_a_repository_has_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert data.source(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert data.source(tmp_path) is None


def test_what_was_refused_is_counted_by_reason_and_linked(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/all of it.csv").write_text("")
    refused = {f"{i}.png": "truncated" for i in range(30)} | {"x.png": "no image"}
    report = {"kept": {"testA": 5}, "enlarged": {"testA": 2, "testB": 0}, "refused_count": 31, "refused": refused}
    found = data.preparation(report, tmp_path)
    assert found["reasons"] == [("truncated", 30), ("no image", 1)]
    assert len(found["examples"]) == data.MAX_EXAMPLES
    assert (found["refused"], found["enlarged"]) == (31, {"testA": 2})
    assert found["links"] == [("data/all of it.csv", "data/all%20of%20it.csv")]
    assert data.preparation({}, tmp_path)["kept"] == {}
