import json
from pathlib import Path
from typing import Any

from crossnet.accelerator import device_for
from crossnet.data.layout import known_truth, masks_of
from crossnet.evaluation.distances import FEWEST, distances
from crossnet.evaluation.efflite0 import efflite0
from crossnet.evaluation.fid import fid
from crossnet.evaluation.inception import inception
from crossnet.evaluation.signs import signs
from crossnet.files import write_atomically
from crossnet.image_folders import list_images
from crossnet.params import Params
from crossnet.terminal import echo
from stages._command import command
from stages.fid_weights import fid_weights
from stages.measured import codes, extracts, foregrounds, of_each, pairs, prior_of, write_table
from stages.tested import directions, featured, read

CURVES, TABLE = Path("reports/plots/roc"), Path("reports/plots/images.csv")


def evaluate(params: Params) -> None:
    """Measure the translations of a split: reports/metrics.json, and curves and images.csv in reports/plots."""
    prepared, translated = Path("data/prepared") / params.task, Path("data/translated")
    device = device_for(params.training.accelerator, "training.accelerator").type
    network = inception(fid_weights(params.task), device) if params.task_options.fid else None
    truth = known_truth(json.loads((prepared / "dataset.json").read_text()), params.split)
    tests, masked = directions(prepared, translated, params.split), prepared / masks_of(params.split)
    size = tests["to_b"].translated[0].shape[0]
    sets = featured(efflite0(device), tests, size, all_of_training=False)
    metrics: dict[str, Any] = dict(zip(("fd_efflite0", "kid_efflite0"), distances(sets), strict=True))
    if network:
        metrics |= fid(featured(network, tests, size, all_of_training=True), size)
    masks = [mask[..., 0] >= 128 for mask in read(list_images(masked))] if masked.is_dir() else []
    prior = prior_of(tests["to_b"], masks)
    each = of_each(tests, sets, masks, truth, extracts(masks, prior))
    metrics |= foregrounds(tests["to_b"], masks, truth, prior, translated / "scores", CURVES)
    if truth:
        metrics["paired"] = pairs(tests, masks, each, truth)
    metrics["signs"] = {
        key: value
        for name in tests
        for key, value in signs(name, each[name], sets[name], codes(translated / "codes" / name)).items()
    }
    write_table(tests, each, TABLE)
    few = [
        f"{name} ({len(test.translations)} translated, {len(test.real)} real)"
        for name, test in tests.items()
        if name not in metrics["kid_efflite0"]
    ]
    if few:
        left = " and ".join(block for block in metrics if block.partition("_")[0] in ("kid", "fd", "fid"))
        echo(f"left out of {left}: {', '.join(few)}; a distance needs at least {FEWEST} test images a side")
    write_atomically(Path("reports/metrics.json"), json.dumps(metrics, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    command(evaluate)
