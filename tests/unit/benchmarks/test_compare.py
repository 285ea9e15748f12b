"""`.ci/compare` in a repository of its own: it passes on a branch that is as good, and fails on one that is worse."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.plots_diff import markdown
from tests.support.cloned import ROOT, commit, run

PLOTS = """
metrics: [reports/metrics.json]
params: [params.yaml]
plots:
  - roc: {x: fpr, y: {reports/roc.csv: tpr}}
"""

BOUNDS = """
foreground.auc: {within: [0.86, 1.0], worse_by: 0.03}
kid_efflite0.to_b: {within: [0.0, 0.17], worse_by: 0.06}
"""


def write(folder: Path, auc: float, corner: float, seed: int) -> None:
    """What a run leaves: its metrics, and a ROC of the points (0, 0), (0.5, corner) and (1, 1)."""
    metrics = {"foreground": {"auc": auc, "iou": 0.64}, "kid_efflite0": {"to_a": 0.35, "to_b": 0.1}}
    (folder / "reports").mkdir(exist_ok=True)
    (folder / "reports/metrics.json").write_text(json.dumps(metrics))
    (folder / "reports/roc.csv").write_text(f"fpr,tpr\n0,0\n0.5,{corner}\n1,1\n")
    (folder / "params.yaml").write_text(f"seed: {seed}\n")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git and DVC repository, with the run of the target branch in its first commit."""
    folder = tmp_path_factory.mktemp("repository")
    for file in (".ci/compare", *(f"benchmarks/{name}" for name in ("floors.py", "plots_diff.py"))):
        (folder / file).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / file, folder / file)
    (folder / "crossnet").symlink_to(ROOT / "crossnet")  # with the metrics' better direction
    (folder / "benchmarks/floors.yaml").write_text(BOUNDS)
    (folder / "dvc.yaml").write_text(PLOTS)
    write(folder, 0.95, 0.9, 0)
    run(folder, "git", "init", "--quiet", "--initial-branch=main")
    run(folder, "dvc", "init", "--quiet")
    run(folder, "dvc", "config", "core.analytics", "false")
    commit(folder, "the run to be as good as")
    return folder


def test_a_branch_that_is_worse_fails_and_says_by_how_much(repository: Path) -> None:
    write(repository, 0.9, 0.6, 1)
    output = run(repository, "bash", ".ci/compare", "main", wanted=1)
    worse = "- foreground.auc: 0.9 is 0.05 worse than 0.95 before, 0.02 more than the 0.03 that it may be\n"
    assert output.startswith(f"## Outside of its bounds\n\n{worse}\n### Metrics\n")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in output.splitlines() if line.startswith("|")]
    assert ["reports/metrics.json", "foreground.auc", "0.95", "0.9", "-0.05"] in rows
    assert ["params.yaml", "seed", "0", "1"] in rows
    assert ["roc", "0.7", "0.55", "1", "1"] in rows
    assert (repository / "dvc_plots/index.html").is_file()


def test_a_branch_that_is_as_good_passes(repository: Path) -> None:
    write(repository, 0.94, 0.9, 0)
    output = run(repository, "bash", ".ci/compare", "main")
    assert output.startswith("## Within its bounds\n")
    assert "1 of 1 curves are as before." in output


def test_without_a_revision_to_compare_with_the_bounds_are_checked_alone(repository: Path) -> None:
    write(repository, 0.8, 0.9, 0)
    output = run(repository, "bash", ".ci/compare", "0" * 40, wanted=1)
    assert "0.06 below the least of 0.86" in output
    assert "to compare with" in output


def test_a_revision_of_other_bounds_is_not_compared_with(repository: Path) -> None:
    write(repository, 0.87, 0.9, 0)
    floors = repository / "benchmarks/floors.yaml"
    floors.write_text(BOUNDS.replace("0.86", "0.85"))
    try:
        output = run(repository, "bash", ".ci/compare", "main")
    finally:
        floors.write_text(BOUNDS)
    assert output.startswith("## Within its bounds\n")
    assert "No metrics of the same bounds at main to compare with." in output
    assert "is 0.08 worse than 0.95" in run(repository, "bash", ".ci/compare", "main", wanted=1)


def test_images_and_what_could_not_be_read_are_told(tmp_path: Path) -> None:
    urls = {name: str(tmp_path / name) for name in ("old", "same", "new")}
    for name in urls:
        (tmp_path / name).write_bytes(b"1" if name == "new" else b"0")
    plots = {
        kind: [
            {"type": "image", "revisions": [rev], "url": urls[name]}
            for rev, name in (("workspace", here), ("HEAD", "old"))
        ]
        for kind, here in (("a.png", "new"), ("b.png", "same"))
    }
    errors = [{"rev": "HEAD", "type": "FileNotFoundError", "msg": "c.csv is gone"}]
    assert markdown({"data": plots, "errors": errors}).split("\n\n") == [
        "1 of 2 images are others than before: a.png.",
        "Some plots of HEAD could not be read: c.csv is gone.",
    ]
    assert markdown({}) == "No plots."


def test_names_of_files_and_branches_are_shown_as_text(tmp_path: Path) -> None:
    hostile, shown = "<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)\>"
    for rev in ("HEAD", "workspace"):
        (tmp_path / rev).write_text(rev)
    image = [{"type": "image", "revisions": [rev], "url": str(tmp_path / rev)} for rev in ("HEAD", "workspace")]
    errors = [{"rev": hostile, "type": "Error", "msg": f"{hostile}\n# gone"}]
    assert markdown({"data": {hostile: image}, "errors": errors}).split("\n\n") == [
        f"1 of 1 images are others than before: {shown}.",
        rf"Some plots of {shown} could not be read: {shown}\\n# gone.",
    ]
