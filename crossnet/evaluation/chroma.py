"""Whether colours are right: the correlation of a translation's chroma with the truth's."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLUE_DIFFERENCE = np.array([-0.168736, -0.331264, 0.5])  # Cb of RGB, Rec. 601
RED_DIFFERENCE = np.array([0.5, -0.418688, -0.081312])  # Cr

Images = Sequence[NDArray[np.uint8]]  # each (H, W, 3)


def chroma_correlation(
    translated: Images, truths: Images, masks: Sequence[NDArray[np.bool_]] | None = None
) -> float | None:
    """Pearson's correlation of Cb and Cr of all pixels of all images together, in [-1, 1]; 1 is the truth's colours.

    Covariances and variances are sums over both channels, each about its own mean. With masks, of the pixels that are
    True. None where either has a single chroma, as white has.
    """
    x, y = (_centred(images, masks) for images in (translated, truths))
    size = np.sqrt((x**2).sum() * (y**2).sum())
    return float(np.clip((x * y).sum() / size, -1, 1)) if size > 1e-9 * len(x) else None


def _centred(images: Images, masks: Sequence[NDArray[np.bool_]] | None) -> NDArray[np.float64]:
    """(P, 2): Cb and Cr of all chosen pixels, less their means."""
    chosen = [image.reshape(-1, 3) for image in images]
    if masks is not None:
        chosen = [pixels[mask.ravel()] for pixels, mask in zip(chosen, masks, strict=True)]
    chroma = np.concatenate(chosen) @ np.stack([BLUE_DIFFERENCE, RED_DIFFERENCE], axis=1)
    return np.asarray(chroma - chroma.mean(0)) if len(chroma) else chroma
