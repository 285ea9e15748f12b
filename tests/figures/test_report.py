"""The page stands alone, shows what there is, and trusts nothing that it is given."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crossnet.figures import gallery, losses, report

HOSTILE = '<script>alert("1")</script>'
VOID = {"meta", "img", "source", "rect", "br", "link", "input", "hr"}
METRICS: dict[str, Any] = {
    "foreground": {
        "auc": 0.93124,
        "auc_per_image": 0.942,
        "auc_input": 0.4912,
        "auc_truth": 0.997,
        "iou": 0.7023,
        "f1": 0.8111,
        "threshold": 243,
        "n": 6,
    },
    "paired": {"psnr": 18.13, "ssim": 0.7034, "n": 6},
    "kid_efflite0": {"to_b": 0.1021, "to_b_std": 0.0102, "to_b_n": 1234, "to_b_n_real": 567, "to_a": 0.204},
    "fd_efflite0": {"to_b": 120.34, "to_b_n": 6},
}
SUMMARY: dict[str, Any] = {
    "seconds": 281.2,
    "steps": 3200,
    "images_seen": 12800,
    "peak_memory_mib": 900.4,
    "processor": f"Chip {HOSTILE}",
    "versions": {"torch": "2.13.0"},
    "parameters": {"E_ab": 10999936},
}


class Outline(HTMLParser):
    """Checks that tags nest, and collects them with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def make(
    root: Path, *, paired: bool = True, masks: bool = True, trained: bool = True, size: int = 16, points: int = 2
) -> str:
    """The page of a made-up run that lies in root, its files written as the stages before would."""
    rng = np.random.default_rng(0)
    folders = ["data/prepared/testA", "data/prepared/testB", "data/translated/to_a", "data/translated/to_b"]
    for folder in folders + (["data/prepared/masksA"] if masks else []):
        (root / folder).mkdir(parents=True)
        for i in range(8):
            picture = rng.integers(0, 256, (size, size, 3), dtype=np.uint8)
            Image.fromarray(picture).save(root / folder / f"{i} <script>.png")
    reports = root / "reports"
    (reports / "plots").mkdir(parents=True)
    rows = "".join(f"{t / 255},{t / 255},{t}\n" for t in range(256)) if masks else ""
    (reports / "plots/roc").mkdir()
    for image in ("translation", "input"):
        (reports / f"plots/roc/{image}.csv").write_text("fpr,tpr,threshold\n" + rows, encoding="utf-8")
    if trained:
        log = reports / "training/plots/metrics/loss"
        log.mkdir(parents=True)
        for name in ("gan", "zid", "<script>"):
            rows = "".join(f"{step}\t{1 / step}\n" for step in range(1, points + 1))
            (log / f"{name}.tsv").write_text(f"step\t{name}\n{rows}", encoding="utf-8")
        grids = reports / "training/plots/images/translations"
        grids.mkdir(parents=True)
        Image.fromarray(rng.integers(0, 256, (size, 2 * size, 3), dtype=np.uint8)).save(grids / "2.png")
    wanted = {"kid_efflite0", "fd_efflite0"} | ({"paired"} if paired else set()) | ({"foreground"} if masks else set())
    metrics = {name: block for name, block in METRICS.items() if name in wanted}
    dataset = {
        "task": "t",
        "size": size,
        "a": f"pictures {HOSTILE}",
        "b": "pictures on white",
        "paired": paired,
        "counts": {"trainA": 1800, "trainB": 1700, "testA": 8, "testB": 8},
    }
    figures = gallery.draw(
        root / "data/prepared", root / "data/translated", reports, reports / "figures", dataset, metrics, {}
    )
    return report.page(
        dataset=dataset,
        metrics=metrics,
        figures=figures,
        run={"task": "t", "method": "crossnet", "scale": "smoke", "seed": 0},
        parameters={
            "lambda_id": 3,
            "training": {"lr": 2e-4, "adam": {"betas": [0.5, 0.999]}, "flip": True, "clip": None},
        },
        training=SUMMARY if trained else None,
        origin=report.Source("c0ffee" * 6 + "c0ff", ("params.yaml", f"{HOSTILE}.py")),
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make(tmp_path_factory.mktemp("run"))


def test_the_page_asks_the_network_for_nothing(page: str) -> None:
    outline = Outline(page)
    for _, attributes in outline.tags:
        for key in ("src", "srcset", "href", "xlink:href", "poster", "action"):
            if value := attributes.get(key):
                assert value.startswith(("data:image/", "#")), value[:80]
    assert not re.search(r"url\(|@import|<script|<link|<iframe", page)
    policies = [a["content"] for a in outline.attributes("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_the_page_is_well_formed_and_named(page: str) -> None:
    outline = Outline(page)
    assert page.startswith("<!doctype html>")
    assert outline.attributes("html") == [{"lang": "en"}]
    ids = [a["id"] for _, a in outline.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    assert {(a["href"] or "").removeprefix("#") for a in outline.attributes("a")} <= set(ids)
    images = outline.attributes("img")
    assert len(images) == 5
    assert all(len(image["alt"] or "") > 30 and int(image["width"] or 0) > 100 for image in images)
    assert len(outline.attributes("source")) == len(images)


def test_the_page_contains_the_numbers(page: str) -> None:
    text = Outline(page).text
    expected = ["0.931", "floor, the untranslated input: 0.491", "0.702", "0.811", "243", "0.942", "0.997", "18.1 dB"]
    expected += ["0.703", "0.102 ± 0.010", "N\u00a0=\u00a01,234 against 567 real", "0.204", "120.3", "on efflite0"]
    expected += ["4 min 41 s", "3,200", "12,800", "900 MiB", "torch", "2.13.0", "10,999,936", "1,800 and 1,700 images"]
    expected += ["lambda_id", "0.0002", "adam.betas", "0.5, 0.999", "c0ffee", "params.yaml"]
    assert [word for word in expected if word not in text] == []


def test_hostile_text_is_shown_and_not_run(page: str) -> None:
    assert HOSTILE not in page
    assert "<script" not in page
    text = Outline(page).text
    assert f"pictures {HOSTILE}" in text
    assert f"Chip {HOSTILE}" in text
    assert f"{HOSTILE}.py" in text


def test_what_is_absent_is_not_shown(tmp_path: Path) -> None:
    html = make(tmp_path, paired=False, masks=False, trained=False)
    outline = Outline(html)
    assert len(outline.attributes("img")) == 1
    for word in ("AUC", "IoU", "PSNR", "SSIM", "truth", "Loss terms", "peak memory", "None", "Undefined"):
        assert word not in outline.text, word
    assert "KID, A → B" in outline.text


def test_a_page_without_any_metric_or_commit() -> None:
    html = report.page(
        dataset={"a": "a", "b": "b", "size": 4, "counts": {"trainA": 1, "trainB": 1, "testA": 1, "testB": 1}},
        metrics={},
        figures=[],
        run={"task": "t", "method": "grabcut", "scale": "smoke", "seed": 0},
        parameters={},
        training=None,
        origin=None,
    )
    text = Outline(html).text
    assert "comparator grabcut" in text
    assert "there is no git repository here" in text


def test_a_page_of_large_noisy_pictures_stays_small(tmp_path: Path) -> None:
    assert len(make(tmp_path, size=256).encode()) < 10_000_000


@pytest.mark.parametrize(("points", "said"), [(losses.SMOOTH_FROM - 1, False), (losses.SMOOTH_FROM, True)])
def test_a_running_mean_is_spoken_of_where_one_is_drawn(tmp_path: Path, points: int, said: bool) -> None:
    text = Outline(make(tmp_path, masks=False, points=points)).text
    assert "Each term as logged" in text
    assert ("running mean" in text) == said


def test_a_distance_that_was_not_measured_is_a_dash_with_its_counts() -> None:
    metrics = {"kid_efflite0": {"to_b_n": 3, "to_b_n_real": 1, "to_a": 0.5, "to_a_n": 2, "to_a_n_real": 3}}
    rows = report.table(metrics)
    assert [(row.key, row.name, row.value) for row in rows] == [
        ("kid_efflite0.to_b", "KID, A → B", "–"),
        ("kid_efflite0.to_a", "KID, B → A", "0.500"),
    ]
    assert rows[0].explanation.endswith("N\u00a0=\u00a03 against 1 real. Too few images to measure it.")
    assert rows[1].explanation.endswith("N\u00a0=\u00a02 against 3 real.")
    assert [tile.label for tile in report.tiles(metrics)] == ["KID, B → A"]


def test_unknown_metrics_are_listed_too() -> None:
    rows = report.table({"lpips": {"to_b": 0.25, "to_b_std": 0.125}, "epoch": 7})
    assert [(row.key, row.name, row.value) for row in rows] == [
        ("lpips.to_b", "to_b", "0.250 ± 0.125"),
        ("epoch", "epoch", "7"),
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.500"), (12800, "12,800"), (float("nan"), "–"), (None, "–"), ("NaN", "NaN")]
)
def test_numbers_for_reading(value: object, text: str) -> None:
    assert report.fixed(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (59.6, "1 min 0 s"), (281.2, "4 min 41 s"), (7322, "2 h 2 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert report.duration(seconds) == text


def test_a_gauge_stays_within_its_tile() -> None:
    assert [report.share(v) for v in (-0.2, 0.3, 1.2, float("nan"), None)] == [0.0, 0.3, 1.0, None, None]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_source_is_the_commit_and_what_differs_from_it(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        name = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *name, *arguments], check=True, capture_output=True)

    git("init")
    assert report.source(tmp_path) is None
    for name in ("params.yaml", "dvc.lock", "kept.py"):
        (tmp_path / name).write_text("1", encoding="utf-8")
    git("add", ".")
    git("commit", "-m", "first")
    clean = report.source(tmp_path)
    assert clean is not None
    assert len(clean.commit) == 40
    assert clean.changed == ()
    (tmp_path / "params.yaml").write_text("2", encoding="utf-8")
    (tmp_path / "dvc.lock").write_text("2", encoding="utf-8")
    (tmp_path / "new file.py").write_text("2", encoding="utf-8")
    changed = report.source(tmp_path, but=("dvc.lock", "reports"))
    assert changed == report.Source(clean.commit, ("new file.py", "params.yaml"))


def test_a_tree_without_a_repository_has_no_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert report.source(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert report.source(tmp_path) is None


def test_the_figures_of_both_looks_are_written(tmp_path: Path) -> None:
    make(tmp_path)
    names = {"translations.png", "foregrounds.png", "roc.png", "progress.png", "losses.png"}
    assert {p.name for p in (tmp_path / "reports/figures").glob("*.png")} == names
    assert {p.name for p in (tmp_path / "reports/figures/dark").glob("*.png")} == names
