"""The Python API: what comes back for each kind of image, and models by folder and name."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet import CrossNet, hub, model_folder
from crossnet.model import load_model, save_model, translate
from tests.support.paths import ROOT
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, method

CARD = "# A card\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained on images of 16x16 pixels, with a card."""
    made = tmp_path_factory.mktemp("model")
    config = {"method": "crossnet", "networks": NETWORKS, "weights": dict(WEIGHTS["crossnet"])}
    save_model(made, method("crossnet"), config | {"image_pool": IMAGE_POOL, "size": 16})
    (made / "README.md").write_text(CARD)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> CrossNet:
    return CrossNet.from_pretrained(folder, device="cpu")


def pixels(height: int = 20, width: int = 28, channels: int = 3, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def test_importing_the_package_and_the_class_loads_neither_torch_nor_scipy() -> None:
    code = "import sys; from crossnet import CrossNet; print({'torch', 'scipy', 'skimage'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("to", ["a", "b"])
def test_an_array_and_a_picture_are_translated_as_the_model_does(model: CrossNet, folder: Path, to: Any) -> None:
    wanted = translate(load_model(folder)[0], pixels()[None], to)[0].astype(int)
    made = model.translate(pixels(), to)
    assert abs(made - wanted).max() <= 1
    assert np.array_equal(np.asarray(model.translate(Image.fromarray(pixels()), to)), made)


def test_what_comes_back_has_the_type_and_number_of_what_was_given(model: CrossNet) -> None:
    assert isinstance(model.translate(Image.fromarray(pixels()), "b"), Image.Image)
    assert model.translate(pixels(), "b").shape == (20, 28, 3)
    assert model.translate(np.stack([pixels(), pixels(seed=1)]), "b").shape == (2, 20, 28, 3)
    mixed = model.translate([pixels(), Image.fromarray(pixels(24, 20)), pixels(seed=1)], "b")
    assert [type(each) for each in mixed] == [np.ndarray, Image.Image, np.ndarray]
    assert np.array_equal(mixed[2], model.translate(pixels(seed=1), "b"))
    assert model.translate([], "b") == []


def test_photographs_are_reduced_to_twice_the_size_of_training_unless_told_otherwise(model: CrossNet) -> None:
    photograph = Image.fromarray(pixels(64, 80))
    assert model.size == 32
    assert model.translate(photograph, "b").size == (40, 32)
    assert model.translate(photograph, "b", size=16).size == (20, 16)
    assert model.translate(photograph, "b", size=0).size == (80, 64)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16", "CMYK"])
def test_a_picture_of_any_mode_is_translated_and_its_alpha_kept(model: CrossNet, mode: str) -> None:
    picture = Image.new(mode, (20, 20)) if mode == "I;16" else Image.fromarray(pixels(20, 20, 4), "RGBA").convert(mode)
    made = model.translate(picture, "b")
    assert made.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")
    if made.mode == "RGBA":
        assert np.array_equal(np.asarray(made)[..., 3], np.asarray(picture)[..., -1])


def test_alpha_is_reduced_with_its_image(model: CrossNet) -> None:
    rgba = np.dstack([pixels(64, 64), np.full((64, 64), 77, np.uint8)])
    assert np.array_equal(model.translate(rgba, "b")[..., 3], np.full((32, 32), 77))


def test_a_cutout_has_the_size_and_the_colours_of_the_image(model: CrossNet) -> None:
    picture = Image.fromarray(pixels(64, 80))
    threshold = 128.0
    cut = np.asarray(model.cutout(picture, threshold=threshold))
    assert cut.shape == (64, 80, 4)
    assert np.array_equal(cut[..., :3], pixels(64, 80))
    assert set(np.unique(cut[..., 3])) == {0, 255}
    assert model.cutout(picture, threshold=0).getextrema()[3] == (0, 0)
    assert model.cutout(picture, threshold=255).getextrema()[3] == (255, 255)


def test_a_cutout_is_at_most_as_opaque_as_its_image(model: CrossNet) -> None:
    rgba = np.dstack([pixels(), np.full((20, 28), 9, np.uint8)])
    assert model.cutout(rgba, threshold=255)[..., 3].max() == 9


def test_codes_are_those_that_are_decoded(model: CrossNet) -> None:
    channels = 4 * NETWORKS["width"]
    assert model.encode(pixels(), "b").shape == (channels, 5, 7)
    assert model.encode(np.stack([pixels(), pixels()]), "b").shape == (2, channels, 5, 7)
    assert [each.shape for each in model.encode([pixels(), pixels(21, 8)], "a")] == [(channels, 5, 7), (channels, 6, 2)]


@pytest.mark.parametrize(
    ("images", "more", "kind", "message"),
    [
        pytest.param(["photo.png"], {}, TypeError, "str is neither a PIL image nor an array", id="path"),
        pytest.param(7, {}, TypeError, "int is neither a PIL image, an array nor", id="number"),
        pytest.param(pixels().astype(float), {}, ValueError, "float64 .* is not uint8", id="float"),
        pytest.param(pixels()[..., 0], {}, ValueError, r"\(20, 28\) is not uint8", id="grey"),
        pytest.param(pixels(0, 4), {}, ValueError, r"\(0, 4, 3\) is not uint8", id="empty"),
        pytest.param(pixels(4, 4, 2), {}, ValueError, r"\(4, 4, 2\) is not uint8", id="two channels"),
        pytest.param(pixels(), {"to": "c"}, ValueError, "to: 'c' is none of 'a', 'b'", id="domain"),
        pytest.param(pixels(), {"size": -1}, ValueError, "size: -1 is negative", id="size"),
    ],
)  # fmt: skip
def test_what_cannot_be_translated_is_one_line(
    model: CrossNet, images: Any, more: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=rf"^[^\n]*{message}[^\n]*$"):
        model.translate(images, **({"to": "b"} | more))


@pytest.mark.parametrize(("name", "value"), [("threshold", 256), ("threshold", -1), ("islands", 1.1), ("holes", -0.1)])
def test_a_value_of_a_cutout_that_is_out_of_range_is_one_line(model: CrossNet, name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: {value} is not within 0 and \d+$"):
        model.cutout(pixels(), **{name: value})  # type: ignore[call-overload]


def test_a_model_that_is_saved_is_loaded_as_it_was(model: CrossNet, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path / "new/saved")
    assert {path.name for path in (tmp_path / "new/saved").iterdir()} == {
        "config.json", "model.safetensors", "README.md",
    }  # fmt: skip
    loaded = CrossNet.from_pretrained(str(tmp_path / "new/saved"))
    assert np.array_equal(loaded.translate(pixels(), "b"), model.translate(pixels(), "b"))
    assert (loaded.config, loaded.card) == (model.config, CARD)


def test_a_name_is_a_pretrained_model(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zebras").symlink_to(folder)
    monkeypatch.setattr(model_folder, "PLACES", (tmp_path,))
    assert CrossNet.from_pretrained("zebras").size == 32
    with pytest.raises(ValueError, match=r"^horses: no such folder or pretrained model; pretrained: zebras$"):
        CrossNet.from_pretrained("horses")


def test_without_the_extra_a_repository_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(hub.HubError, match=r"^hub:a/b: the Hub needs huggingface_hub; install it by `pip [^\n]*$"):
        hub.download("a/b")


def test_without_the_extra_a_model_is_saved_and_loaded_all_the_same(folder: Path, tmp_path: Path) -> None:
    code = f"""
import sys; sys.modules["huggingface_hub"] = None
from crossnet import CrossNet
model = CrossNet.from_pretrained({str(folder)!r})
model.save_pretrained({str(tmp_path / "saved")!r})
print(CrossNet.from_pretrained({str(tmp_path / "saved")!r}).size)
for call in (lambda: CrossNet.from_pretrained("a/b"), lambda: model.push_to_hub("a/b")):
    try:
        call()
    except ValueError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    needs = "the Hub needs huggingface_hub; install it by `pip install 'crossnet[hub]'`"
    assert done.stdout.splitlines() == [
        "32", f"a/b: no such folder or pretrained model; a/b: {needs}", f"a/b: {needs}",
    ]  # fmt: skip


def test_the_example_of_the_documentation_runs(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(pixels(64, 80)).save("horse.jpg")
    [example] = re.findall(r"\A# Python API\n\n((?: {4}.*\n|\n)+)", (ROOT / "docs/api.md").read_text(encoding="utf-8"))
    (tmp_path / "horse2zebra").symlink_to(folder)  # before the model that comes with the package
    exec(compile(textwrap.dedent(example), "docs/api.md", "exec"), {})
    with Image.open("zebra.png") as made:
        assert made.size == (40, 32)
