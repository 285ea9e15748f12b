"""Whose the images are, in Markdown that shows every name as it is."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from crossnet.data.image_search.manifest import Row, attribution, write_manifest
from tests.unit.data.image_search.test_manifest import ROW

KNOWN = replace(ROW, title="An elephant", creator="Ann", licence_url="https://creativecommons.org/licenses/by-sa/4.0/")


def written(place: Path, *rows: Row) -> str:
    write_manifest(place / "manifest.csv", rows)
    return attribution(place / "manifest.csv")


def test_an_image_has_title_creator_licence_and_links(tmp_path: Path) -> None:
    assert written(tmp_path, KNOWN) == (
        "# Attribution\n\n1 images, each by its creator and under its licence, found by image search.\n\n"
        "## CC BY-SA 4.0 (1)\n\n"
        "- `trainA/0f.jpg`: [An elephant](https://example.org/a) by Ann, "
        "[CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/), [file](https://example.org/a,b.jpg), "
        "by way of flickr\n"
    )


def test_they_are_grouped_by_licence_and_sorted(tmp_path: Path) -> None:
    text = written(
        tmp_path,
        replace(KNOWN, file="trainB/2.jpg"),
        replace(KNOWN, file="trainA/1.jpg"),
        replace(KNOWN, file="testA/3.jpg", licence="cc0", licence_version="1.0"),
        replace(KNOWN, file="testA/4.jpg", licence_version="2.0"),
        replace(KNOWN, file="testA/5.jpg", licence="pdm", licence_version=""),
    )
    assert re.findall(r"^## (.*)$|`(.*)`", text, re.MULTILINE) == [
        ("CC BY-SA 2.0 (1)", ""),
        ("", "testA/4.jpg"),
        ("CC BY-SA 4.0 (2)", ""),
        ("", "trainA/1.jpg"),
        ("", "trainB/2.jpg"),
        ("CC0 1.0 (1)", ""),
        ("", "testA/3.jpg"),
        ("Public Domain Mark (1)", ""),
        ("", "testA/5.jpg"),
    ]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("[x](javascript:alert(1))", r"\[x\](javascript:alert(1))"),
        ("<script>alert(1)</script>", r"\<script\>alert(1)\</script\>"),
        ("a_b*c`d|e#f~~g$h", r"a_b\*c\`d\|e#f\~\~g\$h"),
        ("&lt; & \\", r"\&lt; \& \\"),
        ("![i](https://evil.example/x.png)", r"\!\[i\](https&#58;//evil.example/x.png)"),
        ("www.evil.example @someone", "www&#46;evil.example &#64;someone"),
        ("Слон 象", "Слон 象"),
    ],
)
def test_a_name_is_shown_as_it_is(tmp_path: Path, title: str, shown: str) -> None:
    assert f"[{shown}](" in written(tmp_path, replace(KNOWN, title=title))
    assert f" by {shown}, " in written(tmp_path, replace(KNOWN, creator=title))


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ('https://example.org/a b(c)<d>"', "(https://example.org/a%20b%28c%29%3Cd%3E%22)"),
        ("https://example.org/Слон?x=1&y=%20#z", "(https://example.org/%D0%A1%D0%BB%D0%BE%D0%BD?x=1&y=%20#z)"),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_link_is_of_the_web_and_whole(tmp_path: Path, address: str, linked: str | None) -> None:
    text = written(tmp_path, replace(KNOWN, landing_page=address))
    assert f": [An elephant]{linked} by" in text if linked else ": An elephant by" in text
    assert "javascript" not in text


def test_what_nobody_said_is_said_to_be_unknown(tmp_path: Path) -> None:
    assert ": [untitled](https://example.org/a) by unknown, CC BY-SA 4.0, " in written(
        tmp_path, replace(KNOWN, title="", creator="", licence_url="")
    )
