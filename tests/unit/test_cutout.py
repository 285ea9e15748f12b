"""Cut-outs: masks of translations to white, and what is made of them."""

import sys
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet import cutout as cut
from crossnet.images import luminance


def disc(size: int = 64, radius: float = 20.0) -> NDArray[np.bool_]:
    y, x = np.indices((size, size)) - (size - 1) / 2
    return np.hypot(x, y) < radius


def test_foreground_is_a_luminance_up_to_the_threshold() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    assert np.array_equal(cut.foreground(levels, (16, 16)), luminance(levels) <= 243)
    assert cut.foreground(levels, (16, 16)).sum() == 244
    assert cut.foreground(levels, (16, 16), 9).sum() == 10


def test_a_smaller_translation_is_enlarged_to_the_image() -> None:
    translation = np.where(disc(16, 5)[..., None], np.uint8(20), np.uint8(255)).repeat(3, 2)
    mask = cut.foreground(translation, (160, 160), 128)
    assert mask.shape == (160, 160)
    both, either = (mask & disc(160, 50)).sum(), (mask | disc(160, 50)).sum()
    assert both / either > 0.92


def test_small_islands_and_holes_go_and_large_ones_stay() -> None:
    mask = disc()
    mask[30:32, 30:32] = False  # a hole of 4 pixels of 4096
    mask[2:4, 2:5] = True  # an island of 6
    assert np.array_equal(cut.cleaned(mask), mask)
    assert np.array_equal(cut.cleaned(mask, islands=6 / 4096, holes=4 / 4096), disc())
    assert cut.cleaned(mask, islands=5 / 4096)[2, 2]
    assert not cut.cleaned(mask, holes=3 / 4096)[30, 30]


def test_a_hard_cutout_has_the_pictures_colours() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    made = cut.hard(picture, disc())
    assert np.array_equal(made[..., :3], picture)
    assert np.array_equal(made[..., 3], disc() * np.uint8(255))


@pytest.mark.parametrize("size", [64, 600], ids=["as it is", "reduced for matting"])
@pytest.mark.timeout(600)  # pymatting compiles itself at its first use
def test_a_soft_cutout_finds_the_share_of_a_mixed_edge(size: int) -> None:
    """A disc of red, blurred into green; the mask is two pixels too small."""
    y, x = np.indices((size, size)) - (size - 1) / 2
    blur = size / 32
    alpha = np.clip((size * 0.3 - np.hypot(x, y)) / blur + 0.5, 0, 1)
    picture = np.rint(alpha[..., None] * [200, 20, 20] + (1 - alpha[..., None]) * [20, 200, 20]).astype(np.uint8)
    made = cut.soft(picture, disc(size, size * 0.3 - blur / 2), band=0.05)
    assert abs(made[..., 3] / 255 - alpha).mean() < 0.01
    mixed = (alpha > 0.4) & (alpha < 0.6)
    assert abs(made[mixed][:, 3] / 255 - alpha[mixed]).mean() < 0.15
    assert abs(made[mixed][:, :3].astype(float) - [200, 20, 20]).mean() < 30  # the green does not shine through
    inside = disc(size, size * 0.22)
    assert np.array_equal(made[inside], cut.hard(picture, inside)[inside])


@pytest.mark.parametrize("mask", [np.zeros((8, 8), bool), np.ones((8, 8), bool), disc(8, 0.9)])
def test_a_mask_without_an_edge_or_an_inside_stays_hard(mask: NDArray[np.bool_]) -> None:
    picture = np.full((8, 8, 3), 100, np.uint8)
    assert np.array_equal(cut.soft(picture, mask), cut.hard(picture, mask))


def test_without_the_extra_a_soft_edge_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymatting", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(cut.MattingError, match=r"^a soft edge needs pymatting; install it by [^\n]*$"):
        cut.soft(np.zeros((8, 8, 3), np.uint8), disc(8, 3))


def test_the_best_threshold_is_that_with_the_largest_iou() -> None:
    """Grey objects at levels 0 to 100 on levels 80 to 255."""
    generator, search = np.random.default_rng(0), cut.ThresholdSearch()
    true = disc()
    pictures = [np.where(true, generator.integers(0, 101, true.shape), generator.integers(80, 256, true.shape))
                for _ in range(3)]  # fmt: skip
    images = [each.astype(np.uint8)[..., None].repeat(3, 2) for each in pictures]
    for image in images:
        search.add(image, Image.fromarray(true * np.uint8(255)))

    def iou(threshold: float) -> float:
        found = np.concatenate([cut.foreground(image, (64, 64), threshold) for image in images])
        truth = np.concatenate([true] * 3)
        return (found & truth).sum() / (found | truth).sum()

    chosen, best = search.best()
    assert search.images == 3
    assert best == pytest.approx(iou(chosen))
    assert best == pytest.approx(max(map(iou, range(256))))
    assert search.iou(243) == pytest.approx(iou(243))


@pytest.mark.parametrize(("count", "rows", "columns"), [(1, 1, 3), (4, 4, 3), (5, 3, 6), (30, 12, 6)])
def test_a_sheet_has_a_row_for_each_image_up_to_its_most(count: int, rows: int, columns: int) -> None:
    sheet = cut.Sheet(24)
    for _ in range(count):
        sheet.add(np.zeros((30, 20, 3), np.uint8), np.zeros((15, 10, 3), np.uint8), np.zeros((30, 20, 4), np.uint8))
    assert len(sheet.rows) == min(count, 24)
    with Image.open(BytesIO(sheet.png())) as image:
        assert image.size == (columns * (cut.CELL + 2) - 2, rows * (cut.CELL + 2) - 2)
