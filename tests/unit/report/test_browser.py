"""The page in a browser: no error, and its parts move by mouse, touch and keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chromium import PROGRAM, Page, opened
from tests.unit.figures.made_up import make, name

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed")

NAMES = "[...document.querySelectorAll('#translations-view .card .name')].map(e => e.textContent)"
STATUS = "document.querySelector('#translations-view [role=status]').textContent"
HANDLE = "Number(document.querySelector('#translations-view .compare input').value)"
CLIP = "getComputedStyle(document.querySelector('#translations-view .over')).clipPath"
READ = "Object.fromEntries([...document.querySelectorAll('output')].map(e => [e.dataset.of, Number(e.textContent)]))"
MASK = "document.querySelector('canvas').toDataURL()"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    make(root / "full", images=30, trained=False)
    make(root / "bare", paired=False, masks=False, trained=False, measured=False, images=1)
    return root


@pytest.fixture
def page(files: Path, tmp_path: Path) -> Iterator[Page]:
    with opened(files / "full/reports/index.html", tmp_path) as page:
        yield page
        assert page.errors == []


def test_a_handle_moves_by_mouse_touch_and_keyboard(page: Page) -> None:
    assert page.run(HANDLE) == 50
    x, y = page.place("#translations-view .compare")
    page.drag((x, y), (x - 20, y), (x - 40, y))  # of 160 pixels
    assert page.run(HANDLE) == pytest.approx(25, abs=2)
    assert "75%" in page.run(CLIP) or "74%" in page.run(CLIP) or "76%" in page.run(CLIP)
    page.swipe((x - 40, y), (x, y), (x + 40, y))
    assert page.run(HANDLE) == pytest.approx(75, abs=2)
    for key, place in (("Home", 0), ("ArrowRight", 5), ("End", 100), ("ArrowLeft", 95)):
        page.key(key)
        assert page.run(HANDLE) == place
    assert page.run("getComputedStyle(document.activeElement.parentElement).outlineStyle") == "solid"
    page.key("Tab")
    assert name(1) in page.run("document.activeElement.getAttribute('aria-label')")


def test_the_filter_filters_and_says_how_many(page: Page) -> None:
    assert page.run(STATUS) == "24 of 30 test images shown."
    page.drag(page.place(".more"))
    assert page.run(NAMES) == sorted(name(i) for i in range(30))
    values = {name(i): (i * 5 % 8) / 8 for i in range(30)}
    page.choose("show", "best")
    best = page.run(NAMES)
    assert page.run(STATUS) == "12 of 30 test images shown, the best AUC first."
    assert [values[each] for each in best] == sorted(values.values(), reverse=True)[:12]
    page.choose("show", "worst")
    assert [values[each] for each in page.run(NAMES)] == sorted(values.values())[:12]
    page.choose("measure", "copying")  # less is better, and its values are 0 to 29
    assert page.run(NAMES) == [name(i) for i in range(29, 17, -1)]
    page.choose("show", "all")
    page.drag(page.place("input[name=name]"))
    page.type("äpfel")
    assert page.run(NAMES) == sorted(name(i) for i in range(2, 30, 4))
    assert page.run(STATUS) == "7 of 30 test images shown."
    page.drag(page.place(".choice label:last-child"))
    assert page.run("document.querySelector('.compare img').alt") == f"{sorted(page.run(NAMES))[0]}, translation"
    assert page.run("document.querySelector('.measured').hidden")  # nothing was measured on the way to A


def test_the_threshold_is_dragged_and_the_masks_follow(page: Page) -> None:
    start, mask = page.run(READ), page.run(MASK)
    assert start["level"] == 243
    x, y = page.place(".plot .handle")
    left, bottom = page.place(".plot .axis", 0, 1)
    page.drag((x, y), (left + 40, bottom - 60), (left, bottom))
    assert page.run(READ)["tpr"] < 0.05
    assert page.run(MASK) != mask
    page.key("End")
    assert page.run(READ) == pytest.approx({"level": 255, "tpr": 1, "fpr": 1} | only(page, "iou", "f1"))
    page.key("ArrowLeft")
    assert page.run(READ)["level"] == 254
    page.drag(page.place("#threshold-view button"))
    assert page.run(READ) == start
    assert page.run(MASK) == mask
    page.place(".plot .handle")
    page.swipe(page.place(".plot .handle"), page.place(".plot .axis", 0.02, 0.98))
    assert page.run(READ)["tpr"] < start["tpr"]


def only(page: Page, *keys: str) -> dict[str, float]:
    return {key: value for key, value in page.run(READ).items() if key in keys}


def test_a_page_with_little_on_it_opens_on_a_small_dark_screen(files: Path, tmp_path: Path) -> None:
    with opened(files / "bare/reports/index.html", tmp_path, width=360, scheme="dark") as page:
        assert page.run(STATUS) == "1 of 1 test images shown."
        assert page.run("document.documentElement.scrollWidth") == 360
        assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(23, 26, 31)"
        assert page.run("document.querySelector('#threshold-view')") is None
        assert page.errors == []


def test_a_script_that_gets_into_the_page_all_the_same_does_not_run(files: Path, tmp_path: Path) -> None:
    html = (files / "bare/reports/index.html").read_text(encoding="utf-8")
    harm = "<body><script>document.title='PWNED'</script><img src=x onerror=document.title='PWNED'>"
    (tmp_path / "index.html").write_text(html.replace("<body>", harm), encoding="utf-8")
    with opened(tmp_path / "index.html", tmp_path / "profile") as page:
        assert "PWNED" not in page.run("document.title")
        assert page.run("document.querySelectorAll('img[onerror]').length") == 1
        assert any("Content Security Policy" in said for said in page.errors)
