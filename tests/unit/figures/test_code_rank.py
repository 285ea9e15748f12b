"""The course of the codes' effective rank, drawn for several methods."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.figures.code_rank import PANELS, RankCurves, draw
from crossnet.figures.style import LIGHT


def course(ends_at: float) -> RankCurves:
    steps = np.arange(0, 201, 20.0)
    return {code: np.stack([steps, np.linspace(80, ends_at, len(steps))], 1) for code in PANELS}


def colours(path: Path) -> set[tuple[int, ...]]:
    return set(map(tuple, np.asarray(Image.open(path).convert("RGB")).reshape(-1, 3)))


def test_each_method_has_a_line_of_its_own_colour(tmp_path: Path) -> None:
    draw({"GAN+Id": [course(16), course(12)], "CrossNet": [course(2)]}, tmp_path / "one" / "ranks.png")
    drawn = colours(tmp_path / "one" / "ranks.png")
    hues = [tuple(bytes.fromhex(hue[1:])) for hue in LIGHT.hues]
    assert [hue in drawn for hue in hues] == [True, True, False, False, False]


def test_a_method_without_one_of_the_codes_is_drawn_where_it_has_one(tmp_path: Path) -> None:
    draw({"CrossNet": [{"code_rank/z_a": course(3)["code_rank/z_a"]}]}, tmp_path / "ranks.png")
    assert tuple(bytes.fromhex(LIGHT.hues[0][1:])) in colours(tmp_path / "ranks.png")


@pytest.mark.parametrize(
    ("courses", "message"), [({}, "no code ranks"), ({str(i): [course(2)] for i in range(6)}, "at most 5")]
)
def test_nothing_to_draw_or_too_many_methods_is_an_error(
    courses: dict[str, list[RankCurves]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        draw(courses, tmp_path / "ranks.png")
