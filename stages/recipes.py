"""Which recipe a task is prepared by: from its block of params.yaml to the call."""

from pathlib import Path

from crossnet.data.layout import Ledger
from crossnet.data.preparation import cutouts, folder
from crossnet.data.preparation.recipe import Dataset
from crossnet.data.preparation.splits import Deal, HeldBack
from crossnet.data.preparation.target import Target
from crossnet.params import Params, tasks


def lay_out(params: Params, raw: Path, prepared: Path) -> Ledger:
    """Fill data/prepared/<task>."""
    task, images, name = params.task_options, params.images, params.task
    match task:
        case tasks.SculpturesTask() | tasks.StripesTask():
            from crossnet.data.preparation import objects  # these two bring SciPy to every process
            from crossnet.data.preparation.compose import Crops

            crops = Crops(task.scenery_reduction, task.scenery_luminance)
            kind = objects.SCULPTURES if isinstance(task, tasks.SculpturesTask) else objects.STRIPES
            return objects.prepare(
                raw, prepared, kind, images.load_size, images.size, images.backgrounds, crops, task.seed
            )
        case tasks.SpecularTask():  # rendered here: none of it has an excuse
            target = Target(prepared, images.load_size, images.size, "stretch")
            dataset = Dataset(name, {"a": "specular", "b": "diffuse"}, 0.0, "stop")
            return folder.prepare(raw / "objects", target, dataset, HeldBack(0, task.seed), paired=True)
    held_back = HeldBack(images.valid, getattr(task, "seed", 0))  # a zip's sides and a user's have no seed
    target = Target(prepared, images.load_size, images.size, task.fit)
    match task:
        case tasks.HdsegTask():
            domains = {"a": "photographs", "b": "foregrounds on white"}
            dataset = Dataset(name, domains, task.max_unreadable, "drop")
            return cutouts.prepare(raw, target, dataset, Deal(task.test_share, task.seed), held_back)
        case tasks.ZapposTask() | tasks.ProductsTask():
            from crossnet.data.preparation import products
            from crossnet.data.preparation.compose import Crops
            from crossnet.data.preparation.placing import Placing

            domains = {"a": "products on natural scenery", "b": "products on white"}
            dataset = Dataset(name, domains, task.max_unreadable, "drop")
            deal, most = Deal(task.test_share, task.seed), products.Most(images.train, images.test)
            crops = Crops(task.scenery_reduction, task.scenery_luminance)
            placing = Placing(task.object_size, task.seed) if isinstance(task, tasks.ProductsTask) else None
            return products.prepare(
                raw, target, dataset, deal, most, task.group, task.tolerance, crops, held_back, placing
            )
        case tasks.DpedTask():
            domains = {"a": "photographs by a telephone", "b": "photographs by a DSLR camera"}
            return folder.prepare(
                raw, target, Dataset(name, domains, task.max_unreadable, "drop"), held_back, paired=True
            )
        case tasks.SearchTask():
            found = {side: ", ".join(words) for side, words in task.queries.model_dump().items()}
            domains = {"a": f"photographs found for {found['A']}", "b": f"photographs found for {found['B']}"}
            return folder.prepare(raw, target, Dataset(name, domains, task.max_unreadable, "drop"), held_back)
        case tasks.ZipTask():
            domains = {"a": task.domains.A, "b": task.domains.B}
        case tasks.FoldersTask():
            domains = {"a": f"photographs of {Path(task.a).name}", "b": f"photographs of {Path(task.b).name}"}
        case tasks.FolderTask():
            domains = {"a": "images of A", "b": "images of B"}
    paired = isinstance(task, tasks.FolderTask) and task.paired
    return folder.prepare(
        raw, target, Dataset(name, domains, task.max_unreadable, task.train_test_overlap), held_back, paired
    )
