"""Which source a task has: from its block of params.yaml to the call that fetches it."""

import os
from pathlib import Path

from crossnet.datasets.sources.archives import Archive
from crossnet.params import Params
from crossnet.params.tasks import Archive as Address
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


def bring(params: Params, raw: Path) -> None:
    """Fill data/raw/<task>, which is empty.

    A relative path of a task, downloads and checksums belong to the repository itself, also where an experiment runs in
    a temporary copy of it.
    """
    home, task, images = Path(os.environ.get("DVC_ROOT", ".")), params.task_options, params.images
    store, checksums = home / ".crossnet/downloads" / params.task, home / f"data/checksums/{params.task}.json"
    sizes = (images.load_size, images.size)
    match task:
        case FolderTask():
            from crossnet.datasets.sources import folder

            folder.fetch(place(home, task.path), raw)
        case FoldersTask():
            from crossnet.datasets.sources import folders

            folders.fetch(place(home, task.a), place(home, task.b), raw, task.test_share, task.seed)
        case SculpturesTask():
            from crossnet.datasets.sources import sculptures

            span = task.luminance[0], task.luminance[1]
            sculptures.fetch(raw, task.seed, span, images.train, images.test, sizes, images.samples)
        case SpecularTask():
            from crossnet.datasets.sources import specular2diffuse

            span, meshes = (task.luminance[0], task.luminance[1]), place(home, task.meshes) if task.meshes else None
            specular2diffuse.fetch(raw, task.seed, span, images.train, images.test, sizes, images.samples, meshes)
        case ZipTask():
            from crossnet.datasets.sources import zips

            zips.fetch(raw, store, _archive(task, f"{params.task}.zip", home), checksums)
        case HdsegTask():
            from crossnet.datasets.sources import hdseg

            archives = [_archive(task.photographs, "HDSeg.tar", home), _archive(task.masks, "data.tar", home)]
            hdseg.fetch(raw, store, archives, checksums, task.category)
        case ZapposTask():
            from crossnet.datasets.sources import zappos

            archive = _archive(task, "ut-zap50k-images-square.zip", home)
            scenery = place(home, task.scenery) if task.scenery else None
            zappos.fetch(raw, store, archive, checksums, task.categories, task.most, task.seed, scenery)
        case DpedTask():
            from crossnet.datasets.sources import dped

            archives = [_archive(each, f"{name}.tar.gz", home) for name, each in task.archives.items()]
            dped.fetch(raw, store, archives, checksums, task.phone, task.disjoint, task.seed)
        case SearchTask():
            if not task.contact:
                raise ValueError(
                    f"params.yaml: tasks.{params.task}.contact: the services ask whoever searches them for an address; "
                    "name one"
                )
            _search(task, raw, store)


def place(home: Path, text: str) -> Path:
    """A path as a user writes it: from the home folder where it begins with `~`, else from the repository."""
    return Path(text).expanduser() if text.startswith("~") else home / text


def _archive(address: Address, name: str, home: Path) -> Archive:
    urls = tuple(url if "://" in url else str(place(home, url)) for url in address.urls)
    return Archive(name, urls, address.sha256, address.most_bytes)


def _search(task: SearchTask, raw: Path, store: Path) -> None:
    from crossnet.datasets.search.judge import Rules
    from crossnet.datasets.sources import search
    from crossnet.datasets.web import Web

    rules = Rules(
        tuple(task.licences), task.smallest, task.most_bytes, task.hash_distance, task.white_above, task.white_share
    )
    with Web(f"crossnet-reproduction/0.1 ({task.contact})") as web:
        search.fetch(
            raw, store, web, task.queries.model_dump(), task.services, rules, task.wanted, task.most_found,
            task.preview_width, task.test_share, task.seed,
        )  # fmt: skip
