"""Measures put together: what is told of every image, and the blocks of the foreground and of pairs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crossnet.data.layout import Known
from crossnet.escaping import csv_cell
from crossnet.evaluation.areas import auc_of_each, ranked
from crossnet.evaluation.background import CHANGED, background_changed
from crossnet.evaluation.chroma import chroma_correlation
from crossnet.evaluation.codes import code_signs, read_codes
from crossnet.evaluation.constant_prior import constant_prior, on_white
from crossnet.evaluation.copying import copying
from crossnet.evaluation.distances import Sets
from crossnet.evaluation.foreground import THRESHOLD, both_kinds, foreground, iou_of_each, roc, scores, separation
from crossnet.evaluation.foreground_references import references
from crossnet.evaluation.inversion import correlations
from crossnet.evaluation.nearest import nearest
from crossnet.evaluation.paired import paired
from crossnet.evaluation.score_maps import read_scores
from crossnet.files import write_atomically
from crossnet.images import decode, pixels
from crossnet.terminal import echo
from stages.tested import Direction, Image

MEASURES = ("auc", "iou", "psnr", "psnr_object", "psnr_background", "ssim", "copying", "correlation", "nearest")

Each = dict[str, NDArray[np.float64]]  # column -> a value an image, NaN for none
Masks = Sequence[NDArray[np.bool_]]
Images = Sequence[Image]


def prior_of(test: Direction, masks: Masks) -> NDArray[np.float64] | None:
    """Where objects use to be in the training images of the target, (H, W) as the masks; None without either."""
    images = (pixels(decode(path)) for path in test.train)
    return constant_prior(images, THRESHOLD, masks[0].shape) if masks else None


def extracts(masks: Masks, prior: NDArray[np.float64] | None) -> bool:
    """Whether luminance is a score of the foreground: masks tell object and background, and B is on white."""
    return both_kinds(masks) and (prior is None or on_white(prior))


def of_each(
    tests: Mapping[str, Direction],
    sets: Mapping[str, Sets],
    masks: Masks,
    truth: Mapping[str, Known],
    extracted: bool,
) -> dict[str, Each]:
    """Direction -> the values of each image.

    masks: of test A, and of a test B that is paired with it. extracted: whether luminance is a score of the foreground.
    """
    found: dict[str, Each] = {}
    for name, test in tests.items():
        own = masks if name == "to_b" or name in truth else []
        found[name] = {
            "copying": copying(test.translated, test.inputs, test.targets),
            "correlation": correlations(test.translated, test.inputs, own or None),
        }
        if test.real:
            found[name]["nearest"] = nearest(sets[name].translations, sets[name].real)
        if name in truth:
            found[name] |= against_truth(test.translated, test.targets, masks, truth[name])
    if extracted:
        translated = tests["to_b"].translated
        found["to_b"] |= {"auc": auc_of_each(ranked(scores(translated)), masks), "iou": iou_of_each(translated, masks)}
    return found


def against_truth(images: Images, truths: Images, masks: Masks, known: Known) -> Each:
    """PSNR and SSIM of each image and, where masks tell them apart, of object and background.

    Where the object's truth alone is known, that is its PSNR: a window of SSIM reaches beyond its edge.
    """
    parts = {"object": masks, "background": [~mask for mask in masks]} if masks else {}
    found = paired(images, truths, parts)
    return found if known == "image" else {name: found[name] for name in ("psnr_object",) if name in found}


def write_table(tests: Mapping[str, Direction], each: Mapping[str, Each], path: Path) -> None:
    """One row a test image and direction, to 6 digits; a column is empty where there is no such value."""
    tables = [pd.DataFrame({"direction": name, "name": test.names} | each[name]) for name, test in tests.items()]
    table = pd.concat(tables).reindex(columns=["direction", "name", *MEASURES])
    table["name"] = table["name"].map(csv_cell)
    write_atomically(path, table.to_csv(index=False, float_format="%.6g"))


def foregrounds(
    test: Direction,
    masks: Masks,
    truth: Mapping[str, Known],
    prior: NDArray[np.float64] | None,
    maps: Path,
    curves: Path,
) -> dict[str, Any]:
    """The block `foreground`, where masks tell it, and `foreground_scores`, where the method wrote score maps.

    The curves of both, of the input and of the constant prior go into files of the folder of curves. Masks that are
    all object or all background tell nothing: a line says so.
    """
    curves.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {}
    drawn: dict[str, list[NDArray[np.float64]]] = {"translation": [], "input": [], "constant": []}
    if masks and not both_kinds(masks):
        kind = "object" if masks[0].all() else "background"
        wanted = "wanted both kinds; look at masksA, where small objects may be lost in resizing"
        echo(f"left out: foreground; every pixel of all {len(masks)} masks is {kind}, {wanted}")
    if both_kinds(masks):
        if extracts(masks, prior):
            drawn |= {"translation": scores(test.translated), "input": scores(test.inputs)}
            drawn["constant"] = [] if prior is None else [prior] * len(masks)
            truths = test.targets if "to_b" in truth else None
            found["foreground"] = foreground(test.translated, masks)
            found["foreground"] |= references(test.translated, test.inputs, masks, truths, prior)
        if own := read_scores(maps, test.names, masks):
            found["foreground_scores"] = separation(own, masks)
            drawn["scores"] = own
    for name, scored in drawn.items():
        curve = roc(scored, masks if scored else [])
        write_atomically(curves / f"{name}.csv", curve.to_csv(index=False, float_format="%.6g"))
    return found


def pairs(
    tests: Mapping[str, Direction], masks: Masks, each: Mapping[str, Each], truth: Mapping[str, Known]
) -> dict[str, float]:
    """The block `paired`: both directions against the truth, each value beside the untranslated input's (`_input`)."""
    found: dict[str, float] = {}
    for name, known in truth.items():
        test = tests[name]
        of_input = against_truth(test.inputs, test.targets, masks, known)
        values = {key: _mean(each[name][key]) for key in of_input}
        values |= {f"{key}_input": _mean(value) for key, value in of_input.items()}
        for part, chosen in _coloured(masks, truth, name).items():
            values[f"chroma{part}"] = chroma_correlation(test.translated, test.targets, chosen)
            values[f"chroma{part}_input"] = chroma_correlation(test.inputs, test.targets, chosen)
        values["background_changed"] = background_changed(test.translated, test.inputs, test.targets, masks)
        found |= {f"{name}_{key}": value for key, value in values.items() if value is not None}
    return found | {"background_levels": CHANGED, "n": len(tests["to_b"].names)}


def _coloured(masks: Masks, truth: Mapping[str, Known], name: str) -> dict[str, Masks | None]:
    """The suffixes of the parts of a direction whose chroma is measured, with their masks.

    A background that says nothing of the other domain's is white, and has no chroma.
    """
    parts: dict[str, Masks | None] = {"": None} if truth[name] == "image" else {}
    if masks:
        parts["_object"] = masks
    if masks and all(known == "image" for known in truth.values()):
        parts["_background"] = [~mask for mask in masks]
    return parts


def _mean(values: NDArray[np.float64]) -> float | None:
    """The mean of what there is."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else None


def codes(folder: Path) -> dict[str, float]:
    """What there is to tell of the codes in a folder; empty where none were written."""
    return code_signs(read_codes(sorted(folder.glob("*.npy"))))
