"""Names that every tool takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossnet.data.names import portable, translation_stems

ANY = st.binary(min_size=1, max_size=255).map(lambda raw: raw.decode("utf-8", "surrogateescape"))


@given(st.lists(ANY, unique=True, max_size=6))
def test_any_names_become_utf_8_of_their_own_and_fit(names: list[str]) -> None:
    found = portable(names)
    assert len(set(found)) == len(names)
    assert all(len(name.encode()) <= 255 for name in found)


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["caf\udce9.png", "ü.png"], ["caf%E9.png", "ü.png"]),
        (["caf%E9.png", "caf\udce9.png"], ["caf%E9.png", "caf%E9-dafd66c0.png"]),
        (["x" * 251 + ".png"], ["x" * 251 + ".png"]),
    ],
)
def test_a_byte_that_is_no_utf_8_is_written_as_in_an_address(names: list[str], wanted: list[str]) -> None:
    assert portable(names) == wanted


def test_a_mask_keeps_the_name_of_its_image() -> None:
    image, mask = portable(["\udce9" * 200 + ".jpg"]), portable(["\udce9" * 200 + ".png"])
    assert image[0].removesuffix(".jpg") == mask[0].removesuffix(".png")


def test_translations_of_twins_and_of_names_without_room_have_their_ids() -> None:
    sources = {"1": "a/x.png", "2": "a/X.png", "3": "a/y.jpg", "4": f"a/{'z' * 252}"}
    assert translation_stems(sources) == {"1": "1", "2": "2", "3": "y", "4": "4"}
