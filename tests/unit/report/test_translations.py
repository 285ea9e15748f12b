"""Which test images the page holds, how they are embedded, and what is told of each."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crossnet.figures.comparison import PreparedImages
from crossnet.images import luminance
from crossnet.report import translations
from crossnet.report.images import Album, embed, figure_uri


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)


def noise(seed: int, edge: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (edge, edge, 3))


def decoded(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    for side in ("p/testA", "p/testB", "t/to_b", "t/to_a"):
        for i in range(20):
            save(tmp_path / side / f"{i:02}.png", noise(i, 8))
    return tmp_path


def prepared(run: Path, paired: bool = True, names: dict[str, dict[str, str]] | None = None) -> PreparedImages:
    return PreparedImages(run / "p", "a", "b", paired, {}, names or {})


def collect(run: Path, album: Album, max_bytes: int = translations.MAX_BYTES, **more: Any) -> list[dict]:
    return translations.collect(prepared(run, **more), run / "t", run / "images.csv", album, max_bytes)


def test_a_small_picture_keeps_its_pixels_and_a_large_one_is_reduced(tmp_path: Path) -> None:
    save(tmp_path / "a.png", noise(0, 32))
    small = embed(tmp_path / "a.png")
    assert small.exact
    assert (np.asarray(decoded(small.uri)) == noise(0, 32)).all()
    save(tmp_path / "b.png", noise(0, 600)[:300])
    large = embed(tmp_path / "b.png")
    assert (large.width, large.height, large.exact) == (256, 128, False)
    assert decoded(large.uri).size == (256, 128)


def test_a_figure_is_made_to_fit(tmp_path: Path) -> None:
    save(tmp_path / "f.png", noise(0, 500))
    whole = figure_uri(tmp_path / "f.png", 10_000_000)
    assert whole.startswith("data:image/png")
    assert decoded(figure_uri(tmp_path / "f.png", len(whole) // 3)).size == (500, 500)
    assert len(figure_uri(tmp_path / "f.png", 10_000)) <= 10_000


def test_all_images_are_shown_where_there_is_room_and_each_is_embedded_once(run: Path) -> None:
    album = Album()
    to_b, to_a = collect(run, album)
    assert [to_b["total"], len(to_b["images"]), to_a["total"], len(to_a["images"])] == [20, 20, 20, 20]
    assert len(album.images) == 80
    assert to_b["images"][3]["truth"] == to_a["images"][3]["input"]


def test_evenly_spaced_ones_are_shown_where_there_is_not(run: Path) -> None:
    album = Album()
    most = 40 * len(embed(run / "p/testA/00.png").uri)
    to_b, to_a = collect(run, album, paired=False, max_bytes=most)
    ids = [image["id"] for image in to_b["images"]]
    assert (to_b["total"], len(to_a["images"])) == (20, len(ids))
    assert translations.MIN_IMAGES <= len(ids) < 20
    assert (ids[0], ids[-1]) == ("00", "19")
    assert np.ptp(np.diff(list(map(int, ids)))) <= 1
    assert sum(len(image.uri) for image in album.images) <= most
    assert all(image["truth"] is None for image in to_b["images"])


def test_values_come_by_direction_and_name_whatever_else_the_table_has(run: Path) -> None:
    (run / "images.csv").write_text("direction,name,own,psnr,auc\nto_b,first,1,20.5,\nto_b,01,,nan,0.5\n")
    to_b, to_a = collect(run, Album(), names={"testA": {"00": "first"}})
    assert to_b["images"][0]["id"] == "01"  # 00 has no translation of that name
    (run / "t/to_b/00.png").rename(run / "t/to_b/first.png")
    to_b, to_a = collect(run, Album(), names={"testA": {"00": "first"}})
    assert [image["values"] for image in to_b["images"][:3]] == [{"own": 1.0, "psnr": 20.5}, {"auc": 0.5}, {}]
    assert [(m["key"], m["better"]) for m in to_b["measures"]] == [("auc", "high"), ("psnr", "high"), ("own", "")]
    assert to_a["measures"] == []


def test_a_table_without_its_columns_is_refused(run: Path) -> None:
    (run / "images.csv").write_text("file,auc\nx,1\n")
    with pytest.raises(ValueError, match=r"images\.csv: no column direction, name"):
        collect(run, Album())


def test_a_direction_that_was_not_translated_is_left_out(run: Path) -> None:
    for path in (run / "t/to_a").iterdir():
        path.unlink()
    assert [direction["key"] for direction in collect(run, Album())] == ["to_b"]


def test_counts_at_each_threshold_are_those_of_the_pixels() -> None:
    images = [noise(1, 9), noise(2, 5), np.full((4, 4, 3), 243)]
    masks = [noise(seed, edge)[..., 0] < 100 for seed, edge in ((3, 9), (4, 5), (5, 4))]
    found = translations.pixel_counts([luminance(image) for image in images], masks)
    inside = np.concatenate([luminance(image)[mask] for image, mask in zip(images, masks, strict=True)])
    outside = np.concatenate([luminance(image)[~mask] for image, mask in zip(images, masks, strict=True)])
    assert (found["foreground"], found["background"]) == (len(inside), len(outside))
    for level in (0, 17, 128, 242, 243, 255):
        assert found["true_positives"][level] == (255 - inside >= 255 - level).sum()
        assert found["false_positives"][level] == (255 - outside >= 255 - level).sum()


def test_without_masks_or_measurement_there_is_no_threshold(run: Path) -> None:
    def threshold(start: float | None) -> dict[str, Any] | None:
        return translations.collect_threshold(
            prepared(run), run / "t", ["00", "05"], run / "none", Album(), start=start
        )

    assert threshold(start=243) is None
    save(run / "p/masksA/00.png", noise(0, 8))
    assert threshold(start=None) is None
    found = threshold(start=243)
    assert found is not None
    assert (found["total"], len(found["images"]), found["curves"]) == (1, 1, [])
