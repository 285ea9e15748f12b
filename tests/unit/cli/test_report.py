"""`crossnet report` on real experiments, made by DVC in a small repository."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from crossnet.cli import app
from tests.support.chromium import PROGRAM, opened
from tests.support.cloned import commit, hashes, run
from tests.support.experiments import make

pytestmark = pytest.mark.filterwarnings("default")  # of DVC's libraries, which run in this process


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("experiments")
    make(folder)
    return folder


@pytest.fixture
def here(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(made)
    before = hashes(made / "data")
    yield made
    assert hashes(made / "data") == before  # the working tree stays
    for path in made.glob("page*"):
        path.unlink()


def report(*words: str) -> Result:
    return CliRunner().invoke(app, ["report", *words], catch_exceptions=False)


def data(file: str = "page.json") -> dict:
    return json.loads(Path(file).read_text(encoding="utf-8"))


def test_the_page_of_one_experiment_is_that_of_its_report(here: Path) -> None:
    done = report("full-1", "--out", "page.html", "--data")
    assert (done.exit_code, done.stdout) == (0, "page.html\npage.json\n"), done.output
    found = data()
    assert found["run"] == {"task": "tiny", "method": "crossnet", "scale": "small", "seed": 1, "split": "test"}
    assert found["metrics"]["foreground"]["auc"] == pytest.approx(0.91)
    assert [len(each["images"]) for each in found["directions"]] == [4, 4]
    assert found["source"]["commit"] in run(here, "git", "for-each-ref", "refs/exps")
    html = Path("page.html").read_text(encoding="utf-8")
    assert "<title>crossnet on tiny: CrossNet, a reproduction</title>" in html
    assert 'href="data/' not in html
    assert 'href="experiments/' not in html


def test_several_are_compared_in_what_differs(here: Path) -> None:
    assert report("full-0", "cyclegan-1", "softer-0", "--out", "page.html", "--data").exit_code == 0
    found = data()
    assert [each["name"] for each in found["runs"]] == ["full-0", "cyclegan-1", "softer-0"]
    differs = dict(found["differs"])
    assert differs["seed"] == ["0", "1", "0"]
    assert differs["method.name"] == ["crossnet", "cyclegan", "crossnet"]
    assert differs["lambda_zcyc.a"] == ["–", "–", "6"]
    assert found["same_images"] is True
    rows = {row["key"]: row["cells"] for row in found["rows"]}
    assert [cell["text"] for cell in rows["foreground.auc"]] == ["0.900", "0.810", "0.900"]
    assert [cell["best"] for cell in rows["foreground.auc"]] == [True, False, True]
    to_b = next(each for each in found["directions"] if each["key"] == "to_b")["images"]
    assert [image["name"] for image in to_b] == ["0", "1", "2", "3"]
    full, cyclegan, softer = zip(*(image["translations"] for image in to_b), strict=True)
    assert full == softer  # by made-up stages for which the weight does not count
    assert not {*full} & {*cyclegan}
    uris = [image["uri"] for image in found["images"]]
    assert len(set(uris)) == len(uris)  # the inputs are there once
    assert len(found["threshold"]["counts"]) == len(found["threshold"]["curves"]) == 3


def test_runs_on_other_images_are_not_compared(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(here, clone, symlinks=True)
    monkeypatch.chdir(clone)
    values = YAML(typ="safe").load(clone / "params.yaml") | {"task": "other"}
    YAML().dump(values, clone / "params.yaml")
    run(clone, "dvc", "repro", "--quiet")
    commit(clone, "another task")
    assert report("full-0", "HEAD", "--out", "page.html", "--data").exit_code == 0
    found = data()
    assert (found["same_images"], found["directions"], found["threshold"]) == (False, [], None)
    assert not any(cell["best"] for row in found["rows"] for cell in row["cells"])
    assert "different images" in Path("page.html").read_text(encoding="utf-8")


def test_what_cannot_be_shown_is_one_line(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("page.html").write_text("mine")
    Path("page dir").mkdir(exist_ok=True)
    for words, said in (
        (["nothing"], "nothing: no such experiment or commit; `dvc exp list --all-commits` lists them"),
        (["full-0", "full-0"], "full-0 full-0: the same run twice"),
        ([f"full-{i}" for i in range(6)], "6 experiments: at most 5 fit side by side"),
        (["full-0", "--out", "page.html"], "--out page.html: exists; --overwrite replaces it"),
        (["full-0", "--out", "page dir"], "--out page dir: is a folder; name a file"),
        (["full-0", "--out", "no/page.html"], "--out no/page.html: no such folder no"),
        (["HEAD"], "HEAD: no reports/metrics.json in it: not finished; `dvc exp run` makes it"),
        (["full-0", "-\x1b[31m"], "-\\x1b[31m: no such experiment or commit; `dvc exp list --all-commits` lists them"),
    ):
        done = report(*(["--"] if words[-1].startswith("-\x1b") else []), *words)
        assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {said}\n"), words
    assert Path("page.html").read_text() == "mine"
    Path("page dir").rmdir()
    assert report("full-0", "--out", "page.html", "--overwrite").exit_code == 0
    clone = tmp_path / "clone"
    shutil.copytree(here, clone, symlinks=True)
    shutil.rmtree(clone / ".dvc/cache")
    monkeypatch.chdir(clone)
    done = report("full-1")
    assert done.exit_code == 1
    assert re.fullmatch(
        r"error: full-1: data/translated is neither in DVC's cache nor at a remote that it knows; .*\n", done.stderr
    )
    assert not Path("report.html").exists()


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed")
def test_the_page_of_several_works_in_a_browser(here: Path, tmp_path: Path) -> None:
    assert report("full-0", "cyclegan-0", "--out", "page.html").exit_code == 0
    with opened(here / "page.html", tmp_path / "profile") as page:
        cells = "[...document.querySelectorAll('#translations-view tbody tr')].map(e => e.children.length)"
        assert page.run(cells) == [4, 4, 4, 4]  # input, two runs, truth
        page.drag(page.place("input[name=name]"))
        page.type("2")
        assert page.run(cells) == [4]
        assert page.run("document.querySelector('[role=status]').textContent") == "1 of 4 images shown."
        page.drag(page.place(".choice label:last-child"))
        alt = "document.querySelector('#translations-view td:nth-child(2) img').alt"
        assert page.run(alt) == "2, full-0"
        read = "[...document.querySelectorAll('output[data-of=tpr]')].map(e => e.textContent)"
        mask = "document.querySelector('canvas').toDataURL()"
        before, cut = page.run(read), page.run(mask)
        page.drag(page.place("#threshold-view input[type=range]"))
        assert page.run("Number(document.querySelector('output[data-of=level]').textContent)") in (127, 128)
        assert page.run(read) != before
        assert page.run(mask) != cut
        page.drag(page.place("#threshold-view button"))
        assert page.run(read) == before
        assert page.run(mask) == cut
        assert page.errors == []
    with opened(here / "page.html", tmp_path / "small", width=360, scheme="dark") as page:
        assert page.run("document.documentElement.scrollWidth") == 360
        assert page.errors == []
