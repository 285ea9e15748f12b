"""Every image that is refused has its reason, and no server is asked twice for the same."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crossnet.data.image_search.filter import FAILURES, ImageFilter, Kept, Rules
from crossnet.data.image_search.found import Found, SearchError
from crossnet.data.image_search.store import Store
from tests.support.loopback import Answer, Loopback
from tests.support.pictures import encoded, on_white, scene

RULES = Rules(("by", "cc0"), 100, 200_000, 6, 240, 0.95)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as fake:
        yield fake


@pytest.fixture
def image_filter(server: Loopback, tmp_path: Path) -> ImageFilter:
    return ImageFilter(server.web(), Store(tmp_path), RULES)


def again(image_filter: ImageFilter, server: Loopback) -> ImageFilter:
    """That of the next run, with the same store."""
    return ImageFilter(server.web(), Store(image_filter.store.images.parent), RULES)


def put(
    server: Loopback, name: str, body: bytes, licence: str = "by", size: tuple[int, int] = (0, 0), **said: Any
) -> Found:
    server.files[f"/{name}"] = Answer(body=body, **said)
    return Found(
        f"{server.url}/{name}", "", "", licence, "4.0", "", "", size[0], size[1], "jpg", "flickr", "elephant", name
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
def test_a_photograph_is_kept_with_its_format_and_size(image_filter: ImageFilter, server: Loopback, kind: str) -> None:
    body = encoded(scene(0), kind)
    kept = image_filter.accept(put(server, "x", body), False)
    assert isinstance(kept, Kept)
    assert (kept.suffix[:3], kept.width, kept.height) == (kind.lower().replace("jpeg", "jpg")[:3], 160, 120)
    assert image_filter.store.file(kept.found.url).read_bytes() == body


def test_the_size_is_that_after_orientation(image_filter: ImageFilter, server: Loopback) -> None:
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    scene(0).save(file, "JPEG", exif=exif)
    kept = image_filter.accept(put(server, "x", file.getvalue()), False)
    assert isinstance(kept, Kept)
    assert (kept.width, kept.height) == (120, 160)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not decodable: "),
        (b"<html>gone</html>", "not decodable: "),
        (encoded(scene(0))[:-900], "not decodable: "),
        (encoded(scene(0), "ICO"), "not decodable: cannot identify image file"),
        (encoded(scene(0), "AVIF"), "not decodable: AVIF, wanted one of JPEG"),
        (encoded(scene(0, (400, 99))), "too small: 400x99, wanted 100 pixels or more"),
        (bytes(200_001), "not served: "),
    ],
    ids=["empty", "HTML", "cut off", "an icon", "AVIF", "small", "large"],
)
def test_what_is_no_use_is_refused_and_not_asked_for_again(
    image_filter: ImageFilter, server: Loopback, body: bytes, reason: str
) -> None:
    found = put(server, "x", body)
    verdict = image_filter.accept(found, False)
    assert isinstance(verdict, str)
    assert verdict.startswith(reason)
    assert "\n" not in verdict
    assert again(image_filter, server).accept(found, False) == verdict
    assert len(server.log) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_what_is_gone_is_remembered(image_filter: ImageFilter, server: Loopback, status: int) -> None:
    found = put(server, "x", b"", status=status)
    verdict = image_filter.accept(found, False)
    assert f"{status} " in str(verdict)
    assert again(image_filter, server).accept(found, False) == verdict
    assert len(server.log) == 1


@pytest.mark.parametrize(
    ("found", "reason"),
    [({"licence": "by-nc"}, "licence by-nc: not one of by, cc0"), ({"size": (4000, 90)}, "too small: 4000x90, ")],
)
def test_what_is_known_to_be_no_use_is_not_asked_for(
    image_filter: ImageFilter, server: Loopback, found: dict[str, Any], reason: str
) -> None:
    assert str(image_filter.accept(put(server, "x", encoded(scene(0)), **found), False)).startswith(reason)
    assert server.log == []


@pytest.mark.parametrize(
    ("tag", "refused"),
    [
        ("noai", "noai"),
        ("noindex, NoImageAI", "noimageai"),
        ("otherbot: noai, nofollow", "noai"),
        ("noindex, nofollow", None),
        ("max-image-preview: large", None),
    ],
)
def test_a_server_that_says_noai_is_heeded_and_its_file_not_kept(
    image_filter: ImageFilter, server: Loopback, tag: str, refused: str | None
) -> None:
    found = put(server, "x", encoded(scene(0)), headers={"X-Robots-Tag": tag})
    verdict = image_filter.accept(found, False)
    assert (verdict == f"X-Robots-Tag: {refused}") if refused else isinstance(verdict, Kept)
    assert image_filter.store.file(found.url).exists() == (refused is None)
    assert again(image_filter, server).accept(found, False) == verdict
    assert len(server.log) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "elephant.jpg",
        "//x/y.jpg",
        "http://",
        "ftp://127.0.0.1/x",
        "file:///etc/hostname",
        "http://[::1/x",
    ],
)
def test_an_address_that_is_none_is_refused(image_filter: ImageFilter, address: str) -> None:
    found = Found(address, "", "", "by", "", "", "", 0, 0, "", "", "elephant", "")
    assert str(image_filter.accept(found, False)).startswith("not served: ")
    assert image_filter.store.served(address) is not None


def framed(share: float) -> bytes:
    """On white, with a black bar of a share of the border across its upper edge."""
    image = np.asarray(on_white(0, (200, 200))).copy()
    image[:4, : round(share * (200**2 - 192**2) / 4)] = 0
    return encoded(Image.fromarray(image), "PNG")


@pytest.mark.parametrize(
    ("body", "white"),
    [
        (encoded(on_white(0), quality=50), True),
        (encoded(scene(0)), False),
        (framed(0.0), True),
        (framed(0.04), True),
        (framed(0.06), False),
        (encoded(Image.eval(on_white(0), lambda value: min(value, 241))), True),
        (encoded(Image.eval(on_white(0), lambda value: min(value, 230))), False),
    ],
    ids=["white", "scene", "white PNG", "a little", "too much", "nearly white", "grey"],
)
def test_the_white_side_has_a_white_border(
    image_filter: ImageFilter, server: Loopback, body: bytes, white: bool
) -> None:
    found = put(server, "x", body)
    verdict = image_filter.accept(found, True)
    assert isinstance(verdict, Kept) if white else str(verdict).startswith("border not white: 0.")
    assert isinstance(again(image_filter, server).accept(found, False), Kept)  # on the other side it may have any


@pytest.mark.parametrize(
    ("copy", "same"),
    [
        (encoded(scene(7)), True),
        (encoded(scene(7), quality=35), True),
        (encoded(scene(7).resize((480, 360), Image.Resampling.LANCZOS), "WEBP"), True),
        (encoded(scene(7).convert("L"), "PNG"), True),
        (encoded(scene(8)), False),
        (encoded(scene(7).transpose(Image.Transpose.FLIP_LEFT_RIGHT)), False),
    ],
    ids=["the same", "recompressed", "resized", "grey", "another", "mirrored"],
)
def test_a_picture_that_looks_like_an_earlier_one_is_its_duplicate(
    image_filter: ImageFilter, server: Loopback, copy: bytes, same: bool
) -> None:
    first = image_filter.accept(put(server, "first", encoded(scene(7))), False)
    assert isinstance(first, Kept)
    verdict = image_filter.accept(put(server, "second", copy), False)
    assert (verdict == f"duplicate of {first.name}") if same else isinstance(verdict, Kept)


def test_a_fault_of_the_moment_is_remembered_only_when_others_are_served(
    image_filter: ImageFilter, server: Loopback
) -> None:
    broken, good = put(server, "broken", b"", status=503), put(server, "good", encoded(scene(0)))
    assert str(image_filter.accept(broken, False)).startswith("not served: ")
    assert image_filter.store.served(broken.url) is None
    assert isinstance(image_filter.accept(good, False), Kept)
    assert image_filter.store.served(broken.url) is not None
    before = len(server.log)
    assert str(again(image_filter, server).accept(broken, False)).startswith("not served: ")
    assert len(server.log) == before


def test_when_nothing_is_served_any_more_it_stops_and_the_next_run_asks_again(
    image_filter: ImageFilter, server: Loopback
) -> None:
    found = [put(server, str(number), encoded(scene(number)), status=503) for number in range(FAILURES)]
    for each in found[:-1]:
        assert isinstance(image_filter.accept(each, False), str)
    with pytest.raises(SearchError, match=rf"^{FAILURES} images in a row are not served, the last: [^\n]+ from here$"):
        image_filter.accept(found[-1], False)
    for number, each in enumerate(found):
        put(server, str(number), encoded(scene(number)))
        assert isinstance(again(image_filter, server).accept(each, False), Kept)


def test_faults_that_are_not_in_a_row_stop_nothing(image_filter: ImageFilter, server: Loopback) -> None:
    for number in range(FAILURES + 1):
        broken = put(server, f"broken-{number}", b"", status=503)
        assert isinstance(image_filter.accept(broken, False), str)
        assert isinstance(image_filter.accept(put(server, f"{number}", encoded(scene(number))), False), Kept)


def test_a_stored_file_that_was_damaged_is_asked_for_again(image_filter: ImageFilter, server: Loopback) -> None:
    found = put(server, "x", encoded(scene(0)))
    image_filter.accept(found, False)
    image_filter.store.file(found.url).write_bytes(b"damaged")
    assert isinstance(again(image_filter, server).accept(found, False), Kept)
    (image_filter.store.images / f"{image_filter.store.file(found.url).name}.json").write_text('{"url": 1')
    assert isinstance(again(image_filter, server).accept(found, False), Kept)
    assert len(server.log) == 3
