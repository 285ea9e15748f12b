"""Measures put together: what is told of every image, and the blocks of the foreground and of pairs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crossnet.metrics.background import background_changed
from crossnet.metrics.code_norms import code_norm
from crossnet.metrics.copying import copying
from crossnet.metrics.distances import Sets
from crossnet.metrics.foreground import auc_of_each, both_kinds, foreground, iou_of_each, roc, scores, separation
from crossnet.metrics.inversion import correlations
from crossnet.metrics.nearest import nearest
from crossnet.metrics.paired import paired
from crossnet.metrics.score_maps import read_scores
from crossnet.terminal import say
from crossnet.text import csv_cell
from stages.tested import Direction

COLUMNS = ("direction", "name", "auc", "iou", "psnr", "ssim", "copying", "correlation", "nearest")

Each = dict[str, NDArray[np.float64]]  # column -> a value an image, NaN for none
Masks = Sequence[NDArray[np.bool_]]


def of_each(tests: Mapping[str, Direction], sets: Mapping[str, Sets], masks: Masks, is_paired: bool) -> dict[str, Each]:
    """Direction -> the values of each image. Masks and truths are those of the way to B."""
    found: dict[str, Each] = {}
    for name, test in tests.items():
        found[name] = {
            "copying": copying(test.translated, test.inputs, test.targets),
            "correlation": correlations(test.translated, test.inputs, masks if name == "to_b" and masks else None),
        }
        if test.real:
            found[name]["nearest"] = nearest(sets[name].translations, sets[name].real)
    if both_kinds(masks):
        translated = tests["to_b"].translated
        found["to_b"] |= {"auc": auc_of_each(scores(translated), masks), "iou": iou_of_each(translated, masks)}
    if is_paired:
        found["to_b"] |= paired(tests["to_b"].translated, tests["to_b"].targets)
    return found


def write_table(tests: Mapping[str, Direction], each: Mapping[str, Each], path: Path) -> None:
    """One row a test image and direction, to 6 digits; a column is empty where there is no such value."""
    tables = [pd.DataFrame({"direction": name, "name": test.names} | each[name]) for name, test in tests.items()]
    table = pd.concat(tables).reindex(columns=list(COLUMNS))
    table["name"] = table["name"].map(csv_cell)
    table.to_csv(path, index=False, float_format="%.6g")


def foregrounds(test: Direction, masks: Masks, is_paired: bool, maps: Path, curves: Path) -> dict[str, Any]:
    """The block `foreground`, where masks tell it, and `foreground_scores`, where the method wrote score maps.

    The curves of both and of the input go into files of the folder of curves. Masks that are all object or all
    background tell nothing: a line says so.
    """
    curves.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {}
    drawn = {"translation": scores(test.translated), "input": scores(test.inputs)}
    if masks and not both_kinds(masks):
        kind = "object" if masks[0].all() else "background"
        wanted = "wanted both kinds; look at masksA, where small objects may be lost in resizing"
        say(f"left out: foreground; every pixel of all {len(masks)} masks is {kind}, {wanted}")
    if both_kinds(masks):
        found["foreground"] = foreground(test.translated, test.inputs, masks, test.targets if is_paired else None)
        if own := read_scores(maps, test.names, masks):
            found["foreground_scores"] = separation(own, masks)
            drawn["scores"] = own
    for name, scored in drawn.items():
        roc(scored, masks).to_csv(curves / f"{name}.csv", index=False, float_format="%.6g")
    return found


def pairs(test: Direction, masks: Masks, each: Each) -> dict[str, float]:
    """The block `paired` of a direction whose truth is known."""
    means = {name: float(each[name].mean()) for name in ("psnr", "ssim")}
    return means | background_changed(test.translated, test.inputs, test.targets, masks) | {"n": len(test.names)}


def codes(folder: Path) -> float | None:
    """The norm of the codes in a folder, None where none were written."""
    return code_norm(sorted(folder.glob("*.npy")))
