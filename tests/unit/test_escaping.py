"""Text of others does no harm where it is shown, and can still be read."""

import csv
import io

import pytest

from crossnet.escaping import code_span, csv_cell, escape_markdown, one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;PWNED\x07\x1b[31mred", r"\x1b]0;PWNED\x07\x1b[31mred"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("gpj.\u202eexe", r"gpj.\u202eexe"),
        ("\x9b31m\udcff", r"\x9b31m\udcff"),
        ("Слон 象 é 🐘 C:\\x", "Слон 象 é 🐘 C:\\x"),
    ],
)
def test_what_does_not_print_is_escaped_and_all_else_stays(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


def test_a_message_is_one_line_and_an_error_without_words_gives_its_type() -> None:
    assert one_line("a\n  b\x1b[2J\u2028c") == r"a b\x1b[2J c"
    assert one_line(KeyError()) == "KeyError"
    assert one_line("") == ""


@pytest.mark.parametrize("text", ["=1+1", "+ZId", "-a.png", "@SUM(A1)", "  =1+1", "\uff1d1+1"])
def test_a_cell_that_a_spreadsheet_would_compute_gets_a_quote(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize("cell", [-0.5, 3, "-0.5", "+1e-3", "-inf", "a=b", "GAN+Id", "", None])
def test_numbers_and_plain_texts_stay_as_they_are_in_a_cell(cell: float | str | None) -> None:
    assert csv_cell(cell) is cell or csv_cell(cell) == cell


def test_a_cell_has_no_line_end_or_tab_to_begin_another_one_with() -> None:
    stream = io.StringIO()
    csv.writer(stream).writerow([csv_cell("\t=1"), csv_cell("a\r\n=1"), csv_cell("\udcff")])
    assert stream.getvalue() == "'\\t=1,a\\r\\n=1,\\udcff\r\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kid_efflite0.to_b ↓", "kid_efflite0.to_b ↓"),
        ("+ZId, lambda_id={a: 6, b: 3}", "+ZId, lambda_id={a: 6, b: 3}"),
        ("+0.042", "+0.042"),
        ("__init__", r"\_\_init\_\_"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)\>"),
        ("`a` | b", r"\`a\` \| b"),
        ("- a", r"\- a"),
        ("## a", r"\## a"),
        ("---", r"\---"),
        ("12. a", r"12\. a"),
        ("    code", "code"),
        ("a\n# b", r"a\\n# b"),
        ("{{ site.secret }}", r"\{{ site.secret }}"),
        ("http://x @someone", "http&#58;//x &#64;someone"),
    ],
)
def test_markdown_shows_a_text_as_it_is(text: str, shown: str) -> None:
    assert escape_markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sculptures", "`sculptures`"),
        ("x`<img src=x onerror=alert(1)>`y", "``x`<img src=x onerror=alert(1)>`y``"),
        ("``a`", "``` ``a` ```"),
        ("a\nb", r"`a\nb`"),
    ],
)
def test_no_backtick_ends_a_code_span_early(text: str, shown: str) -> None:
    assert code_span(text) == shown
