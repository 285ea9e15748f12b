"""Masks are found by names, whatever the layout; what could be two things is an error."""

from pathlib import PurePosixPath

import pytest

from crossnet.data.hdseg import MatchingError, match


def matched(*names: str, category: str | None = "horse") -> dict[str, tuple[str, str]]:
    return {pair.name: (str(pair.photo), str(pair.mask)) for pair in match(map(PurePosixPath, names), category)}


@pytest.mark.parametrize(
    ("photo", "mask"),
    [
        ("HDSeg/images/1.jpg", "HDSeg/masks/1.png"),
        ("HDSeg/1.jpg", "data/gt/1.png"),
        ("HDSeg/JPEGImages/1.jpg", "data/SegmentationClass/1.png"),
        ("HDSeg/segmentation/images/1.jpg", "HDSeg/segmentation/ground_truth/1.png"),
        ("a/strength/1.jpg", "a/strength/annotations/deep/1.png"),
        ("a/x/1.jpg", "a/x/1_mask.png"),
        ("a/x/1.jpg", "a/x/1-gt.png"),
        ("a/x/1.jpg", "a/x/1_segmentation.png"),
        ("masks/1.jpg", "other/mask/1.png"),  # the first part is the archive
    ],
)
def test_a_mask_is_known_by_its_folder_or_its_suffix(photo: str, mask: str) -> None:
    assert matched(photo, mask, "a/images/other.jpg", "a/masks/third.png") == {"1": (photo, mask)}


def test_a_class_has_its_folder() -> None:
    found = matched("a/images/horses/1.jpg", "a/images/dogs/2.jpg", "b/masks/1.png", "b/masks/2.png")
    assert list(found) == ["1"]
    assert list(matched("a/images/1.jpg", "b/masks/1.png")) == ["1"]  # no classes: all are kept
    assert list(matched("a/1.jpg", "a/2.jpg", "b/masks/horse/1.png", "b/masks/dog/2.png")) == ["1"]
    stray = ("a/horse/1.jpg", "a/dog/2.jpg", "a/horse/3_mask.png", "b/gt/1.png", "b/gt/2.png")
    assert list(matched(*stray)) == ["1"]
    both = ("a/images/horse/1.jpg", "a/images/dog/1.jpg", "b/gt/dog/1.png", "b/gt/horse/1.png")
    assert matched(*both) == {"1": ("a/images/horse/1.jpg", "b/gt/horse/1.png")}
    assert matched(*both, category=None) == {
        "horse-1": ("a/images/horse/1.jpg", "b/gt/horse/1.png"),
        "dog-1": ("a/images/dog/1.jpg", "b/gt/dog/1.png"),
    }


def test_files_of_one_name_go_by_the_folders_that_they_share() -> None:
    names = ("a/images/train/1.jpg", "a/images/test/1.jpg", "b/masks/test/1.png", "b/masks/train/1.png")
    assert matched(*names) == {
        "test-1": ("a/images/test/1.jpg", "b/masks/test/1.png"),
        "train-1": ("a/images/train/1.jpg", "b/masks/train/1.png"),
    }


def test_the_order_of_the_names_does_not_matter() -> None:
    names = [f"a/images/{n}.jpg" for n in "bca"] + [f"a/masks/{n}.png" for n in "cab"]
    assert list(matched(*names).items()) == list(matched(*reversed(names)).items())
    assert list(matched(*names)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "names",
    [
        ("a/images/1.jpg", "a/masks/1.png", "a/gt/1.png"),
        ("a/images/1.jpg", "a/photos/1.jpg", "a/masks/1.png"),
        ("a/images/1.jpg", "a/images/1.png", "a/masks/1.png"),
    ],
)
def test_two_that_fit_equally_well_are_named(names: tuple[str, ...]) -> None:
    with pytest.raises(MatchingError, match=r"^[^\n]*/1\.[^\n]* (and|equally)[^\n]*$"):
        matched(*names)


def test_nothing_in_common_is_no_pair() -> None:
    assert matched("a/images/1.jpg", "a/masks/2.png", "a/images/2x.jpg") == {}
    assert matched() == {}
