"""FID (Heusel et al. [4]) and KID (Bińkowski et al. 2018) as papers report them: on the official Inception weights."""

from collections.abc import Mapping

from crossnet.evaluation.distances import Sets, distances
from crossnet.evaluation.inception import SIZE, WIDTH


def fid(directions: Mapping[str, Sets], image_size: int) -> dict[str, dict[str, float]]:
    """The blocks `fid` and `kid` of features that `inception` made, of images of image_size x image_size pixels.

    How large the images are and to what they were resized (bilinear) changes a FID, so both stand in its block.
    Raises ValueError for features that are not 2048 wide, and so are no Inception's.
    """
    for name, sets in directions.items():
        if sets.translations.shape[1:] != (WIDTH,):
            raise ValueError(f"{name}: FID is of {WIDTH} features of Inception, not of {sets.translations.shape[1:]}")
    frechet, kernel = distances(directions)
    return {"fid": frechet | {"image_size": image_size, "resized_to": SIZE}, "kid": kernel}
