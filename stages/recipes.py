"""Which recipe a task is prepared by: from its block of params.yaml to the call."""

from pathlib import Path

from crossnet.datasets.layout import Ledger
from crossnet.params import Params
from crossnet.params.tasks import (
    DpedTask,
    FoldersTask,
    FolderTask,
    HdsegTask,
    SculpturesTask,
    SearchTask,
    SpecularTask,
    ZapposTask,
    ZipTask,
)

PHONE = {"a": "photographs by a telephone", "b": "photographs by a DSLR camera"}
SEARCHED = {"a": "photographs found for {A}", "b": "photographs found for {B}"}


def lay_out(params: Params, raw: Path, prepared: Path) -> Ledger:
    """Fill data/prepared/<task>."""
    task, images, name = params.task_options, params.images, params.task
    where = (raw, prepared, images.load_size, images.size)
    match task:
        case SculpturesTask():
            from crossnet.datasets.preparation import sculptures

            reduction, luminance = task.scenery_reduction, task.scenery_luminance
            return sculptures.prepare(
                *where, images.backgrounds, (reduction[0], reduction[1]), (luminance[0], luminance[1]), task.seed
            )
        case SpecularTask():
            from crossnet.datasets.preparation import pairs

            return pairs.prepare(*where, 0.0, task=name)
        case HdsegTask():
            from crossnet.datasets.preparation import cutouts

            return cutouts.prepare(*where, task.refuse_above, task.test_share, task.seed, task.fit, name)
        case ZapposTask():
            from crossnet.datasets.preparation import products

            reduction, luminance = task.scenery_reduction, task.scenery_luminance
            return products.prepare(
                *where, task.refuse_above, task.test_share, images.train, images.test, task.group, task.tolerance,
                (reduction[0], reduction[1]), (luminance[0], luminance[1]), task.seed, task.fit, name,
            )  # fmt: skip
        case _:
            return _sides(task, name, where)


def _sides(
    task: FolderTask | FoldersTask | ZipTask | DpedTask | SearchTask, name: str, where: tuple[Path, Path, int, int]
) -> Ledger:
    """Sides that came as they are to be."""
    from crossnet.datasets.preparation import folder

    match task:
        case FolderTask():
            return folder.prepare(*where, task.refuse_above, task.fit, task.paired, task.leaks, name)
        case FoldersTask():
            domains = {"a": f"photographs of {Path(task.a).name}", "b": f"photographs of {Path(task.b).name}"}
            return folder.prepare(*where, task.refuse_above, task.fit, False, task.leaks, name, domains)
        case ZipTask():
            domains = {"a": task.domains.A, "b": task.domains.B}
            return folder.prepare(*where, task.refuse_above, task.fit, False, task.leaks, name, domains)
        case DpedTask():
            return folder.prepare(*where, task.refuse_above, task.fit, True, "drop", name, PHONE)
        case SearchTask():
            words = {side: ", ".join(words) for side, words in task.queries.model_dump().items()}
            domains = {domain: text.format(**words) for domain, text in SEARCHED.items()}
            return folder.prepare(*where, task.refuse_above, task.fit, False, "drop", name, domains)
