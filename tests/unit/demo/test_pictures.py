"""What the page shows of a picture, and the files that it refuses."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet import CrossNet
from crossnet.demo.pictures import MAX_EDGE, PictureError, cut_out, read_picture, show
from crossnet.figures.latent import scale_of
from crossnet.methods.base import Method
from tests.support.pictures import scene
from tests.support.tiny import method


@pytest.fixture(scope="module")
def model() -> CrossNet:
    return CrossNet(method("crossnet"), {"size": 16}, device="cpu")


def test_both_translations_and_the_codes_are_the_models(model: CrossNet) -> None:
    picture = scene(0, (40, 48))
    shown = show(model, picture)
    assert np.array_equal(shown.picture, np.asarray(picture))
    assert [*shown.translations] == ["b", "a"]
    for to, made in shown.translations.items():
        assert np.array_equal(made, np.asarray(model.translate(picture, to)))
    assert shown.translations["b"].shape == (38, 32, 3)
    for to, pictures in shown.codes.items():
        code = model.encode(picture, to)
        wanted = scale_of([code]).pictures(code)
        for drawn, of_code in zip(pictures, wanted, strict=True):
            assert np.array_equal(drawn[::32, ::32], of_code)  # 8 places become 256 pixels
            assert min(drawn.shape[:2]) == 256


def test_the_cut_out_is_that_of_the_api_and_follows_the_threshold(model: CrossNet) -> None:
    picture = scene(1, (40, 48))
    shown = show(model, picture)
    for to in "ba":
        made = cut_out(shown, to, 100)
        assert np.array_equal(made, np.asarray(model.cutout(picture, to, threshold=100)))
    opaque = [int((cut_out(shown, "b", level)[..., 3] > 0).sum()) for level in (0, 64, 128, 192, 255)]
    assert opaque == sorted(opaque)
    assert opaque[-1] == 40 * 48


def test_a_picture_of_one_colour_has_codes_too(model: CrossNet) -> None:
    shown = show(model, Image.new("RGB", (8, 8), "white"))
    assert [*shown.codes] == ["b", "a"]


def test_a_model_without_codes_has_no_pictures_of_them(model: CrossNet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(model.method), "encode", Method.encode)
    monkeypatch.setattr(type(model.method), "directions", ("b",))
    shown = show(model, scene(0, (40, 48)))
    assert ([*shown.translations], [*shown.codes]) == (["b"], [])


def test_a_large_picture_is_reduced(tmp_path: Path) -> None:
    scene(2, (2000, 500)).save(tmp_path / "wide.jpg")
    assert read_picture(tmp_path / "wide.jpg", 10**7, 10**6).size == (MAX_EDGE, 320)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "no image of a known format"),
        (b"", "an empty file; copy or download it again"),
        (b"%PDF-1.7", "a PDF document; take its pictures out, for example by `pdfimages -png`"),
        (b"x" * 2**21, "2 MiB, more than 1 MiB"),
    ],
)
def test_what_is_no_picture_is_one_line(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "it.jpg").write_bytes(content)
    with pytest.raises(PictureError) as error:
        read_picture(tmp_path / "it.jpg", 2**20, 10**6)
    assert str(error.value) == said


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (22000, 22000)).save(tmp_path / "bomb.png")
    with pytest.raises(PictureError, match=r"^22000x22000 is more than 1000000 pixels; export it smaller$"):
        read_picture(tmp_path / "bomb.png", 2**20, 10**6)
