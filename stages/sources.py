"""Which source a task has: from its block of params.yaml to the call that fetches it."""

import os
from pathlib import Path

from crossnet.data.rendering.workers import Counts
from crossnet.data.sources.archives import Archive
from crossnet.data.whole_folder import whole_folder
from crossnet.params import Params, tasks
from crossnet.params.user_files import MARK
from crossnet.schema import on_disk

PAPER = "https://arxiv.org/abs/1901.04530"  # what the requests are for, where nobody says who makes them


def bring(params: Params, raw: Path) -> None:
    """Fill data/fetched/<task> anew: what is there is replaced by a whole one, or stays.

    A relative path of a task, downloads and checksums belong to the repository itself, also where an experiment runs in
    a temporary copy of it.
    """
    home = Path(os.environ.get("DVC_ROOT", "."))
    if isinstance(params.task_options, tasks.SearchTask):  # which knows a whole folder, and says what it refused
        raw.mkdir(parents=True, exist_ok=True)
        (raw / MARK).touch()  # before anything else: a process that is killed leaves no folder that seems the user's
        _search(params.task_options, params.task, raw, _store(home, params.task))
        return
    with whole_folder(raw) as folder:
        _fill(params, folder, home)
        (folder / MARK).touch()


def _fill(params: Params, folder: Path, home: Path) -> None:
    task, images, name = params.task_options, params.images, params.task
    store, checksums = _store(home, name), home / f"data/checksums/{name}.json"
    sizes = (images.load_size, images.size)
    counts = Counts(images.train, images.test, images.valid)
    match task:
        case tasks.FolderTask():
            from crossnet.data.sources import folder as one

            one.fetch(_place(home, task.path), folder)
        case tasks.FoldersTask():
            from crossnet.data.sources import folders

            folders.fetch(_place(home, task.a), _place(home, task.b), folder, task.test_share, task.seed)
        case tasks.SculpturesTask():
            from crossnet.data.sources import sculptures

            spans = _span(task.luminance), _span(task.object_size)
            sculptures.fetch(folder, task.seed, *spans, counts, sizes, images.samples)
        case tasks.StripesTask():
            from crossnet.data.sources import stripes

            spans = _span(task.luminance), _span(task.object_size)
            stripes.fetch(folder, task.seed, *spans, counts, sizes, images.samples)
        case tasks.SpecularTask():
            from crossnet.data.sources import specular2diffuse

            spans, meshes = (_span(task.luminance), _span(task.object_size)), _optional(home, task.meshes)
            specular2diffuse.fetch(folder, task.seed, *spans, counts, sizes, images.samples, meshes)
        case tasks.ZipTask():
            from crossnet.data.sources import zips

            zips.fetch(folder, store, _archive(task, f"{name}.zip", home), checksums)
        case tasks.HdsegTask():
            from crossnet.data.sources import hdseg

            archives = [_archive(task.photographs, "HDSeg.tar", home), _archive(task.masks, "data.tar", home)]
            hdseg.fetch(folder, store, archives, checksums, task.category)
        case tasks.ProductsTask():
            from crossnet.data.sources import products

            folders_of = [_place(home, each) for each in task.folders]
            products.fetch(folder, folders_of, _optional(home, task.scenery), task.seed)
        case tasks.ZapposTask():
            from crossnet.data.sources import zappos

            archive, scenery = _archive(task, "ut-zap50k-images-square.zip", home), _optional(home, task.scenery)
            zappos.fetch(folder, store, archive, checksums, task.categories, task.max_products, task.seed, scenery)
        case tasks.DpedTask():
            from crossnet.data.sources import dped

            archives = [_archive(each, f"{key}.tar.gz", home) for key, each in task.archives.items()]
            dped.fetch(folder, store, archives, checksums, task.phone, task.disjoint, task.seed)


def _store(home: Path, name: str) -> Path:
    return home / ".crossnet/downloads" / name


def _place(home: Path, text: str) -> Path:
    return on_disk(home, text) or home / text


def _optional(home: Path, text: str | None) -> Path | None:
    return None if text is None else _place(home, text)


def _span(values: list[float]) -> tuple[float, float]:
    low, high = values
    return low, high


def _archive(address: tasks.Archive, name: str, home: Path) -> Archive:
    urls = tuple(url if "://" in url else str(_place(home, url)) for url in address.urls)
    return Archive(name, urls, address.sha256, address.max_bytes)


def _search(task: tasks.SearchTask, name: str, raw: Path, store: Path) -> None:
    from crossnet.data.download.web import Web
    from crossnet.data.search.judge import Rules
    from crossnet.data.sources import search

    rules = Rules(
        tuple(task.licences), task.smallest, task.max_bytes, task.hash_distance, task.white_above, task.white_share
    )
    with Web(f"crossnet-reproduction/0.1 ({task.contact or PAPER})") as web:
        search.fetch(
            raw, store, web, task.queries.model_dump(), task.services, rules, task.wanted, task.max_results,
            task.preview_width, task.test_share, task.seed,
        )  # fmt: skip
