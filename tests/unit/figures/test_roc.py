"""Fig. 10 of several methods: the mean over seeds, the band that they span, and what says so."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from sklearn.metrics import auc

from crossnet.figures import roc
from crossnet.figures.style import DARK, LIGHT, Theme, new_figure


def drawn(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def curve(*points: tuple[float, float]) -> NDArray[np.float64]:
    return np.array([(fpr, tpr, 0.0) for fpr, tpr in points])


def test_the_band_averages_vertically() -> None:
    straight, upright = curve((0, 0), (1, 1)), curve((0, 0), (0, 0.5), (1, 1))
    band = roc.band([straight, upright])
    grid = roc.GRID
    assert band.n == 2
    assert band.low == pytest.approx(grid)
    assert band.high == pytest.approx(0.5 + grid / 2)
    assert band.mean == pytest.approx((band.low + band.high) / 2)
    assert auc(grid, band.mean) == pytest.approx((0.5 + 0.75) / 2)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_band_is_drawn_over_its_seeds(tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    figures: list[Figure] = []
    monkeypatch.setattr(roc, "new_figure", lambda *size: figures.append(new_figure(*size)) or figures[-1])
    wide = roc.band([curve((0, 0), (1, 1)), curve((0, 0), (0.1, 0.9), (1, 1))])
    one = roc.band([curve((0, 0), (1, 1))])
    roc.draw_methods({"a": wide}, tmp_path / "wide.png", labels={}, floor=None, theme=theme)
    roc.draw_methods({"a": one}, tmp_path / "one.png", labels={}, floor=None, theme=theme)
    spans = [
        (drawn(tmp_path / f"{name}.png") != drawn(tmp_path / "one.png")).any(-1).mean() for name in ("one", "wide")
    ]
    legends = [[text.get_text() for text in figure.axes[0].get_legend().get_texts()] for figure in figures]
    assert legends == [["a", "± standard deviation; band: least to most of the seeds"], ["a"]]
    assert spans[0] == 0
    assert spans[1] > 0.1
    with pytest.raises(ValueError, match=r"out\.png: no curves"):
        roc.draw_methods({}, tmp_path / "out.png", labels={}, floor=None)
    with pytest.raises(ValueError, match="6 methods; at most 5"):
        roc.draw_methods(dict.fromkeys("abcdef", one), tmp_path / "out.png", labels={}, floor=None)
