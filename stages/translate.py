from pathlib import Path

from crossnet.accelerator import device_for
from crossnet.data.layout import measured_sides, translation_names
from crossnet.model import load_model, place
from crossnet.params import Params
from crossnet.training.checkpointing.cleanup import delete_finished_run
from crossnet.translation import score_folder, translate_folder
from stages._command import command


def translate_stage(params: Params) -> None:
    """Translate both sides of the split: data/translated/{to_b,to_a}, codes of some images, and score maps of A's."""
    delete_finished_run(Path("reports/training/summary.json"))  # DVC has saved its model before this stage begins
    method, _ = load_model(Path("data/model"))
    place(method, device_for(params.training.accelerator, "training.accelerator"))
    prepared, translated = Path("data/prepared") / params.task, Path("data/translated")
    side_a, side_b = measured_sides(prepared, params.split)
    for to in method.directions:
        side = side_a if to == "b" else side_b
        translate_folder(method, prepared / side, translation_names(prepared, side), to, translated)
    score_folder(method, prepared / side_a, translation_names(prepared, side_a), translated)


if __name__ == "__main__":
    command(translate_stage)
