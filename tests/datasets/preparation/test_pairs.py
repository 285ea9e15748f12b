"""Rendered objects under two materials."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.datasets.preparation.pairs import prepare


def test_objects_are_set_on_white_and_the_test_is_in_pairs(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for side in ("trainA", "trainB", "testA", "testB"):
        (tmp_path / "raw/objects" / side).mkdir(parents=True)
        for number in range(2):
            rgba = rng.integers(0, 200, (24, 24, 4), dtype=np.uint8)
            rgba[..., 3] = np.where(np.arange(24) < 12, 0, 255)
            Image.fromarray(rgba).save(tmp_path / "raw/objects" / side / f"{number:05d}.png")
    ledger = prepare(tmp_path / "raw", tmp_path / "prepared", 28, 24, 0.0, "objects")
    assert ledger.kept == {"trainA": 2, "trainB": 2, "testA": 2, "testB": 2}
    assert json.loads((tmp_path / "prepared/dataset.json").read_text())["paired"] is True
    for side in ("testA", "testB"):
        picture = np.asarray(Image.open(tmp_path / "prepared" / side / "00001.png"))
        source = np.asarray(Image.open(tmp_path / "raw/objects" / side / "00001.png"))
        assert (picture[:, :12] == 255).all()
        assert np.array_equal(picture[:, 12:], source[:, 12:, :3])
