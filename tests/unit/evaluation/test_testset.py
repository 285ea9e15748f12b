"""The evaluation set: the images of the split, and a sample of training images."""

from pathlib import Path

import numpy as np
import pytest

from crossnet.evaluation.testset import evaluation_set, sample


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    for split, count in (("train", 4), ("test", 3), ("valid", 2)):
        for side in "AB":
            (tmp_path / "prepared" / f"{split}{side}").mkdir(parents=True)
            for i in range(count):
                (tmp_path / "prepared" / f"{split}{side}" / f"{i}.png").touch()
    (tmp_path / "prepared/dataset.json").write_text("{}")
    for direction in ("to_b", "to_a"):
        (tmp_path / "translated" / direction).mkdir(parents=True)
    return tmp_path / "prepared"


@pytest.mark.parametrize(("split", "count"), [("test", 3), ("valid", 2)])
def test_sources_and_targets_are_of_the_split(prepared: Path, split: str, count: int) -> None:
    found = evaluation_set(prepared, prepared.parent / "translated", split)  # type: ignore[arg-type]
    for to, source, target in (("to_b", "A", "B"), ("to_a", "B", "A")):
        assert found[to].sources == [prepared / f"{split}{source}" / f"{i}.png" for i in range(count)]
        assert found[to].real == [prepared / f"{split}{target}" / f"{i}.png" for i in range(count)]
        assert len(found[to].train) == 4


def test_a_direction_that_was_not_translated_is_left_out(prepared: Path) -> None:
    translated = prepared.parent / "translated"
    (translated / "to_a").rmdir()
    assert [*evaluation_set(prepared, translated, "test")] == ["to_b"]
    (translated / "to_b").rmdir()
    with pytest.raises(OSError, match="translated: no to_b and no to_a; run `dvc repro translate`"):
        evaluation_set(prepared, translated, "test")


def test_a_sample_of_training_images_is_not_periodic() -> None:
    """Kinds of objects take turns: images at even distances may all be of one kind."""
    paths = [Path(f"{i:05d}.png") for i in range(2000)]
    chosen = sample(paths, 250)
    assert len(chosen) == len(set(chosen)) == 250
    assert chosen == sorted(chosen) == sample(paths[::-1], 250)
    families = np.bincount([int(path.stem) % 8 for path in chosen], minlength=8)
    assert families.min() > 15
    assert families.max() < 50
    assert sample(paths[:3], 5) == paths[:3]
