"""A product cut out of the white that it was photographed on, without a halo.

The white is what is connected to the image's border, so white inside of the object stays. At the edge a pixel is a
mixture, C = alpha F + (1 - alpha) white; F is estimated nearby, alpha follows, and the white is taken out of C.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Flags = NDArray[np.bool_]

REACH = 3  # pixels to each side of an edge that may be mixtures; also how far, down and across, F is looked for
SURE = 2  # pixels inwards from an edge, beyond which one that is mostly object is all object
FAINT = 3  # times the tolerance: up to there what is thinner than 3 pixels is what JPEG leaves around an object
SPECK = 1e-3  # share of the image up to which what is not connected to anything larger is noise of the white
AT_ONCE = 1 << 16  # pixels of an edge that are looked at together: bounds the memory of a large image
FEWEST, MOST = 0.005, 0.98  # share of the image that an object has


class MattingError(ValueError):
    """No object on white; the message is one line."""


def cut_out(rgb: NDArray[np.uint8], tolerance: int) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of something on white -> (H, W, 4) uint8, alpha not multiplied in, the colours without the white.

    tolerance: how far below 255 the darkest channel of the background may be. Raises MattingError where the border is
    not white, or next to nothing or nearly everything is background.
    """
    distance = 255 - rgb.min(-1).astype(np.int16)  # from white: (H, W)
    outside = background(distance, tolerance)
    share = 1 - outside.mean()
    if not FEWEST <= share <= MOST:
        raise MattingError(
            f"{share:.1%} of it is not white that reaches its border (within {tolerance} levels), "
            f"wanted {FEWEST:.1%} to {MOST:.0%}: not a product on white"
        )
    to_outside, to_object = ndimage.distance_transform_edt(~outside), ndimage.distance_transform_edt(outside)
    rows, columns = np.nonzero((to_outside <= REACH) & (to_object <= REACH))
    mixed = 255.0 - rgb[rows, columns]  # (N, 3), what white is not
    whole = 255.0 - _darkest(rgb, distance, outside, rows, columns)
    alpha = ((mixed * whole).sum(-1) / np.maximum((whole**2).sum(-1), 1.0)).clip(0, 1)
    alpha[(to_outside[rows, columns] > SURE) & (alpha >= 0.5)] = 1
    alpha = _inwards(alpha, rows, columns, to_outside)
    alpha = _outwards(alpha, rows, columns, to_object)
    cut = np.concatenate([rgb, np.where(outside, 0, 255).astype(np.uint8)[..., None]], -1)
    pure = np.where(alpha[:, None] > 0.1, mixed / np.maximum(alpha, 0.1)[:, None], whole)
    cut[rows, columns, :3] = (255.5 - pure).clip(0, 255)
    cut[rows, columns, 3] = alpha * 255 + 0.5
    cut[cut[..., 3] == 0] = 0
    return cut


def background(distance: NDArray[np.int16], tolerance: int) -> Flags:
    """(H, W) distances from white -> where it is white that is connected to the border, or noise within that.

    Connected by sides, not by corners: a thin slanted outline holds it back.
    """
    light = distance <= tolerance
    parts, _ = ndimage.label(light)
    rim = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    outside = light & np.isin(parts, np.unique(rim[rim > 0]))
    thin = ~outside & ~ndimage.binary_opening(~outside, np.ones((3, 3), dtype=np.bool_))
    outside |= thin & (distance <= FAINT * tolerance)
    objects, _ = ndimage.label(~outside, np.ones((3, 3)))
    sizes = np.bincount(objects.ravel())
    return outside | (sizes <= max(4, SPECK * distance.size))[objects]


def _darkest(
    rgb: NDArray[np.uint8],
    distance: NDArray[np.int16],
    outside: Flags,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> NDArray[np.float64]:
    """(N, 3): the object's colour that is farthest from white, within REACH of each of the given pixels.

    Nearer to what covers a pixel whole than any mixture is, so what alpha leaves of the white is little.
    """
    around = np.arange(-REACH, REACH + 1)
    objects = np.pad(np.where(outside, -1, distance), REACH, mode="edge")
    colours = np.pad(rgb, ((REACH, REACH), (REACH, REACH), (0, 0)), mode="edge").reshape(-1, 3)
    own = (rows + REACH) * objects.shape[1] + columns + REACH
    steps = (around[:, None] * objects.shape[1] + around).ravel()  # from a pixel to those around it
    best = own.copy()  # where there is no object around
    for part in range(0, len(own), AT_ONCE):
        places = own[part : part + AT_ONCE, None] + steps
        found = objects.ravel()[places]  # (AT_ONCE, (2 REACH + 1)^2)
        first = np.arange(len(places)), found.argmax(1)
        best[part : part + AT_ONCE] = np.where(found[first] >= 0, places[first], places[:, len(steps) // 2])
    return colours[best].astype(np.float64)


def _inwards(
    alpha: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp], to_outside: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The (N) alphas, none below that of a neighbour nearer to the outside: white behind an outline is the object's."""
    whole = np.zeros_like(to_outside)
    whole[rows, columns] = np.where(to_outside[rows, columns] > 0, alpha, 0)
    for depth in range(1, REACH):
        nearer = ndimage.maximum_filter(np.where(to_outside <= depth, whole, 0), 3)
        here = (to_outside > depth) & (to_outside <= depth + 1)
        whole[here] = np.maximum(whole, nearer)[here]
    return np.where(to_outside[rows, columns] > 0, whole[rows, columns], alpha)


def _outwards(
    alpha: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp], to_object: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The (N) alphas, none of the outside above those of its neighbours nearer to the object: what JPEG leaves in the
    white is like a faint pixel of the edge, where it is near no other."""
    whole = np.where(to_object == 0, 1.0, 0.0)
    whole[rows, columns] = alpha
    for depth in range(1, REACH):
        nearer = ndimage.maximum_filter(np.where(to_object <= depth, whole, 0), 3)
        here = (to_object > depth) & (to_object <= depth + 1)
        whole[here] = np.minimum(whole, nearer)[here]
    return whole[rows, columns]
