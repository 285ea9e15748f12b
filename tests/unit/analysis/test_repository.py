"""Experiments of a repository, from Git's own references, as DVC writes them."""

import os
import subprocess
from pathlib import Path

import pytest
from dvc.repo import Repo

from crossnet.analysis.repository import ExperimentError, experiments, files, read_params, resolve, unfinished


def git(root: Path, *words: str, hour: int = 0) -> str:
    times = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"2026-01-01T{hour:02}:00:00Z")
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ("git", "-C", str(root), *who, *words), check=True, capture_output=True, text=True, env=os.environ | times
    )
    return done.stdout.strip()


def commit(root: Path, hour: int) -> str:
    git(root, "commit", "--quiet", "--allow-empty", "-m", "x", hour=hour)
    return git(root, "rev-parse", "HEAD")


def experiment(root: Path, baseline: str, name: str, hour: int) -> str:
    made = git(root, "commit-tree", f"{baseline}^{{tree}}", "-p", baseline, "-m", name, hour=hour)
    git(root, "update-ref", f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}", made)
    return made


def test_experiments_of_one_name_are_all_there_and_the_newest_has_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    Repo.init(str(tmp_path)).close()
    first = commit(tmp_path, 1)
    old, other = experiment(tmp_path, first, "full-0", 2), experiment(tmp_path, first, "full-1", 3)
    head = commit(tmp_path, 4)
    new = experiment(tmp_path, head, "full-0", 5)
    found = experiments(tmp_path)
    assert list(found.items()) == [
        ("full-0", new),
        ("full-1", other),
        (f"full-0 ({old[:7]})", old),
        ("HEAD", head),
    ]
    assert resolve(tmp_path, ["full-0", old[:7]]) == {"full-0": new, old[:7]: old}
    commit(tmp_path, 6)
    either = ", ".join(sorted([old[:7], new[:7]]))
    with pytest.raises(
        ExperimentError, match=rf"^full-0: ambiguous: 2 experiments .* one of them by its hash: {either}$"
    ):
        resolve(tmp_path, ["full-0"])


@pytest.mark.parametrize("rev", ["HEAD:params.yaml", "HEAD:folder", "no-such"])
def test_a_revision_that_is_no_commit_is_one_line(rev: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    Repo.init(str(tmp_path)).close()
    (tmp_path / "folder").mkdir()
    for name in ("params.yaml", "folder/file"):
        (tmp_path / name).write_text("seed: 0\n")
    git(tmp_path, "add", "-A")
    commit(tmp_path, 1)
    with pytest.raises(ExperimentError, match=rf"^{rev}: no such experiment or commit; `dvc exp list"):
        resolve(tmp_path, [rev])
    assert resolve(tmp_path, ["HEAD"]) == {"HEAD": git(tmp_path, "rev-parse", "HEAD")}


def test_parameters_that_are_a_pipe_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "params.yaml")
    with pytest.raises(ExperimentError, match=r"^[^\n]*: params\.yaml: is no regular file$"):
        read_params(tmp_path, None)


def test_a_queue_that_cannot_be_listed_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"^[^\n]*: DVC cannot list its queue: [^\n]+; see `dvc queue status`$"):
        unfinished(tmp_path)


@pytest.mark.filterwarnings("default")  # of DVC's libraries, which run in this process
@pytest.mark.parametrize("folder", ["", "a/project"])
def test_the_files_of_a_commit_are_read_also_where_the_project_is_a_folder_of_a_repository(
    folder: str, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    root = tmp_path / folder
    root.mkdir(parents=True, exist_ok=True)
    (root / "params.yaml").write_text("seed: 7\n")
    (root / "model").write_text("of DVC")
    with Repo.init(str(root), subdir=bool(folder)) as repo:
        repo.cache.local.cache_types = ["copy"]
        repo.add(str(root / "model"))
    git(tmp_path, "add", "-A")
    head = commit(tmp_path, 1)
    (root / "params.yaml").unlink()
    (root / "model").unlink()
    assert read_params(root, head) == {"seed": 7}
    assert files(root, head).read_text("model") == "of DVC"
    assert experiments(root) == {"HEAD": head}
