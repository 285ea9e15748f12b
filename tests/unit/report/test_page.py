"""The page stands alone, shows what there is, and trusts nothing that it is given."""

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from crossnet.figures import losses
from crossnet.report import page as page_module
from crossnet.report.metrics import fixed
from crossnet.report.page import duration, plain
from tests.unit.figures.made_up import HOSTILE, Outline, make, report


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make(tmp_path_factory.mktemp("run"), points=losses.SMOOTH_FROM - 1)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of which there is little, and its page."""
    root = tmp_path_factory.mktemp("run")
    make(root, paired=False, masks=False, trained=False, measured=False, images=1)
    return root


def scripts(html: str) -> list[str]:
    return re.findall(r"<script>(.*?)</script>", html, re.DOTALL)


def test_the_page_asks_the_network_for_nothing(page: str) -> None:
    outline = Outline(page)
    for tag, attributes in outline.tags:
        for key in ("src", "srcset", "href", "xlink:href", "poster", "action"):
            if value := attributes.get(key):
                beside = tag == "a" and re.match(r"[\w%./-]+$", value) and not value.startswith("/")
                assert beside or value.startswith(("data:image/", "data:,", "#")), value[:80]
    assert not re.search(r"url\(|@import|<iframe|https?://", page)
    policies = [a["content"] for a in outline.attributes("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    (script,) = scripts(page)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'"
    assert policies == [f"{allowed}; script-src 'sha256-{digest}'"]


def test_the_page_is_well_formed_and_named(page: str) -> None:
    outline = Outline(page)
    assert page.startswith("<!doctype html>")
    assert outline.attributes("html") == [{"lang": "en"}]
    ids = [a["id"] for _, a in outline.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    anchors = {a["href"] or "" for a in outline.attributes("a")}
    assert {href.removeprefix("#") for href in anchors if href.startswith("#")} <= set(ids)
    images = outline.attributes("img")
    assert len(images) == 5
    assert all(len(image["alt"] or "") > 30 and int(image["width"] or 0) > 100 for image in images)
    assert len(outline.attributes("source")) == len(images)


def test_the_page_contains_the_numbers(page: str) -> None:
    text = Outline(page).text
    expected = [
        "0.931",
        "0.901 to 0.953",
        "floor: 0.902 (constant prior)",
        "0.491 (untranslated input)",
        "0.700 (mean distance",
        "0.702",
        "0.811",
        "243",
        "0.942",
    ]
    expected += ["0.997", "18.1 dB", "0.703", "0.610", "0.102 ± 0.010", "N\u00a0=\u00a01,234 against 567 real", "0.204"]
    expected += [
        "120.3",
        "222.2",
        "0.125",
        "on efflite0",
        "4 min 41 s",
        "3,200",
        "12,800",
        "900 MiB",
        "torch",
        "2.13.0",
    ]
    expected += ["10,999,936", "1,800 and 1,700 images", "lambda_id", "0.0002", "adam.betas", "0.5, 0.999"]
    expected += ["1 file was left out", "there is no dvc.lock here"]
    expected += ["crossnet ablation --seeds 5", "dvc queue start", "crossnet compare", "crossnet claims"]
    assert [word for word in expected if word not in text] == []


def test_hostile_text_is_shown_and_not_run(page: str) -> None:
    assert HOSTILE not in page
    assert len(scripts(page)) == 1
    assert page.count("<script") == 4  # one that runs, three of JSON
    text = Outline(page).text
    assert "\x1b" not in page
    assert f"pictures\\x1b[31m {HOSTILE}" in text
    assert f"Chip {HOSTILE}" in text


def test_the_data_of_the_report_can_be_kept_as_json(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr("stages.report.page", lambda data: kept.append(json.dumps(data)) or page_module.page(data))
    assert report(bare) == page_module.page(json.loads(kept[0]))


def test_a_run_on_the_validation_images_says_so(tmp_path: Path) -> None:
    html = make(tmp_path, split="valid", images=2)
    text = Outline(html).text
    assert "come from the validation sets" in text
    assert "Validation images, none of them picked" in text
    assert "pixels of all 2 validation images" in text
    assert "test images" not in html
    assert "test sets" not in html


def test_what_is_absent_is_not_shown(bare: Path) -> None:
    outline = Outline((bare / "reports/index.html").read_text(encoding="utf-8"))
    assert len(outline.attributes("img")) == 1
    assert not outline.attributes("svg")
    for word in ("AUC", "IoU", "PSNR", "SSIM", "Loss terms", "peak memory", "None", "Undefined"):
        assert word not in outline.text, word
    assert "KID, A → B" in outline.text


def test_a_page_of_a_run_that_nothing_is_known_of_but_claims(bare: Path, tmp_path: Path) -> None:
    shutil.copytree(bare, tmp_path, dirs_exist_ok=True)
    for file in ("metrics.json", "data/prepare.json"):
        (tmp_path / "reports" / file).unlink()
    shutil.copytree(tmp_path / "data/prepared/t/testA", tmp_path / "data/prepared/t/masksA")  # and no curve with them
    claim = {"claim": "C3", "statement": "1 < 2", "verdict": "not tried"}
    reasons = [f"To try it: `crossnet claims --task <t> & {HOSTILE}`, `dvc`.", "One ` alone"]
    (tmp_path / "reports/experiments/t").mkdir(parents=True)
    (tmp_path / "reports/experiments/t/claims.json").write_text(
        json.dumps({"claims": [claim | {"why": why} for why in reasons]})
    )
    html = report(tmp_path)
    text = Outline(html).text
    assert "All metrics" not in text
    assert "dvc repro prepare" in text
    assert "To try it: <code>crossnet claims --task &lt;t&gt; &amp; &lt;/script&gt;" in html
    assert ", <code>dvc</code>." in html
    assert HOSTILE not in html
    assert [part for part in (reasons[0].replace("`", ""), reasons[1], "1 < 2") if part not in text] == []


def test_a_page_of_large_noisy_pictures_stays_small(tmp_path: Path) -> None:
    html = make(tmp_path, size=256, images=10, paired=False, masks=False, trained=False)
    assert len(html.encode()) < 10_000_000
    assert "embedded as WebP" in Outline(html).text


def test_a_running_mean_is_spoken_of_where_one_is_drawn(page: str, tmp_path: Path) -> None:
    text = Outline(make(tmp_path, masks=False, points=losses.SMOOTH_FROM, images=1)).text
    assert "running mean" in text
    assert "Each term as logged" in Outline(page).text
    assert "running mean" not in Outline(page).text


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.500"), (12800, "12,800"), (float("nan"), "–"), (None, "–"), ("NaN", "NaN")]
)
def test_numbers_for_reading(value: object, text: str) -> None:
    assert fixed(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(2e-4, "0.0002"), ([0.5, None], "0.5, null"), ({"a": 3, "b": True}, "a: 3, b: true")]
)
def test_parameters_for_reading(value: object, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (59.6, "1 min 0 s"), (281.2, "4 min 41 s"), (7322, "2 h 2 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
