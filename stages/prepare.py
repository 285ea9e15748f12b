import json
from pathlib import Path

from crossnet.params import FolderTask, Params
from stages.command import command


def prepare(params: Params) -> None:
    """Lay out data/prepared/<task> for training, and report what was kept and refused."""
    raw, prepared = Path("data/raw") / params.task, Path("data/prepared") / params.task
    task, images = params.task_options, params.images
    if isinstance(task, FolderTask):
        from crossnet.datasets.preparation import folder

        ledger = folder.prepare(raw, prepared, images.load_size, images.size, task.refuse_above)
    else:
        from crossnet.datasets.preparation import sculptures

        ledger = sculptures.prepare(
            raw, prepared, images.load_size, images.size, images.backgrounds,
            (task.scenery_reduction[0], task.scenery_reduction[1]),
            (task.scenery_luminance[0], task.scenery_luminance[1]), task.seed,
        )  # fmt: skip
    report = Path("reports/data/prepare.json")
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(ledger.report(), indent=1) + "\n")


if __name__ == "__main__":
    command(prepare)
