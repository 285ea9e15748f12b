"""Images of mixed sizes come in batches of one size, and few wait; score maps are those of their images."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from crossnet.model import scores
from crossnet.translation import by_size, score_folder, translate_folder
from tests.support.tiny import method


def test_score_maps_are_cut_back_to_their_images_and_have_the_names_of_translations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"a": (13, 10), "b": (8, 12), "c": (13, 10)}
    (tmp_path / "in").mkdir()
    for seed, (name, size) in enumerate(sizes.items()):
        picture = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(picture).save(tmp_path / f"in/{name}.png")
    made, names = method("crossnet"), {"a": "one", "b": "two", "c": "three"}
    score_folder(made, tmp_path / "in", names, tmp_path)
    assert not (tmp_path / "scores").exists()  # it has none
    monkeypatch.setattr(made, "scores", lambda x: (x[:, 0] + 1) / 2, raising=False)
    score_folder(made, tmp_path / "in", names, tmp_path)
    for name, called in names.items():
        with Image.open(tmp_path / f"in/{name}.png") as image:
            red = np.asarray(image)[..., 0] / 255
        found = np.load(tmp_path / f"scores/{called}.npy")
        assert found.dtype == np.float16
        assert found == pytest.approx(red, abs=1e-3)


@pytest.mark.parametrize("name", ["munit", "drit", "dualgan"])
def test_the_name_of_a_translation_gives_its_style_whatever_else_is_in_the_folder(tmp_path: Path, name: str) -> None:
    made, picture = method(name).eval(), np.random.default_rng(0).integers(0, 256, (40, 36, 3), dtype=np.uint8)
    for folder, files in (("all", "abc"), ("one", "b")):
        (tmp_path / folder).mkdir()
        for file in files:
            Image.fromarray(picture).save(tmp_path / folder / f"{file}.png")
        translate_folder(
            made, tmp_path / folder, {file: f"{file}-1" for file in files}, "b", tmp_path / f"{folder}-out"
        )
    first, second, third = (np.asarray(Image.open(tmp_path / f"all-out/to_b/{file}-1.png")) for file in "abc")
    alone = np.asarray(Image.open(tmp_path / "one-out/to_b/b-1.png"))
    assert first.shape == (40, 36, 3)
    assert np.abs(alone.astype(int) - second).max() <= 1
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)
    has_codes = made.encode(torch.zeros(1, 3, 32, 32), "b") is not None
    assert len([*(tmp_path / "all-out/codes/to_b").iterdir()]) == 3 * has_codes


def test_scores_are_none_where_a_method_has_none() -> None:
    assert scores(method("crossnet"), np.zeros((1, 8, 8, 3), np.uint8)) is None


def test_batches_have_one_size_and_at_most_so_many_pixels() -> None:
    sizes = [(8, 8), (8, 4), (8, 8), (8, 8), (8, 4), (30, 30), (8, 8)]
    images = [(key, np.full((*size, 3), key, dtype=np.uint8)) for key, size in enumerate(sizes)]
    batches = list(by_size(images, 128))
    assert [[key for key, _ in batch] for batch in batches] == [[0, 2], [5], [3, 6], [1, 4]]
    assert all(image[0, 0, 0] == key for batch in batches for key, image in batch)


def test_images_of_many_sizes_do_not_all_wait_until_the_end() -> None:
    taken = []

    def images():  # type: ignore[no-untyped-def]
        for side in range(1, 200):
            taken.append(side)
            yield side, np.zeros((1, side, 3), dtype=np.uint8)

    waiting = [sum(taken) - sum(done) for done in _done_so_far(by_size(images(), 200))]
    assert max(waiting) <= 4 * 200


def _done_so_far(batches):  # type: ignore[no-untyped-def]
    done: list[int] = []
    for batch in batches:
        done += [key for key, _ in batch]
        yield done
