"""The figures that show several methods, drawn from a small made-up set of runs, and the data behind them."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet.figures import ablation, foregrounds, latent, panels, side_by_side
from crossnet.figures.comparison import Column, PreparedImages, panel, subtitle
from crossnet.figures.style import DARK, LIGHT, Theme

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
Pictures = NDArray[np.uint8]


def save(path: Path, picture: Pictures) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def noise(seed: int, size: int = 24) -> Pictures:
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)


def drawn(path: Path) -> Pictures:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture
def images(tmp_path: Path) -> PreparedImages:
    """Five images a side, with masks; the truth of B to A is one of many."""
    for i in range(5):
        save(tmp_path / "prepared/testA" / f"{i}.png", noise(i))
        save(tmp_path / "prepared/testB" / f"{i}.png", noise(10 + i))
        save(tmp_path / "prepared/masksA" / f"{i}.png", noise(20 + i)[..., 0] // 128 * 255)
    return PreparedImages(
        tmp_path / "prepared", "horses", "$zebras$", True, {"to_b": "image", "to_a": "object"}, {"testA": {"4": "four"}}
    )


@pytest.fixture
def columns(tmp_path: Path) -> list[Column]:
    """Two methods' translations; the second lacks one."""
    for method, base in (("one", 100), ("other", 200)):
        for i in range(5):
            save(tmp_path / method / "to_b" / f"{'four' if i == 4 else i}.png", noise(base + i))
            save(tmp_path / method / "to_a" / f"{i}.png", noise(base + 50 + i))
    (tmp_path / "other/to_b/2.png").unlink()
    return [Column("one", tmp_path / "one", "FID\n12.3 ± 1.0\n3 seeds"), Column("other", tmp_path / "other")]


def test_images_are_those_that_all_methods_have_evenly_spaced(images: PreparedImages, columns: list[Column]) -> None:
    assert images.examples("to_b", columns, 9) == ["0", "1", "3", "4"]
    assert images.examples("to_b", columns, 2) == ["0", "4"]
    assert np.array_equal(images.translation(columns[0], "to_b", "4"), noise(104))


@THEMES
def test_the_ablation_has_a_column_each_and_room_for_what_stands_below(
    images: PreparedImages, columns: list[Column], tmp_path: Path, theme: Theme
) -> None:
    assert ablation.draw(images, columns, tmp_path / "out.png", direction="to_b", theme=theme) == ["0", "1", "3", "4"]
    with_text = drawn(tmp_path / "out.png")
    cell, _ = panels.cell_size([noise(0)], 4)
    assert 4 * cell < with_text.shape[1] < 4 * cell + 100
    bare = [Column(column.name, column.translated) for column in columns]
    ablation.draw(images, bare, tmp_path / "bare.png", direction="to_b", theme=theme)
    ground = with_text[-1, 0]
    without = drawn(tmp_path / "bare.png")
    last = slice(len(without) - panels.MARGIN - cell, len(without) - panels.MARGIN)
    assert np.array_equal(with_text[last], without[last])  # the pictures stay where they are
    below = with_text[len(without) + 2 :]  # past the frames
    assert len(below) >= 3 * panels.TEXT
    inked = (below != ground).any(-1).any(0)
    assert inked.any()
    assert np.flatnonzero(inked).min() > cell
    assert np.flatnonzero(inked).max() < 2 * cell + panels.GAP + panels.MARGIN  # under its own column


def test_the_window_is_where_the_detail_is() -> None:
    flat = np.full((30, 60, 3), 90, np.uint8)
    assert (side_by_side.most_detailed(flat).height, side_by_side.most_detailed(flat).width) == (10, 20)
    flat[12:18, 41:55] = noise(0, 30)[:6, :14]
    window = side_by_side.most_detailed(flat)
    assert window.top <= 12 <= 18 <= window.top + window.height
    assert window.left <= 41 <= 55 <= window.left + window.width
    assert 0 <= window.top <= 20
    assert 0 <= window.left <= 40


@THEMES
def test_side_by_side_enlarges_the_same_window_of_all(
    images: PreparedImages, columns: list[Column], tmp_path: Path, theme: Theme
) -> None:
    shown = side_by_side.draw(images, columns, tmp_path / "out.png", examples=2, theme=theme)
    assert [(each.direction, each.image) for each in shown] == [(w, i) for w in ("to_b", "to_a") for i in ("0", "4")]
    assert all(each.window == side_by_side.most_detailed(images.input(each.direction, each.image)) for each in shown)
    picture = drawn(tmp_path / "out.png")
    cell, _ = panels.cell_size([noise(0)], 8)
    pitch, height = cell + panels.GAP, picture.shape[0]
    part = cell // 8  # a window of 8 x 8 pixels, each so many pixels wide
    centres = np.arange(8) * part + part // 2 + (cell - 8 * part) // 2
    for column, whole in enumerate((noise(4), noise(104), noise(204), noise(14))):
        enlarged = picture[height - panels.MARGIN - cell :, panels.MARGIN + column * pitch :][:cell, :cell]
        assert np.array_equal(enlarged[np.ix_(centres, centres)], shown[1].window.of(whole))


def test_side_by_side_has_in_a_direction_the_methods_that_translate_in_it(
    images: PreparedImages, columns: list[Column], tmp_path: Path
) -> None:
    shutil.rmtree(columns[1].translated / "to_a")
    shown = side_by_side.draw(images, columns, tmp_path / "out.png", examples=2)
    assert {each.direction for each in shown} == {"to_b", "to_a"}
    cell, _ = panels.cell_size([noise(0)], 7)
    assert 7 * cell < drawn(tmp_path / "out.png").shape[1] < 7 * cell + 150
    shutil.rmtree(columns[0].translated / "to_a")
    shown = side_by_side.draw(images, columns, tmp_path / "out.png", examples=2)
    assert {each.direction for each in shown} == {"to_b"}


@THEMES
def test_foregrounds_overlap_with_their_masks(
    images: PreparedImages, columns: list[Column], tmp_path: Path, theme: Theme
) -> None:
    for i in (0, 1, 3, 4):  # the first method finds the masks, the other finds everything
        mask = images.folder / "masksA" / f"{i}.png"
        name = "four" if i == 4 else i
        save(columns[0].translated / "to_b" / f"{name}.png", 255 - np.repeat(drawn(mask)[..., :1], 3, -1))
        save(columns[1].translated / "to_b" / f"{name}.png", np.zeros((24, 24, 3), np.uint8))
    overlaps = foregrounds.draw_methods(images, columns, tmp_path / "out.png", threshold=243, theme=theme)
    shares = {i: (drawn(images.folder / "masksA" / f"{i}.png")[..., 0] > 0).mean() for i in "0134"}
    for image, method, overlap in overlaps:
        if method != foregrounds.GRABCUT:  # white pixels of the input
            assert overlap == pytest.approx(1 if method == "one" else shares[image], abs=0.02)
    assert [method for _, method, _ in overlaps] == ["one", "other", "GrabCut"] * 4


def test_without_masks_foregrounds_are_shown_alone(
    images: PreparedImages, columns: list[Column], tmp_path: Path
) -> None:
    shutil.rmtree(images.folder / "masksA")
    assert foregrounds.draw_methods(images, columns, tmp_path / "out.png", threshold=243) == []
    cell, _ = panels.cell_size([noise(0)], 8)
    assert 8 * cell < drawn(tmp_path / "out.png").shape[1] < 8 * cell + 150


def test_the_seed_of_what_is_shown_is_told() -> None:
    known = [Column("one", Path(), seed=0), Column("other", Path(), seed=0)]
    assert subtitle(known) == "seed 0"
    assert subtitle(known, "horses → zebras") == "seed 0: horses → zebras"
    assert subtitle([*known, Column("third", Path(), seed=2)]) == "seeds 0, 2"
    assert subtitle([Column("one", Path())], "horses → zebras") == "horses → zebras"


def test_every_figure_tells_the_seed_clear_of_the_edge(
    images: PreparedImages, columns: list[Column], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = {column.name: {"0": np.arange(72, dtype=np.float32).reshape(8, 3, 3)} for column in columns}
    seeded = [replace(column, seed=7) for column in columns]
    told: list[str] = []
    draw = panels.draw

    def spied(found: list[panels.Panel], out: Path, theme: Theme) -> None:
        told.append(found[0].subtitle)
        draw(found, out, theme)

    monkeypatch.setattr(panels, "draw", spied)
    ablation.draw(images, seeded, tmp_path / "out.png", direction="to_b")
    side_by_side.draw(images, seeded, tmp_path / "out.png", examples=1)
    foregrounds.draw_methods(images, seeded, tmp_path / "out.png", threshold=243, examples=1)
    latent.draw(images, seeded, tmp_path / "out.png", direction="to_b", codes=codes)
    assert told == ["seed 7: horses → $zebras$"] * 2 + ["seed 7"] * 2
    inked = (drawn(tmp_path / "out.png") != 255).any(-1)
    assert inked[:, : 2 * panels.MARGIN].any()
    assert not inked[:, : panels.MARGIN - 3].any()
    assert not inked[:, -panels.MARGIN + 3 :].any()
    assert panels.MARGIN >= 12


def test_one_basis_is_that_of_the_covariance_of_all_codes() -> None:
    rng = np.random.default_rng(0)
    codes = [
        (rng.standard_normal((6, 3, 4)) * [[[s]] for s in (5, 4, 3, 1, 1, 1)]).astype(np.float32) for _ in range(5)
    ]
    basis = latent.fit(codes)
    vectors = np.concatenate([code.reshape(6, -1).T for code in codes])
    values, directions = np.linalg.eigh(np.cov(vectors.T))
    assert basis.explained == pytest.approx(values[::-1][:3] / values.sum(), rel=1e-4)
    assert np.abs(basis.components @ directions[:, ::-1][:, :3]) == pytest.approx(np.eye(3), abs=1e-4)
    assert np.cov(basis.project(codes[0]).reshape(-1, 3).T).shape == (3, 3)
    assert latent.magnitude(codes[0])[1, 2] == pytest.approx(np.sqrt((codes[0][:, 1, 2] ** 2).sum()), rel=1e-6)
    with pytest.raises(ValueError, match="codes of 6 and 7 channels"):
        latent.fit([codes[0], np.zeros((7, 3, 4), np.float32)])


@THEMES
def test_codes_of_two_methods_are_coloured_alike(
    images: PreparedImages, columns: list[Column], tmp_path: Path, theme: Theme
) -> None:
    rng = np.random.default_rng(1)
    same = {image: rng.standard_normal((8, 6, 6)).astype(np.float16) for image in ("0", "3", "four")}
    for column in columns:
        for image, code in same.items():
            path = column.translated / "codes/to_b" / f"{image}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, code)
    codes = {column.name: latent.read(column.translated / "codes/to_b") for column in columns}
    latent.draw(images, columns, tmp_path / "out.png", direction="to_b", codes=codes, theme=theme)
    picture = drawn(tmp_path / "out.png")
    cell, _ = panels.cell_size([noise(0)], 7)
    pitch, row = cell + panels.GAP, picture.shape[0] - panels.MARGIN - cell
    second = panels.MARGIN + 4 * pitch - panels.GAP + panels.PANEL_GAP
    places = [panels.MARGIN + pitch, second], [panels.MARGIN + 2 * pitch, second + pitch]  # components, magnitude
    for one, other in places:
        assert np.array_equal(
            picture[row : row + cell, one : one + cell], picture[row : row + cell, other : other + cell]
        )
    assert 3 * cell < picture.shape[0] < 3 * cell + 200
    with pytest.raises(ValueError, match="no image of which every method has a code"):
        latent.draw(images, columns, tmp_path / "o.png", direction="to_b", codes={**codes, "other": {"1": same["0"]}})


def test_what_is_no_code_is_told(tmp_path: Path) -> None:
    np.save(tmp_path / "0.npy", np.zeros((4, 4)))
    with pytest.raises(ValueError, match=r"0\.npy: an array of shape \(4, 4\), wanted a code"):
        latent.read(tmp_path)


@pytest.mark.parametrize(
    ("truth", "heading"), [("image", "truth"), ("object", "one of many truths"), (None, "one of many truths")]
)
def test_the_truth_is_called_one_of_many_unless_the_whole_image_is_known(
    images: PreparedImages, columns: list[Column], truth: str | None, heading: str
) -> None:
    known = {"to_b": "object"} | ({"to_a": truth} if truth else {})
    for_direction, _ = panel(replace(images, truth=known), columns, "to_a", 1)
    assert for_direction.columns == ("input", "one", "other", heading)
