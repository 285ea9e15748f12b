"""A licence has one name, whoever tells it; a permission is never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossnet.data.image_search.licences import NAMES, Licence, LicenceError, check, normalise, title, uses

CC = "https://creativecommons.org"


@pytest.mark.parametrize(
    ("name", "version", "url", "wanted"),
    [
        ("by-sa", "4.0", f"{CC}/licenses/by-sa/4.0/", ("by-sa", "4.0")),
        ("BY-NC-SA", "2.0", "", ("by-nc-sa", "2.0")),
        ("cc0", "1.0", f"{CC}/publicdomain/zero/1.0/", ("cc0", "1.0")),
        ("pdm", "1.0", f"{CC}/publicdomain/mark/1.0/", ("pdm", "1.0")),
        ("CC BY-SA 3.0 de", "", "http://creativecommons.org/licenses/by-sa/3.0/de/deed.en", ("by-sa", "3.0")),
        ("CC BY 4.0", "", "", ("by", "4.0")),
        ("CC-BY-SA-2.5", "", "", ("by-sa", "2.5")),
        ("CC SA-BY", "", f"{CC}/licenses/by-sa/1.0/", ("by-sa", "1.0")),
        ("CC Zero", "", "", ("cc0", "")),
        ("Public domain", "", "", ("pdm", "")),
        ("PD-mark", "", "", ("pdm", "")),
        ("", "", f"{CC}/licenses/by-nd/2.0/", ("by-nd", "2.0")),
        ("CC BY-SA 4.0-3.0-2.5-2.0-1.0", "", "", ("by-sa", "4.0")),
        # nobody's permission is guessed
        ("by", "2.0", f"{CC}/licenses/by-nc/2.0/", ("unclear", "")),
        ("", "", "", ("unclear", "")),
        ("GFDL", "", "https://www.gnu.org/copyleft/fdl.html", ("gfdl", "")),
        ("sampling+", "1.0", "", ("sampling+", "1.0")),
        ("CC BY-SA-NC-ND 4.0", "", "", ("cc by-sa-nc-ND 4.0".lower(), "")),
        ("Copyrighted, by permission", "", "", ("copyrighted, by permission", "")),
        ("by the author, all rights reserved", "", "", ("by the author, all rights reserved", "")),
        ("", "", "https://creativecommons.org.evil.example/licenses/by/4.0/", ("unclear", "")),
    ],
)
def test_one_name_for_each(name: str, version: str, url: str, wanted: tuple[str, str]) -> None:
    assert normalise(name, version, url) == Licence(*wanted)


@given(st.sampled_from(NAMES), st.sampled_from(["1.0", "2.5", "4.0", ""]))
def test_the_common_names_stay_as_they_are(name: str, version: str) -> None:
    assert normalise(name, version, "") == Licence(name, version)
    assert normalise(title(name, version), "", "") == Licence(name, version)


@given(st.text(), st.text(), st.text())
def test_any_words_are_survived(name: str, version: str, url: str) -> None:
    assert normalise(name, version, url).name


@pytest.mark.parametrize(("allowed", "found"), [(["by", "CC-BY"], "CC-BY"), ([], "none")])
def test_a_wrong_name_is_told_with_the_right_ones(allowed: list[str], found: str) -> None:
    with pytest.raises(LicenceError, match=rf"^licences: {found}; wanted some of cc0, pdm, by, [^\n]+$"):
        check(allowed)


@pytest.mark.parametrize(
    ("allowed", "permitted"),
    [
        (["by", "by-sa", "cc0"], "commercial,modification"),
        (["by", "by-nd"], "commercial"),
        (["by-nc"], "modification"),
        (["by-nc", "by-nd"], ""),
    ],
)
def test_what_all_permit(allowed: list[str], permitted: str) -> None:
    assert uses(allowed) == permitted
