import os
from pathlib import Path

from crossnet.accelerator import device_for
from crossnet.data.download.fid_weights import fid_weights
from crossnet.evaluation.efflite0 import efflite0
from crossnet.evaluation.evaluate import evaluate
from crossnet.evaluation.inception import inception
from crossnet.evaluation.testset import evaluation_set
from crossnet.params import Params
from stages._command import command


def evaluate_stage(params: Params) -> None:
    """Evaluate the translations of a split: reports/metrics.json, reports/plots/images.csv and reports/plots/roc."""
    device = device_for(params.training.accelerator, "training.accelerator").type
    networks = [efflite0(device)]
    if params.task_options.fid:
        networks.append(inception(fid_weights(params.task), device))
    prepared, translated = Path("data/prepared") / params.task, Path("data/translated")
    features = Path(os.environ.get("DVC_ROOT", ".")) / ".crossnet/features"
    evaluate(evaluation_set(prepared, translated, params.split, networks, features), Path("reports"))


if __name__ == "__main__":
    command(evaluate_stage)
