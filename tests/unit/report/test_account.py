"""Where a run comes from, and what stands beside it: git, dvc.lock, prepare.json, and the tables over many runs."""

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from crossnet.report import experiments, preparation, provenance

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
    found = experiments.read(task, RUN, {"foreground": {"auc": 0.9123}})
    assert [(key, better) for key, _, better in found.columns] == [("fid.to_b", "↓"), ("foreground.auc", "↑")]
    cells = [[(cell.text, cell.best) for cell in line.cells] for line in found.lines]
    assert cells == [[("80.0", True), ("0.800 ± 0.010", False)], [("90.0", False), ("0.900 ± 0.010", True)]]
    assert [line.this for line in found.lines] == [False, True]
    assert found.files == ["claims.json", "table.csv", "table.json"]
    [claim] = found.claims
    assert (claim.verdict, claim.where) == ("holds", "t, laptop, 5 seeds")
    [line] = claim.comparisons
    assert line[1:] == ["CrossNet − +CTC", "5, 5", "-1.25", "-2 to -0.5", "< 0.001", "as claimed"]


@pytest.mark.parametrize(("seed", "auc"), [(0, 0.9123), (1, 0.9124), (1, None)])
def test_a_run_that_is_none_of_them_is_in_no_row(task: Path, seed: int, auc: float | None) -> None:
    found = experiments.read(task, RUN | {"seed": seed}, {"foreground": {"auc": auc}})
    assert not any(line.this for line in found.lines)


def test_where_nothing_was_compared_there_is_nothing(tmp_path: Path) -> None:
    assert experiments.read(tmp_path / "none", RUN, {}) == experiments.Experiments()


@pytest.mark.parametrize("text", ['{"rows": [{"name": "x"}]}', "[]", "{"])
def test_a_table_of_another_shape_is_refused_with_the_remedy(task: Path, text: str) -> None:
    (task / "table.json").write_text(text)
    with pytest.raises(ValueError, match="crossnet compare"):
        experiments.read(task, RUN, {})


def test_the_lock_is_of_what_was_before_the_page(tmp_path: Path) -> None:
    def locked(content: dict[str, Any]) -> provenance.Lock | None:
        YAML(typ="safe").dump(content, tmp_path / "dvc.lock")
        return provenance.lock(tmp_path / "dvc.lock", but="report")

    first = locked(LOCK)
    assert first is not None
    assert len(first.digest) == 64
    assert first.outs == (provenance.Out("train", "data/model", "abc.dir", 12, 3),)
    later, other = copy.deepcopy(LOCK), copy.deepcopy(LOCK)
    later["stages"] = dict(reversed(later["stages"].items()))
    later["stages"]["report"]["outs"][0]["md5"] = "another"
    other["stages"]["train"]["outs"][0]["md5"] = "another.dir"
    assert locked(later) == first
    assert locked(other) != first
    assert locked({"stages": {"report": {}}}) is None
    assert provenance.lock(tmp_path / "none", but="report") is None


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_source_is_the_commit_and_what_differs_from_it(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        name = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *name, *arguments], check=True, capture_output=True)

    git("init")
    assert provenance.source(tmp_path) is None
    for name in ("params.yaml", "dvc.lock", "kept.py"):
        (tmp_path / name).write_text("1", encoding="utf-8")
    git("add", ".")
    git("commit", "-m", "first")
    clean = provenance.source(tmp_path)
    assert clean is not None
    assert len(clean.commit) == 40
    assert clean.changed == ()
    (tmp_path / "params.yaml").write_text("2", encoding="utf-8")
    (tmp_path / "dvc.lock").write_text("2", encoding="utf-8")
    (tmp_path / "new file.py").write_text("2", encoding="utf-8")
    changed = provenance.source(tmp_path, but=("dvc.lock", "reports"))
    assert changed == provenance.Source(clean.commit, ("new file.py", "params.yaml"))


def test_a_tree_without_a_repository_has_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert provenance.source(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert provenance.source(tmp_path) is None


def test_what_was_refused_is_counted_by_reason_and_linked(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/all of it.csv").write_text("")
    refused = {f"{i}.png": "truncated" for i in range(30)} | {"x.png": "no image"}
    report = {"kept": {"testA": 5}, "enlarged": {"testA": 2, "testB": 0}, "refused_count": 31, "refused": refused}
    found = preparation.describe(report, tmp_path)
    assert found.reasons == [("truncated", 30), ("no image", 1)]
    assert len(found.named) == preparation.NAMED
    assert (found.refused, found.enlarged) == (31, {"testA": 2})
    assert found.links == [("data/all of it.csv", "data/all%20of%20it.csv")]
    assert preparation.describe(None, tmp_path).kept == {}
