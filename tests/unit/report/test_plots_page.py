"""The page that `dvc plots` fills: it draws offline, and what it is given is data, whatever that is called."""

import base64
import hashlib
import re
import time
from pathlib import Path

import pytest
from dvc_render import ImageRenderer, VegaRenderer, render_html
from PIL import Image

from crossnet.report.plots_page import plots_page
from tests.support.chromium import PROGRAM, Page, opened

BRANCH = "</script><script>document.title='PWNED'</script>"
FILE = "<img src=x onerror=document.title='PWNED'>"
REVISIONS = ("main", BRANCH, "a#b?c%20d")
in_a_browser = pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed")


def opens(page: Page, plots: int) -> None:
    """Wait until so many plots are drawn."""
    end = time.monotonic() + 60
    while page.run("document.querySelectorAll('main .chart-wrapper svg').length") < plots:
        assert time.monotonic() < end, (page.errors, page.run("document.querySelector('main').innerHTML")[:500])
        time.sleep(0.1)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `python -m crossnet.report.plots_page` writes it."""
    path = tmp_path_factory.mktemp("plots") / "page.html"
    path.write_text(plots_page(), encoding="utf-8")
    return path


def test_the_page_carries_its_scripts_and_dvcs_places(template: Path) -> None:
    page = template.read_text(encoding="utf-8")
    assert page.endswith("<plaintext hidden>\n{plot_divs}\n")
    assert "{refresh_tag}" in page
    assert "{scripts}" not in page  # DVC would put addresses of a network there
    assert "<script src" not in page
    assert len(page) > 500_000


def test_its_policy_lets_its_own_script_run_and_no_other(template: Path) -> None:
    head, _, rest = template.read_text(encoding="utf-8").partition('<script type="module">')
    digest = base64.b64encode(hashlib.sha256(rest.partition("</script>")[0].encode()).digest()).decode()
    [policy] = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', head)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert rules["img-src"] == "'self' file: data:"


@in_a_browser
def test_names_of_branches_and_files_are_shown_as_text_and_run_nothing(template: Path, tmp_path: Path) -> None:
    static = tmp_path / "plots/static"
    static.mkdir(parents=True)
    rows = [
        {"rev": revision, "step": step, "loss": step * slope, "name": FILE}
        for slope, revision in enumerate(REVISIONS, 1)
        for step in range(5)
    ]
    plots = [
        VegaRenderer(rows, f"loss'{FILE}{kind}", x="step", y="loss", title=BRANCH, template=kind)
        for kind in ("linear", "simple", "scatter")
    ]
    shown = [{"rev": name, "src": str(static / f"{name.replace('/', '_')}.png")} for name in REVISIONS]
    for each in shown:
        Image.new("RGB", (40, 30), "teal").save(each["src"])
    render_html([*plots, ImageRenderer(shown, FILE)], tmp_path / "plots/index.html", template)
    with opened(tmp_path / "plots/index.html", tmp_path / "profile") as page:
        opens(page, plots=3)
        assert page.run("document.title") == "CrossNet: plots"
        assert page.run("[...document.querySelectorAll('h2')].map(e => e.textContent)") == [FILE]
        assert page.run("[...document.querySelectorAll('figcaption')].map(e => e.textContent)") == [*REVISIONS]
        assert page.run("[...document.querySelectorAll('main img')].map(e => e.naturalWidth)") == [40] * 3
        titles = page.run("[...document.querySelectorAll('main .role-title-text')].map(e => e.textContent)")
        assert titles == [BRANCH] * 3
        assert page.run("document.querySelectorAll('.mark-line path').length") >= 2 * len(REVISIONS)
        assert [said for said in page.errors if "Content Security Policy" in said] == []


@in_a_browser
def test_a_script_that_gets_into_the_page_all_the_same_does_not_run(template: Path, tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    harm = f"<body><script>document.title='PWNED'</script>{FILE}<script src='data:,document.title=1'></script>"
    file.write_text(template.read_text(encoding="utf-8").replace("<body>", harm), encoding="utf-8")
    with opened(file, tmp_path / "profile") as page:
        page.run("setTimeout(\"document.title='PWNED'\")")  # code from text, as Vega makes it without its interpreter
        page.run("new Promise(done => setTimeout(done, 50))")
        assert page.run("document.title") == "CrossNet: plots"
        assert any("Content Security Policy" in said for said in page.errors)
