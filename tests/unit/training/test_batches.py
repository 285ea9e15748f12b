"""Batches are a function of (seed, step); what is drawn is what CycleGAN draws."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from crossnet.training.batches import Batches, load_images


def numbered(count: int, first: int = 0, size: int = 24) -> Tensor:
    """(count, 3, size, size) uint8: image i is filled with first + i."""
    return torch.arange(first, first + count, dtype=torch.uint8).view(-1, 1, 1, 1).repeat(1, 3, size, size)


def located(count: int, size: int) -> Tensor:
    """(count, 3, size, size) uint8: red is the row, green the column."""
    rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return torch.stack([rows, columns, rows * 0]).to(torch.uint8)[None].repeat(count, 1, 1, 1)


def levels(x: Tensor) -> Tensor:
    """[-1, 1] back to 0 ... 255."""
    return ((x + 1) * 127.5).round().int()


def seen(batches: Batches, steps: range) -> tuple[list[int], list[int]]:
    """The numbers of the images of either side, in order."""
    pairs = [batches[step] for step in steps]
    a, b = (torch.cat([pair[side] for pair in pairs]) for side in (0, 1))
    return levels(a)[:, 0, 0, 0].tolist(), levels(b)[:, 0, 0, 0].tolist()


@pytest.mark.parametrize("batch", [1, 3, 8, 20])
def test_an_epoch_is_the_larger_side_and_sees_each_of_its_images_once(batch: int) -> None:
    batches = Batches(numbered(5), numbered(8, 100), batch, 24, True, 0)
    assert batches.epoch_images == 8
    a, b = seen(batches, range(80))
    for epoch in range(3):
        assert sorted(b[8 * epoch :][:8]) == list(range(100, 108))
        assert max(Counter(a[8 * epoch :][:8]).values()) <= 3
        assert sorted(a[5 * epoch :][:5]) == list(range(5))


def test_pairs_and_orders_change_from_epoch_to_epoch() -> None:
    a, b = seen(Batches(numbered(8), numbered(8), 1, 24, False, 0), range(16))
    assert a[:8] != a[8:]
    assert b[:8] != b[8:]
    assert a[:8] != b[:8]


def test_a_batch_depends_on_seed_and_step_alone() -> None:
    rng = np.random.default_rng(0)
    sides = [torch.from_numpy(rng.integers(0, 256, (9, 3, 30, 30), dtype=np.uint8)) for _ in "ab"]
    one, again, other = (Batches(*sides, 4, 24, True, seed) for seed in (3, 3, 4))
    forwards = [one[step] for step in range(6)]
    torch.rand(5)
    backwards = [again[step] for step in reversed(range(6))][::-1]
    assert all(
        torch.equal(x, y) for xs, ys in zip(forwards, backwards, strict=True) for x, y in zip(xs, ys, strict=True)
    )
    assert not torch.equal(forwards[0][0], other[0][0])


def test_the_digest_tells_which_side_an_image_is_of() -> None:
    pictures = torch.randint(0, 256, (6, 3, 8, 8), dtype=torch.uint8)
    digests = {Batches(pictures[:cut], pictures[cut:], 1, 8, True, 0).digest() for cut in (2, 3)}
    assert len(digests) == 2


def test_crops_are_squares_of_the_image_at_every_place_that_fits() -> None:
    batches = Batches(located(4, 28), located(4, 28), 4, 24, False, 0)
    tops, lefts = set(), set()
    for step in range(60):
        for crop in levels(batches[step][0]):
            top, left = int(crop[0, 0, 0]), int(crop[1, 0, 0])
            assert torch.equal(crop, located(1, 28)[0, :, top : top + 24, left : left + 24].int())
            tops.add(top)
            lefts.add(left)
    assert tops == lefts == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(("flip", "share"), [(True, 0.5), (False, 0.0)])
def test_half_of_the_images_are_mirrored_if_asked(flip: bool, share: float) -> None:
    batches = Batches(located(2, 24), located(2, 24), 50, 24, flip, 0)
    drawn = levels(torch.cat([x for step in range(10) for x in batches[step]]))
    columns = drawn[:, 1, 0, :]
    mirrored = (columns[:, 0] == 23).float()
    assert torch.equal(columns[mirrored == 1], columns[mirrored == 1][:, :1] - torch.arange(24))
    assert abs(mirrored.mean() - share) < 0.06 * (share > 0) + 1e-9


def test_values_span_the_range_of_the_networks() -> None:
    black_and_white = torch.cat([numbered(1, 0), numbered(1, 255)])
    x_a, x_b = Batches(black_and_white, black_and_white, 2, 24, True, 0)[0]
    for x in (x_a, x_b):
        assert x.shape == (2, 3, 24, 24)
        assert x.dtype == torch.float32
        assert sorted(x[:, 0, 0, 0].tolist()) == [-1, 1]


def test_a_side_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name, value in (("b.png", 2), ("a.png", 1), ("c.png", 3)):
        Image.new("RGB", (6, 4), (value, 0, 9)).save(tmp_path / name)
    side = load_images(tmp_path)
    assert (side.shape, side.dtype) == ((3, 3, 4, 6), torch.uint8)
    assert side[:, 0, 0, 0].tolist() == [1, 2, 3]
    assert (side[:, 2] == 9).all()


def test_images_of_other_sizes_are_refused_by_name(tmp_path: Path) -> None:
    Image.new("RGB", (6, 6)).save(tmp_path / "a.png")
    Image.new("RGB", (6, 5)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"b\.png: \(6, 5\) pixels, but .*a\.png has \(6, 6\)"):
        load_images(tmp_path)


def test_a_side_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no images"):
        load_images(tmp_path)
