"""Fig. 3: the codes of test images, as the first principal components of their channels and by their magnitude."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

from crossnet.figures import sheet
from crossnet.figures.columns import ARROWS, Column, Subjects, Way, subtitle
from crossnet.figures.palette import LIGHT, Theme

Code = NDArray[np.float32]  # (C, h, w)
ENDS = 1.0, 99.0  # percentiles of a component, or of the magnitude, that become its darkest and its brightest
HEADS = ("PCA of the channels", "magnitude", "translation")


@dataclass(frozen=True)
class Basis:
    """Three directions (3, C) in the space of channels around a mean (C,), and the share of the variance of each."""

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    explained: NDArray[np.float64]

    def project(self, code: Code) -> NDArray[np.float64]:
        """(C, h, w) -> (h, w, 3)."""
        return (np.moveaxis(code, 0, -1) - self.mean) @ self.components.T


def read(folder: Path) -> dict[str, Code]:
    """The codes of a folder of .npy files by image, float32. Raises ValueError for what is no code (C, h, w)."""
    codes = {}
    for path in sorted(folder.glob("*.npy")):
        code = np.load(path, allow_pickle=False)
        if code.ndim != 3:
            raise ValueError(f"{path}: an array of shape {code.shape}, wanted a code (C, h, w); translate anew")
        codes[path.stem] = code.astype(np.float32)
    return codes


def fit(codes: Sequence[Code]) -> Basis:
    """One basis over the feature vectors of all codes, of all methods shown. Raises ValueError for unequal channels."""
    from sklearn.decomposition import PCA

    channels = {code.shape[0] for code in codes}
    if len(channels) != 1:
        wanted = "one basis wants as many of all methods"
        raise ValueError(f"codes of {' and '.join(map(str, sorted(channels))) or 'no'} channels; {wanted}")
    vectors = np.concatenate([code.reshape(code.shape[0], -1).T for code in codes]).astype(np.float64)
    found = PCA(3, svd_solver="full").fit(vectors)
    return Basis(found.mean_, found.components_, found.explained_variance_ratio_)


def magnitude(code: Code) -> NDArray[np.float64]:
    """(C, h, w) -> (h, w): the Euclidean length of the feature vector at each place."""
    return np.linalg.norm(code.astype(np.float64), axis=0)


def draw(
    tested: Subjects,
    columns: Sequence[Column],
    out: Path,
    *,
    way: Way,
    codes: Mapping[str, Mapping[str, Code]],
    examples: int = 5,
    theme: Theme = LIGHT,
) -> Basis:
    """Write the figure of one direction, a panel a method: input, components as RGB, magnitude, translation.

    codes: by column's name and translation's name. Basis and scales are those of all the codes, so that the methods'
    colours and brightnesses can be compared. Raises ValueError where no image has a code of every method.
    """
    everything = [code for by_image in codes.values() for code in by_image.values()]
    known = tested.images(way, columns, 10**9)
    images = sheet.evenly([i for i in known if all(tested.called(way, i) in codes[c.name] for c in columns)], examples)
    if not images:
        raise ValueError(f"{out}: no image of which every method has a code")
    basis = fit(everything)
    colours = np.concatenate([basis.project(code).reshape(-1, 3) for code in everything])
    lengths = np.concatenate([magnitude(code).ravel() for code in everything])
    panels: list[sheet.Panel] = []
    for column in columns:
        rows = []
        for image in images:
            code = codes[column.name][tested.called(way, image)]
            rgb = _stretched(basis.project(code), np.percentile(colours, ENDS, axis=0))
            grey = _stretched(magnitude(code), np.percentile(lengths, ENDS))
            heat = colormaps["cividis"](grey)[..., :3]
            rows.append([*map(_bytes, (rgb, heat)), tested.translation(column, way, image)])
            if not panels:
                rows[-1].insert(0, tested.input(way, image))
        heads = HEADS if panels else ("input", *HEADS)
        panels.append(sheet.Panel(heads, rows, f"{column.name}, {ARROWS[way]}", subtitle([column])))
    sheet.draw(panels, out, theme)
    return basis


def _stretched(values: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """To [0, 1] between the two ends, and cut off there."""
    low, high = ends
    return np.clip((values - low) / np.maximum(high - low, 1e-12), 0, 1)


def _bytes(values: NDArray[np.float64]) -> sheet.Picture:
    return np.round(values * 255).astype(np.uint8)
