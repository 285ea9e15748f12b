"""Batches are a function of (seed, step); what is drawn is what CycleGAN draws."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from crossnet.training.batches import Batches, load_images
from crossnet.training.devices import start


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


def test_pairs_are_drawn_cropped_and_mirrored_alike() -> None:
    a = torch.cat([located(3, 30), located(3, 30).flip(1)])
    a[:, 2] = torch.arange(6, dtype=torch.uint8).view(-1, 1, 1)  # blue is the number
    paired = Batches(a, a + 100, 4, 24, True, 5, paired=True)
    flips = set()
    for step in range(12):
        x_a, x_b = (levels(x) for x in paired[step])
        assert torch.equal(x_a + 100, x_b)
        assert torch.equal(paired[step][0], Batches(a, a, 4, 24, True, 5)[step][0])  # as without pairs
        flips |= {bool(image[1, 0, 0] > image[1, 0, -1]) for image in x_a}
    assert flips == {False, True}
    apart = Batches(a, a + 100, 4, 24, True, 5)
    assert any(not torch.equal(levels(apart[step][0]) + 100, levels(apart[step][1])) for step in range(3))


def test_pairs_are_loaded_by_name_and_the_rest_is_left_out(tmp_path: Path) -> None:
    for side, names in (("trainA", "abc"), ("trainB", "xy"), ("trainAB", "ca")):
        (tmp_path / side).mkdir()
        for name in names:
            Image.new("RGB", (24, 24), (ord(name), len(side), 0)).save(tmp_path / side / f"{name}.png")
    fabric = start("cpu", 1, 1, "32-true")
    batches = Batches.load(tmp_path, 2, 24, True, 0, fabric, paired=True)
    assert batches.epoch_images == 2
    x_a, x_b = (levels(x) for x in batches[0])
    assert x_a[:, 0, 0, 0].tolist() == x_b[:, 0, 0, 0].tolist()
    assert sorted(x_a[:, 0, 0, 0].tolist()) == [ord("a"), ord("c")]
    assert (x_a[:, 1] == 6).all()
    assert (x_b[:, 1] == 7).all()
    for path in (tmp_path / "trainAB").iterdir():
        path.unlink()
    with pytest.raises(ValueError, match=r"trainA: no images"):
        Batches.load(tmp_path, 2, 24, True, 0, fabric, paired=True)
    (tmp_path / "trainAB").rmdir()
    with pytest.raises(
        ValueError, match=r"no trainAB, the images of trainA as they are in B, which this method learns"
    ):
        Batches.load(tmp_path, 2, 24, True, 0, fabric, paired=True)
