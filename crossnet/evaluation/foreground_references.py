"""What foreground metrics are to be seen against: floors that know a trick, and the truth as the ceiling.

Each stands beside its metric, under the metric's name with a suffix:

- `_input`: the untranslated input's luminance;
- `_constant`: for every image the prior, where objects use to be in training images of the target;
- `_permuted`: the translations against other images' masks, the mean over derangements;
- `_border_mean`, `_border_nearest`: rules without learning on the input;
- `_truth`: the truth, where it is known.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.areas import ranked
from crossnet.evaluation.border_rules import mean_distance, nearest_distance
from crossnet.evaluation.constant_prior import best_guess
from crossnet.evaluation.derangements import derangements
from crossnet.evaluation.foreground import Images, Masks, areas, overlap, scores, segmentation, within_place_span


def references(
    translated: Images, inputs: Images, masks: Masks, truths: Images | None, prior: NDArray[np.float64] | None
) -> dict[str, float]:
    """The floors and the ceiling of every area, of IoU and of F1.

    prior: (H, W) in [0, 1], of `constant_prior`. The rules give no foreground, so they have areas alone. What is within
    place and depends on the image has its interval.
    """
    seen = {"_input": inputs} | ({} if truths is None else {"_truth": truths})
    maps = {suffix: scores(images) for suffix, images in seen.items()}
    maps |= {"_border_mean": mean_distance(inputs), "_border_nearest": nearest_distance(inputs)}
    found: dict[str, float] = {}
    for suffix, scored in maps.items():
        found |= areas(ranked(scored), masks, suffix) | within_place_span(scored, masks, suffix)
    for suffix, images in seen.items():
        found |= segmentation(images, masks, suffix)
    if prior is not None:
        found |= areas(ranked([prior] * len(masks)), masks, "_constant")
        found |= overlap([best_guess(prior)] * len(masks), masks, "_constant")
    return found | _permuted(translated, masks)


def _permuted(translated: Images, masks: Masks) -> dict[str, float]:
    ranks = ranked(scores(translated))
    others = [[masks[i] for i in order] for order in derangements(len(masks))]
    return _means([areas(ranks, other, "_permuted") | segmentation(translated, other, "_permuted") for other in others])


def _means(draws: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of each value over draws that have the same ones."""
    return {key: float(np.mean([draw[key] for draw in draws])) for key in (draws[0] if draws else {})}
