"""The digests by which the stages `fetch` and `prepare` depend on the code of their own task's data set alone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crossnet.data.base import datasets
from stages.check import code_digests
from tests.support.paths import ROOT

Digests = dict[tuple[str, str], str]


def adding(line: str) -> Callable[[str], str]:
    return lambda text: f"{text}{line}\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root")
    shutil.copytree(ROOT / "crossnet", folder / "crossnet", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def all_digests(root: Path) -> Digests:
    return {(source, stage): code for source in datasets() for stage, code in code_digests(source, root).items()}


@pytest.fixture(scope="module")
def before(root: Path) -> Digests:
    return all_digests(root)


@pytest.mark.parametrize(
    ("file", "edit", "changed"),
    [
        ("stripes.py", adding("# a comment"), set()),
        ("stripes.py", lambda text: text.replace('"""Plain objects', '"""Flat objects'), set()),
        ("stripes.py", lambda text: text.replace("(self, folder,", "(self,  folder,"), set()),
        ("stripes.py", lambda text: text.replace('{"a": "plain objects"', '{"a": "flat objects"'), {"prepare"}),
        ("stripes.py", lambda text: text.replace("run, _render)", 'run, _render, "AB")'), {"fetch"}),
        ("stripes.py", adding("MORE = 1"), {"fetch", "prepare"}),
        ("products.py", adding("MORE = 1"), {"fetch", "prepare"}),
        ("folder.py", adding("MORE = 1"), {"fetch", "prepare"}),
    ],
)
def test_an_edit_of_a_data_sets_module_changes_the_digests_of_its_stages_alone(
    file: str, edit: Callable[[str], str], changed: set[str], root: Path, before: Digests
) -> None:
    path = root / "crossnet/data" / file
    text = path.read_text()
    try:
        assert edit(text) != text
        path.write_text(edit(text))
        after = all_digests(root)
    finally:
        path.write_text(text)
    assert {key for key in after if after[key] != before[key]} == {(path.stem, stage) for stage in changed}


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("rendering/stripes.py", {("stripes", "fetch"), ("sculptures", "fetch"), ("specular2diffuse", "fetch")}),
        ("preparation/matting.py", {("products", "prepare"), ("zappos", "prepare")}),
        ("image_search/commons.py", {("search", "fetch")}),
    ],
)
def test_an_edit_of_shared_code_changes_the_digests_of_those_that_reach_it(
    file: str, changed: set[tuple[str, str]], root: Path, before: Digests
) -> None:
    path = root / "crossnet/data" / file
    text = path.read_text()
    try:
        path.write_text(f"{text}MORE = 1\n")
        after = all_digests(root)
    finally:
        path.write_text(text)
    assert {key for key in after if after[key] != before[key]} == changed
