import os
from pathlib import Path

from crossnet.params import FolderTask, Params
from stages.command import command


def fetch(params: Params) -> None:
    """Bring the raw material of the task to data/raw/<task>: render it, or copy it from the user's folder."""
    raw = Path("data/raw") / params.task
    task, images = params.task_options, params.images
    raw.mkdir(parents=True, exist_ok=True)
    if isinstance(task, FolderTask):
        from crossnet.datasets.sources import folder

        # an experiment may run in a temporary copy; a relative path is meant from the repository itself
        folder.fetch(Path(os.environ.get("DVC_ROOT", ".")) / task.path, raw)
    else:
        from crossnet.datasets.sources import sculptures

        low, high = task.luminance
        sizes = (images.load_size, images.size)
        sculptures.fetch(raw, task.seed, (low, high), images.train, images.test, sizes, images.samples)


if __name__ == "__main__":
    command(fetch)
