"""Cut objects out by their translation to white (§5.3): what is nearly white becomes transparent."""

import importlib.util

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.images import grid, luminance, png, resized

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]  # (H, W)
THRESHOLD = 243.0  # §5.3: a pixel is nearly white if its luminance exceeds 243
MATTING_PIXELS = 2**18  # the most for which a soft edge is computed; a larger image gets it enlarged
BAND = 0.02  # half the width of a soft edge at most, as a share of the shorter side


CELL = 160  # pixels a side of a picture of a contact sheet
SQUARE = 8  # pixels a side of the squares that show transparency


class MattingError(ImportError):
    """Soft edges need pymatting; the message is one line."""


def require_matting() -> None:
    """Raise MattingError if pymatting is not installed."""
    if importlib.util.find_spec("pymatting") is None:
        raise MattingError("a soft edge needs pymatting; install it by `pip install 'crossnet[matting]'`")


def foreground(translation: Pixels, size: tuple[int, int], threshold: float = THRESHOLD) -> Mask:
    """Return where an image is foreground: where its translation to white has a luminance up to the threshold.

    translation: (h, w, 3).
    size: width and height of the image; the luminance of a smaller translation is enlarged to it.
    threshold: in [0, 255].
    """
    levels = Image.fromarray(luminance(translation).astype(np.float32))
    return np.asarray(levels if levels.size == size else resized(levels, size)) <= threshold


def cleaned(mask: Mask, islands: float = 0.0, holes: float = 0.0) -> Mask:
    """Remove connected parts of the foreground, and of the background within it, that are small.

    islands, holes: the largest area that is removed, as a share of the image in [0, 1]; 0 removes none.
    """
    from skimage.morphology import remove_small_holes, remove_small_objects

    if islands:
        mask = remove_small_objects(mask, max_size=round(islands * mask.size))
    if holes:
        mask = remove_small_holes(mask, max_size=round(holes * mask.size))
    return mask


def cut_out(
    picture: Pixels,
    translation: Pixels,
    alpha: NDArray[np.uint8] | None = None,
    threshold: float = THRESHOLD,
    islands: float = 0.0,
    holes: float = 0.0,
    soft_edge: bool = False,
) -> Pixels:
    """Cut the object out of a picture (H, W, 3) by its translation to white (h, w, 3): (H, W, 4).

    alpha: (H, W), of the picture: the result is at most as opaque.
    threshold, islands, holes: as of `foreground` and `cleaned`.
    soft_edge: whether its edge is that of `soft`, or of `hard`.
    """
    height, width = picture.shape[:2]
    mask = cleaned(foreground(translation, (width, height), threshold), islands, holes)
    made = soft(picture, mask) if soft_edge else hard(picture, mask)
    if alpha is not None:
        made[..., 3] = np.minimum(made[..., 3], alpha)
    return made


def hard(picture: Pixels, mask: Mask) -> Pixels:
    """Return (H, W, 4): the picture's own colours, opaque where the mask is."""
    return np.dstack([picture, np.where(mask, np.uint8(255), np.uint8(0))])


def soft(picture: Pixels, mask: Mask, band: float = BAND) -> Pixels:
    """Return (H, W, 4): the picture's own colours within the mask, and at its edge an alpha by closed-form matting.

    The alpha is Levin, Lischinski and Weiss's (2008), computed by pymatting in a band on both sides of the edge. There,
    colours are estimated without the background that shines through (Germer et al. 2020).

    Raises MattingError if pymatting is not installed.
    """
    require_matting()
    from pymatting import estimate_alpha_cf, estimate_foreground_ml
    from scipy.ndimage import distance_transform_edt

    if mask.all() or not mask.any():
        return hard(picture, mask)
    height, width = mask.shape
    scale = min(1.0, (MATTING_PIXELS / mask.size) ** 0.5)
    small = (max(8, round(width * scale)), max(8, round(height * scale)))
    image = Image.fromarray(picture)
    colours = np.asarray(resized(image, small) if scale < 1 else image, dtype=np.float64) / 255
    inside = np.asarray(resized(Image.fromarray(mask.astype(np.float32)), small) if scale < 1 else mask) > 0.5
    if inside.all() or not inside.any():
        return hard(picture, mask)
    distance = np.where(inside, distance_transform_edt(inside), -distance_transform_edt(~inside))
    reach = max(1.5, band * min(small))
    trimap = np.where(distance > reach, 1.0, np.where(distance < -reach, 0.0, 0.5))
    if not (trimap == 1).any() or not (trimap == 0).any():
        return hard(picture, mask)
    alpha = estimate_alpha_cf(colours, trimap)
    estimated = estimate_foreground_ml(colours, alpha)
    opaque = _enlarged(alpha, (width, height))
    mixed = (opaque > 0) & (opaque < 1)
    own = np.stack([_enlarged(estimated[..., k], (width, height)) for k in range(3)], axis=-1)
    rgb = np.where(mixed[..., None], np.rint(own * 255).astype(np.uint8), picture)
    return np.dstack([rgb, np.rint(opaque * 255).astype(np.uint8)])


def _enlarged(values: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float32]:
    """Return values in [0, 1] at another width and height."""
    image = Image.fromarray(np.clip(values, 0, 1).astype(np.float32))
    return np.clip(np.asarray(image if image.size == size else resized(image, size)), 0, 1)


class ThresholdSearch:
    """The IoU at every whole threshold over images with masks, all images weighing the same."""

    def __init__(self) -> None:
        self.images = 0
        self._inside, self._outside = np.zeros(256), np.zeros(256)  # shares of pixels whose luminance rounds up to this

    def add(self, translation: Pixels, mask: Image.Image) -> None:
        """Take an image into account: its translation (H, W, 3), and its mask, 255 on the foreground."""
        height, width = translation.shape[:2]
        levels = np.ceil(luminance(translation)).astype(np.intp)
        true = np.asarray(mask.resize((width, height), Image.Resampling.NEAREST)) >= 128
        for counts, pixels in ((self._inside, true), (self._outside, ~true)):
            counts += np.bincount(levels[pixels], minlength=256) / levels.size
        self.images += 1

    def iou(self, threshold: float) -> float:
        """Return the overlap over union of what is at most the threshold, in [0, 1]."""
        end = int(threshold) + 1
        return float(self._inside[:end].sum() / (self._inside.sum() + self._outside[:end].sum()))

    def best(self) -> tuple[float, float]:
        """Return the threshold with the largest IoU, the lowest of them, and the IoU."""
        values = self._inside.cumsum() / (self._inside.sum() + self._outside.cumsum())
        return float(values.argmax()), float(values.max())


class Sheet:
    """A contact sheet: a row for each image, with the input, its translation and its cut-out on grey squares."""

    def __init__(self, most: int) -> None:
        self.rows: list[list[Pixels]] = []
        self._most = most

    def add(self, picture: Pixels, translation: Pixels, cut: NDArray[np.uint8]) -> None:
        """Add an image, unless the sheet is full: (H, W, 3), (h, w, 3) and (H, W, 4)."""
        if len(self.rows) < self._most:
            self.rows.append([_cell(picture), _cell(translation), _cell(cut)])

    def png(self) -> bytes:
        """Encode the sheet, whose rows stand in two columns from 5 on, as PNG."""
        columns = 1 if len(self.rows) <= 4 else 2
        height = -(-len(self.rows) // columns)
        blank = [np.full((CELL, CELL, 3), 255, np.uint8)] * 3
        filled = self.rows + [blank] * (columns * height - len(self.rows))
        rows = [[cell for row in filled[i::height] for cell in row] for i in range(height)]
        return png(Image.fromarray(grid(rows)))


def _cell(picture: NDArray[np.uint8]) -> Pixels:
    """Return a picture in the middle of a square cell; one with an alpha channel on squares."""
    image = Image.fromarray(picture)
    scale = CELL / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = resized(image, size)
    squares = (np.indices((size[1], size[0])) // SQUARE).sum(0) % 2
    ground = Image.fromarray(np.where(squares[..., None], np.uint8(190), np.uint8(230)).repeat(3, -1))
    if small.mode == "RGBA":
        ground.paste(small, mask=small.getchannel("A"))
        small = ground
    cell = Image.new("RGB", (CELL, CELL), "white")
    cell.paste(small, ((CELL - size[0]) // 2, (CELL - size[1]) // 2))
    return np.asarray(cell)
