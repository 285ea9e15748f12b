"""The command: `crossnet cutout`."""

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from numpy.typing import NDArray
from PIL import Image
from typer.testing import CliRunner

from crossnet import cutout as cut
from crossnet.cli import app
from crossnet.model import load_model, save_model, translate
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, method


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained on images of 16x16 pixels."""
    folder = tmp_path_factory.mktemp("model")
    config = {
        "method": "crossnet",
        "networks": NETWORKS,
        "weights": dict(WEIGHTS["crossnet"]),
        "image_pool": IMAGE_POOL,
    }
    save_model(folder, method("crossnet"), config | {"size": 16})
    return folder


def picture(path: Path, seed: int = 0, height: int = 24, width: int = 30) -> NDArray[np.uint8]:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return pixels


def read(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image)


def run(model: Path, *sources: Path, out: Path, more: tuple[str, ...] = ()) -> Result:
    words = ["cutout", *map(str, sources), "--out", str(out), "--model", str(model), *more]
    result = CliRunner().invoke(app, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def middle(model: Path, pixels: NDArray[np.uint8]) -> float:
    """A threshold that divides a translation."""
    return float(np.median(translate(load_model(model)[0], pixels[None], "b")))


def test_a_cutout_is_the_image_where_its_translation_is_dark(model: Path, tmp_path: Path) -> None:
    pixels = picture(tmp_path / "a.png")
    threshold = middle(model, pixels)
    result = run(model, tmp_path / "a.png", out=tmp_path / "out", more=("--threshold", str(threshold)))
    assert (result.exit_code, result.stdout) == (0, f"1 of 1 images cut out to {tmp_path / 'out'}\n")
    translation = translate(load_model(model)[0], pixels[None], "b")[0]
    made = read(tmp_path / "out/a.png")
    differ = made != cut.hard(pixels, cut.foreground(translation, (30, 24), threshold))
    assert differ.mean() < 0.01  # where rounding decides
    assert 0.2 < (made[..., 3] == 255).mean() < 0.8


def test_a_photograph_that_is_reduced_is_cut_out_at_its_own_size(model: Path, tmp_path: Path) -> None:
    pixels = picture(tmp_path / "a.png", height=64, width=80)
    result = run(model, tmp_path / "a.png", out=tmp_path / "out", more=("--threshold", "255"))
    assert "reduced 1 to a shorter side of 32 pixels" in result.stderr
    assert np.array_equal(read(tmp_path / "out/a.png"), np.dstack([pixels, np.full((64, 80), 255, np.uint8)]))


def test_what_was_transparent_stays_so(model: Path, tmp_path: Path) -> None:
    rgba = np.dstack([picture(tmp_path / "x.png"), np.full((24, 30), 7, np.uint8)])
    Image.fromarray(rgba).save(tmp_path / "a.png")
    run(model, tmp_path / "a.png", out=tmp_path / "out", more=("--threshold", "255"))
    assert read(tmp_path / "out/a.png")[..., 3].max() == 7


def test_the_threshold_is_chosen_on_masks(model: Path, tmp_path: Path) -> None:
    """Masks that are cut at a threshold give it back; one image has none."""
    wanted = 0.0
    for seed in range(3):
        pixels = picture(tmp_path / f"in/{seed}.png", seed)
        wanted = wanted or np.floor(middle(model, pixels))
        translation = translate(load_model(model)[0], pixels[None], "b")[0]
        (tmp_path / "masks").mkdir(exist_ok=True)
        mask = cut.foreground(translation, (30, 24), wanted)
        if seed:
            Image.fromarray(mask * np.uint8(255)).save(tmp_path / f"masks/{seed}.png")
    result = run(model, tmp_path / "in", out=tmp_path / "out", more=("--masks", str(tmp_path / "masks")))
    assert result.exit_code == 0, result.stderr
    found = re.match(r"threshold (\d+): IoU (\S+) on 2 masks, at the paper's 243 (\S+)\n3 of 3 images", result.stdout)
    assert found, result.stdout
    assert abs(float(found[1]) - wanted) <= 2
    assert float(found[2]) > 0.97
    assert float(found[3]) < 0.9


def test_a_contact_sheet_is_written_and_never_over_another_file(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "in/a.png")
    sheet = ("--sheet", str(tmp_path / "sheet.png"))
    result = run(model, tmp_path / "in", out=tmp_path / "out", more=sheet)
    assert result.exit_code == 0
    assert result.stdout.endswith(f"contact sheet of 1 images: {tmp_path / 'sheet.png'}\n")
    assert read(tmp_path / "sheet.png").shape == (cut.CELL, 3 * cut.CELL + 4, 3)
    again = run(model, tmp_path / "in", out=tmp_path / "out2", more=sheet)
    assert again.stderr == f"error: --sheet {tmp_path / 'sheet.png'}: exists; --overwrite replaces it\n"
    assert run(model, tmp_path / "in", out=tmp_path / "out", more=(*sheet, "--overwrite")).exit_code == 0


def test_of_a_folder_with_a_broken_image_the_others_are_cut_out(model: Path, tmp_path: Path) -> None:
    picture(tmp_path / "in/a.png")
    (tmp_path / "in/b.png").write_bytes(b"no")
    result = run(model, tmp_path / "in", out=tmp_path / "out")
    assert result.exit_code == 1
    assert re.search(r"^not cut out: [^\n]*b\.png: [^\n]+$", result.stderr, re.MULTILINE)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]


def masks(folder: Path, name: str, content: str) -> str:
    folder.mkdir()
    if content:
        (folder / name).write_text(content)
    return str(folder)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param(lambda at: ("--to", "c"), "--to c: is none of a, b", id="to c"),
        pytest.param(lambda at: ("--sheet", "x.jpg"), "--sheet x.jpg: is no PNG file by its name", id="sheet jpg"),
        pytest.param(lambda at: ("--sheet", str(Path(__file__) / "x.png")), r"--sheet \S+: ", id="sheet in a file"),
        pytest.param(lambda at: ("--masks", str(at / "no")), r"--masks \S+: no such folder", id="no masks"),
        pytest.param(
            lambda at: ("--masks", masks(at / "m", "", "")), r"--masks \S+: no mask has the name of an image", id="none"
        ),
        pytest.param(
            lambda at: ("--masks", masks(at / "m", "a.png", "no")), r"--masks \S+: \S+: a mask that cannot be read",
            id="broken",
        ),
        pytest.param(
            lambda at: ("--masks", str(at), "--threshold", "9"), "--threshold and --masks: name one of them", id="both"
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line_and_writes_nothing(
    model: Path, tmp_path: Path, more: "object", message: str
) -> None:
    picture(tmp_path / "a.png")
    result = run(model, tmp_path / "a.png", out=tmp_path / "out", more=more(tmp_path))  # type: ignore[operator]
    assert result.exit_code == 2
    [line] = [line for line in result.stderr.splitlines() if not line.startswith("translating")]
    assert re.match(rf"error: {message}", line), line
    assert not (tmp_path / "out").exists()


def test_without_the_extra_a_soft_edge_is_one_line(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(tmp_path / "a.png")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = run(model, tmp_path / "a.png", out=tmp_path / "out", more=("--soft",))
    assert result.exit_code == 2
    assert re.fullmatch(r"error: --soft: a soft edge needs pymatting; [^\n]*\n", result.stderr)
