"""The site of the documentation is built without a warning, and asks nothing of a network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from crossnet.cli import app
from tests.support.chromium import PROGRAM, opened
from tests.support.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LOADED = re.compile(r"<(?:script|img|source|iframe|link)\b[^>]*\b(?:src|href)=\"(https?:)?//", re.I)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, by the command of the Makefile."""
    found = re.search(r"^\tsphinx-build (.*) -c docs \. build/docs$", MAKEFILE, re.M)
    assert found
    assert "--fail-on-warning" in found[1]
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", *found[1].split(), "-c", "docs", ".", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out


def test_every_page_is_there_and_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    docs = {f"docs/{path.stem}.html" for path in (ROOT / "docs").glob("*.md")}
    assert docs | {"README.html", "index.html", "CONTRIBUTING.html", "search.html"} <= pages
    assert [page for page in pages if LOADED.search((site / page).read_text(encoding="utf-8"))] == []
    styles = [
        path for path in site.rglob("*.css") if re.search(r"(url\(|@import\s+)[\"']?(https?:)?//", path.read_text())
    ]
    assert styles == []


def test_the_command_line_is_described_from_its_definitions(site: Path) -> None:
    html = (site / "docs/cli.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", "", html)
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        assert f">crossnet {name}<" in html
        for parameter in command.params:
            for option in parameter.opts:
                assert option in text or option == parameter.name, (name, option)


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed")
def test_it_opens_from_the_disk_and_its_search_finds(site: Path, tmp_path: Path) -> None:
    assert "url=README.html" in (site / "index.html").read_text(encoding="utf-8")
    with opened(site / "README.html", tmp_path / "first") as page:
        assert page.run("document.querySelector('h1').textContent").startswith("CrossNet")
        assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []
        assert page.errors == []
    with opened(f"{(site / 'search.html').as_uri()}?q=grabcut", tmp_path / "second") as page:
        page.until("document.querySelectorAll('#search-results li').length > 0")
        assert page.errors == []
