"""Fig. 3: latent codes, as the first principal components of their channels (RGB) and by their magnitude."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

from crossnet.figures import panels
from crossnet.figures.comparison import ARROWS, Column, Direction, PreparedImages, subtitle
from crossnet.figures.style import LIGHT, Theme

Code = NDArray[np.float32]  # (C, h, w)
ENDS = 1.0, 99.0  # percentiles that become the darkest and the brightest value
HEADINGS = ("PCA of the channels", "magnitude", "translation")


@dataclass(frozen=True)
class Basis:
    """Three principal components (3, C) around a mean (C,), and the share of the variance of each (3,)."""

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    explained: NDArray[np.float64]

    def project(self, code: Code) -> NDArray[np.float64]:
        """Project a code (C, h, w) to (h, w, 3)."""
        return (np.moveaxis(code, 0, -1) - self.mean) @ self.components.T


def read(folder: Path) -> dict[str, Code]:
    """Read the codes of a folder of .npy files by image, as float32. Raises ValueError for an array that is no code."""
    codes = {}
    for path in sorted(folder.glob("*.npy")):
        code = np.load(path, allow_pickle=False)
        if code.ndim != 3:
            raise ValueError(f"{path}: an array of shape {code.shape}, wanted a code (C, h, w); translate again")
        codes[path.stem] = code.astype(np.float32)
    return codes


def fit(codes: Sequence[Code]) -> Basis:
    """Fit one basis to the feature vectors of all codes. Raises ValueError if their numbers of channels differ."""
    from sklearn.decomposition import PCA

    channels = {code.shape[0] for code in codes}
    if len(channels) != 1:
        wanted = "one basis wants as many of all methods"
        raise ValueError(f"codes of {' and '.join(map(str, sorted(channels))) or 'no'} channels; {wanted}")
    vectors = np.concatenate([code.reshape(code.shape[0], -1).T for code in codes]).astype(np.float64)
    with np.errstate(invalid="ignore"):  # of codes that are all the same, no component explains anything
        found = PCA(3, svd_solver="full").fit(vectors)
    return Basis(found.mean_, found.components_, found.explained_variance_ratio_)


@dataclass(frozen=True)
class Scale:
    """What codes are drawn with: a basis, and the values that become the darkest and the brightest.

    colours: (2, 3), of the three components. lengths: (2,), of the magnitude.
    """

    basis: Basis
    colours: NDArray[np.float64]
    lengths: NDArray[np.float64]

    def pictures(self, code: Code) -> tuple[panels.Picture, panels.Picture]:
        """Draw the components (RGB) and the magnitude (cividis) of a code (C, h, w): two pictures (h, w, 3)."""
        rgb = _stretched(self.basis.project(code), self.colours)
        heat = colormaps["cividis"](_stretched(magnitude(code), self.lengths))[..., :3]
        return _bytes(rgb), _bytes(heat)


def scale_of(codes: Sequence[Code]) -> Scale:
    """Return one scale for all codes, so that their pictures compare. Raises ValueError as `fit`."""
    basis = fit(codes)
    colours = np.concatenate([basis.project(code).reshape(-1, 3) for code in codes])
    lengths = np.concatenate([magnitude(code).ravel() for code in codes])
    return Scale(basis, np.percentile(colours, ENDS, axis=0), np.percentile(lengths, ENDS))


def magnitude(code: Code) -> NDArray[np.float64]:
    """Return the Euclidean norm of the feature vector at each position: (C, h, w) -> (h, w)."""
    return np.linalg.norm(code.astype(np.float64), axis=0)


def draw(
    images: PreparedImages,
    columns: Sequence[Column],
    out: Path,
    *,
    direction: Direction,
    codes: Mapping[str, Mapping[str, Code]],
    examples: int = 5,
    theme: Theme = LIGHT,
) -> Basis:
    """Write the figure of one direction, a panel a method: components, magnitude, translation; the first has the input.

    The basis and the scales are those of all codes, so that colours and brightness compare between methods.

    Args:
        images: the prepared images.
        columns: the methods.
        out: the PNG to write.
        direction: whose codes are shown.
        codes: by the column's name and the translation's name.
        examples: how many images are shown.
        theme: the colours.

    Raises:
        ValueError: no image has a code of every method.
    """
    everything = [code for by_image in codes.values() for code in by_image.values()]
    known = images.examples(direction, columns, 10**9)
    with_codes = [i for i in known if all(images.translation_name(direction, i) in codes[c.name] for c in columns)]
    names = panels.evenly_spaced(with_codes, examples)
    if not names:
        raise ValueError(f"{out}: no image of which every method has a code")
    scale = scale_of(everything)
    drawn: list[panels.Panel] = []
    for column in columns:
        rows = []
        for image in names:
            code = codes[column.name][images.translation_name(direction, image)]
            rows.append([*scale.pictures(code), images.translation(column, direction, image)])
            if not drawn:
                rows[-1].insert(0, images.input(direction, image))
        headings = HEADINGS if drawn else ("input", *HEADINGS)
        drawn.append(panels.Panel(headings, rows, f"{column.name}, {ARROWS[direction]}", subtitle([column])))
    panels.draw(drawn, out, theme)
    return scale.basis


def _stretched(values: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale values so that the two ends become 0 and 1, and clip."""
    low, high = ends
    return np.clip((values - low) / np.maximum(high - low, 1e-12), 0, 1)


def _bytes(values: NDArray[np.float64]) -> panels.Picture:
    return np.round(values * 255).astype(np.uint8)
