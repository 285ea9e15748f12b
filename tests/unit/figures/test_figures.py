"""Each figure is drawn from a small made-up run, and says what its data say."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet.figures import foregrounds, losses, panels, progress, roc, translations
from crossnet.figures.comparison import Column, PreparedImages
from crossnet.figures.registry import RunResults
from crossnet.figures.style import DARK, LIGHT, Theme

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def save(path: Path, picture: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def noise(seed: int, height: int = 32, width: int = 32) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        image.load()
        assert image.format == "PNG"
        return image.size


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2 of two colours #rrggbb."""

    def relative(colour: str) -> float:
        channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted((relative(one), relative(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A paired run of three test images a side, with masks, all translated."""
    for i in range(3):
        for folder in ("prepared/testA", "prepared/testB", "translated/to_a", "translated/to_b"):
            save(tmp_path / folder / f"{i}.png", noise(i))
        save(tmp_path / "prepared/masksA" / f"{i}.png", noise(i)[..., 0] // 128 * 255)
    return tmp_path


def prepared(run: Path, paired: bool = True) -> PreparedImages:
    return PreparedImages(run / "prepared", "horses", "$zebras$", paired, {}, {})


def columns_of(run: Path) -> list[Column]:
    return [Column("translation", run / "translated")]


@THEMES
def test_the_colours_can_be_read(theme: Theme) -> None:
    assert contrast(theme.ink, theme.ground) >= 7
    assert contrast(theme.muted, theme.ground) >= 4.5
    assert min(contrast(hue, theme.ground) for hue in theme.hues) >= 3


@THEMES
@pytest.mark.parametrize(("paired", "columns"), [(True, 6), (False, 4)])
def test_translations_have_a_column_of_truth_when_paired(run: Path, theme: Theme, paired: bool, columns: int) -> None:
    out = run / "new" / "translations.png"
    translations.draw(prepared(run, paired), columns_of(run), out, theme=theme)
    width, height = size(out)
    cell = panels.cell_size([noise(0)], columns)[0]
    assert columns * cell < width < columns * cell + 100 + 2 * panels.MARGIN
    assert 3 * cell < height < 3 * cell + 200


def test_a_direction_without_translations_is_left_out(run: Path) -> None:
    for path in (run / "translated/to_a").iterdir():
        path.unlink()
    translations.draw(prepared(run, False), columns_of(run), run / "out.png")
    assert size(run / "out.png")[0] < 3 * panels.MAX_CELL


def test_no_picture_at_all_is_an_error_that_names_the_figure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"out\.png: no pictures"):
        translations.draw(prepared(tmp_path, False), columns_of(tmp_path), tmp_path / "out.png")


def test_pictures_of_a_folder_may_differ_in_size(run: Path) -> None:
    for name, shape in {"0": (20, 44), "1": (64, 40), "2": (300, 500)}.items():
        for folder in ("prepared/testA", "translated/to_b"):
            save(run / folder / f"{name}.png", noise(0, *shape))
    translations.draw(prepared(run, False), columns_of(run), run / "out.png")
    assert max(size(run / "out.png")) < 2200


def test_small_pictures_reach_the_page_pixel_by_pixel(run: Path) -> None:
    translations.draw(prepared(run, True), columns_of(run), run / "out.png")
    cell, _ = panels.cell_size([noise(0)], 6)
    with Image.open(run / "out.png") as image:
        drawn = np.asarray(image.convert("RGB"))
    top = drawn.shape[0] - panels.MARGIN - 3 * cell - 2 * panels.GAP
    first = drawn[top : top + cell, panels.MARGIN : panels.MARGIN + cell]
    centres = np.arange(32) * (cell // 32) + cell // 64
    assert np.array_equal(first[np.ix_(centres, centres)], noise(0))


def test_fit_keeps_the_aspect() -> None:
    assert panels.fit(noise(0, 10, 20), 200, 200).shape == (100, 200, 3)
    assert panels.fit(noise(0, 400, 100), 200, 200).shape == (200, 50, 3)
    assert set(map(tuple, panels.fit(noise(0, 3, 3), 100, 100).reshape(-1, 3))) == set(
        map(tuple, noise(0, 3, 3).reshape(-1, 3))
    )


def test_rows_are_spaced_evenly_from_first_to_last() -> None:
    names = [f"{i:02}" for i in range(15)]
    assert panels.evenly_spaced(names, 8) == names[::2]
    assert panels.evenly_spaced(names, 20) == names


def test_a_method_of_one_direction_has_one_table_of_translations(run: Path) -> None:
    results = RunResults(prepared(run), run / "translated", run / "reports", {})
    for name, both in (("both", True), ("one", False)):
        found = translations.figure(results)
        assert found is not None
        assert ("right, from B to A" in found.caption) == ("on the right" in found.alt) == both
        assert ("Towards B and A it is one of many" in found.caption) == both
        found.draw(run / f"{name}.png", LIGHT)
        shutil.rmtree(run / "translated/to_a", ignore_errors=True)
    one, other = (size(run / f"{name}.png")[0] for name in ("one", "both"))
    assert one < other


def test_the_foreground_follows_the_threshold_exactly() -> None:
    picture = noise(1, 1, 4)
    greys = np.array([[0, 243, 244, 255]], dtype=np.uint8)
    translation = np.repeat(greys[..., None], 3, axis=-1)
    extracted = foregrounds.extract(picture, translation, 243)
    assert np.array_equal(extracted[0, :2], picture[0, :2])
    assert (extracted[0, 2:] == 255).all()
    assert extracted.dtype == np.uint8


def test_the_foreground_weighs_the_channels_as_luminance() -> None:
    # 0.299 * 255 + 0.587 * 255 + 0.114 * b = 225.93 + 0.114 b crosses 243 between b = 149 and b = 150
    translation = np.array([[[255, 255, 149], [255, 255, 150]]], dtype=np.uint8)
    extracted = foregrounds.extract(np.zeros((1, 2, 3), np.uint8), translation, 243)
    assert extracted[0, :, 0].tolist() == [0, 255]


def test_a_translation_of_another_size_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"\(4, 4, 3\).*\(4, 5, 3\)"):
        foregrounds.extract(noise(0, 4, 5), noise(0, 4, 4), 243)


@THEMES
def test_foregrounds_are_drawn_in_two_panels(run: Path, theme: Theme) -> None:
    foregrounds.draw(prepared(run), columns_of(run)[0], run / "out.png", threshold=243, theme=theme)
    width, height = size(run / "out.png")
    cell, _ = panels.cell_size([noise(0)], 10)
    assert 10 * cell < width < 10 * cell + 170
    assert 2 * cell < height < 2 * cell + 120


@pytest.mark.parametrize(
    ("shape", "places"), [((24, 16), [(0, 0), (0, 1), (0, 2)]), ((8, 16), [(0, 0), (0, 1), (1, 0)])]
)
def test_progress_shows_the_first_and_the_last_in_the_order_of_steps(
    tmp_path: Path, shape: tuple[int, int], places: list[tuple[int, int]]
) -> None:
    for step in (2000, 9, 100):
        save(tmp_path / "logged" / f"{step}.png", noise(step, *shape))
    progress.draw(tmp_path / "logged", tmp_path / "out.png", moments=3)
    with Image.open(tmp_path / "out.png") as image:
        drawn = np.asarray(image.convert("RGB"))
    columns, rows = max(j for _, j in places) + 1, max(i for i, _ in places) + 1
    width, height = panels.cell_size([noise(0, *shape)], columns, panels.WIDTH // 2)
    pitch = (drawn.shape[0] - 2 * panels.MARGIN - rows * height) // rows + height if rows > 1 else 0
    pixel = width // shape[1] // 2
    last_row = drawn.shape[0] - panels.MARGIN - height
    for step, (i, j) in zip((9, 100, 2000), places, strict=True):
        y, x = last_row - (rows - 1 - i) * pitch + pixel, panels.MARGIN + j * (width + panels.GAP) + pixel
        assert drawn[y, x].tolist() == noise(step, *shape)[0, 0].tolist()


@pytest.fixture
def curves(tmp_path: Path) -> dict[str, roc.Curve]:
    """A translation that tells foreground well, and an input that does not, as the CSVs that evaluate writes."""
    (tmp_path / "roc").mkdir()
    for image, power in (("translation", 0.2), ("input", 1.0), ("constant", 0.3)):
        lines = ["fpr,tpr,threshold"]
        for threshold in (float("-inf"), *range(0, 256, 5)):
            share = max(0.0, (threshold + 1) / 256)
            lines.append(f"{share},{share**power},{threshold}")
        (tmp_path / "roc" / f"{image}.csv").write_text("\n".join(lines), encoding="utf-8")
    return roc.read(tmp_path / "roc")


@THEMES
def test_roc_is_drawn(tmp_path: Path, curves: dict[str, roc.Curve], theme: Theme) -> None:
    assert set(curves) == {"translation", "input", "constant"}
    auc = {"translation": 0.93, "input": 0.49, "constant": 0.91}
    roc.draw(curves, tmp_path / "roc.png", auc=auc, threshold=243, theme=theme)
    assert size(tmp_path / "roc.png") == (1000, 960)


def test_the_point_of_the_threshold_lies_on_the_curve(curves: dict[str, roc.Curve]) -> None:
    assert roc.at_threshold(curves["input"], 243) == (241 / 256, 241 / 256)
    assert roc.at_threshold(curves["input"], 240) == (241 / 256, 241 / 256)
    assert roc.at_threshold(curves["input"], -1) == (0, 0)


def tsv(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *("\t".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")


@THEMES
def test_losses_are_found_whatever_their_names(tmp_path: Path, theme: Theme) -> None:
    tsv(tmp_path / "log/loss/gan.tsv", "step\tgan", [(i, 1 / (1 + i)) for i in range(100)])
    tsv(tmp_path / "log/loss/a_new_$term$.tsv", "timestamp\tstep\ta_new", [(7, 2, 0.5), (7, 1, "nan"), (7, 3, "")])
    tsv(tmp_path / "log/learning_rate.tsv", "step\tlearning_rate", [(1, 2e-4)])
    tsv(tmp_path / "log/loss/empty.tsv", "step\tempty", [])
    series = losses.read(tmp_path / "log")
    assert list(series) == ["loss/gan", "learning_rate", "loss/a_new_$term$"]
    assert series["loss/a_new_$term$"][:, 0].tolist() == [1, 2, 3]
    assert np.isnan(series["loss/a_new_$term$"][[0, 2], 1]).all()
    losses.draw(series, tmp_path / "losses.png", theme=theme)
    width, height = size(tmp_path / "losses.png")
    assert width == 3 * losses.CELL_WIDTH
    assert height == losses.CELL_HEIGHT


def test_no_losses_are_an_error_that_names_the_figure(tmp_path: Path) -> None:
    assert losses.read(tmp_path / "nowhere") == {}
    with pytest.raises(ValueError, match=r"losses\.png: no series"):
        losses.draw({}, tmp_path / "losses.png")


def test_smoothing_keeps_a_constant_and_leaves_gaps_out() -> None:
    values = np.full(50, 3.0)
    values[10] = np.nan
    assert losses.smooth(values, 5) == pytest.approx(np.full(50, 3.0))
    assert losses.smooth(np.arange(50.0), 3)[1:-1] == pytest.approx(np.arange(50.0)[1:-1])
