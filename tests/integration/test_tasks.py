"""Every task from its source to its report: one `dvc exp run` at scale=smoke against a faithful server.

Of tasks whose prepared images differ in nothing that a later stage knows, one goes all the way.
"""

import hashlib
import io
import json
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from crossnet.data.layout import SIDES
from tests.support.cloned import fresh, run
from tests.support.fake_commons import FakeCommons
from tests.support.fake_openverse import FakeOpenverse
from tests.support.littered import litter
from tests.support.pictures import encoded, on_white, scene
from tests.support.searching import world
from tests.support.servers import FileServer, Server

Files = Mapping[str, bytes]
Settings = dict[str, str]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone in which nothing has run."""
    folder = tmp_path_factory.mktemp("tasks")
    fresh(folder)
    return folder


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def zipped(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(files: Files, kind: str = "w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=kind) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def mask_of(number: int) -> bytes:
    """An ellipse on black, as a PNG."""
    image = Image.new("L", (160, 120), 0)
    ImageDraw.Draw(image).ellipse((30 + number % 20, 20, 130, 100), fill=255)
    return encoded(image, "PNG")


def sides(count: int) -> dict[str, bytes]:
    return {
        f"{side}/{number:03d} größe.jpg": encoded(scene(100 * place + number))
        for place, side in enumerate(SIDES)
        for number in range(count)
    }


def served(servers: ExitStack, files: Files) -> FileServer:
    return servers.enter_context(FileServer(files))


def cyclegan_zip(task: str, servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    content = zipped({f"{task}/{name}": image for name, image in sides(5).items()})
    server = served(servers, {f"/{task}.zip": content})
    digest = hashlib.sha256(content).hexdigest()
    return [server], {f"tasks.{task}.url": f"{server.url}/{task}.zip", f"tasks.{task}.sha256": digest}


def horse2zebra(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    return cyclegan_zip("horse2zebra", servers, folder)


def apple2orange(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    return cyclegan_zip("apple2orange", servers, folder)


def summer2winter(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    return cyclegan_zip("summer2winter", servers, folder)


def sculptures(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    return [], {"scales.smoke.images.train": "4", "scales.smoke.images.test": "3"}


def specular2diffuse(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    return [], {"scales.smoke.images.train": "4", "scales.smoke.images.test": "3"}


def iphone2dslr(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    files = {}
    for place, part in enumerate(("training_data", "test_data/patches")):
        for number in range(12):
            for offset, camera in ((0, "iphone"), (1000, "canon")):
                files[f"dped/iphone/{part}/{camera}/{number}.jpg"] = encoded(scene(offset + 100 * place + number))
    server = served(servers, {"/dped.tar.gz": tarred(files, "w:gz")})
    return [server], {"tasks.iphone2dslr.archives.dped.url": f"{server.url}/dped.tar.gz"}


def elephants(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    openverse, commons = servers.enter_context(FakeOpenverse()), servers.enter_context(FakeCommons())
    world(openverse, commons, 10)
    return [openverse, commons], {
        "tasks.elephants.services.openverse": openverse.url,
        "tasks.elephants.services.commons": commons.url,
        "tasks.elephants.wanted": "12",
        "tasks.elephants.smallest": "100",
        "tasks.elephants.queries.B": "[elephant white background]",
        "tasks.elephants.test_share": "0.3",
    }


def zappos(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    names = [
        f"Shoes/{kind}/{brand}/{number}.jpg" for kind in ("Oxfords", "Heels") for brand in "ABCDEF" for number in "12"
    ]
    files = {f"ut-zap50k-images-square/{name}": encoded(on_white(place)) for place, name in enumerate(names)}
    server = served(servers, {"/shoes.zip": zipped(files)})
    return [server], {"tasks.zappos.url": f"{server.url}/shoes.zip"}


def products(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    folder.mkdir()
    for number in range(24):
        (folder / f"model {number // 2}.{number}.jpg").write_bytes(encoded(on_white(number)))
    return [], {"tasks.products.folders": f"[{folder}]"}


def hdseg(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    photos = {f"HDSeg/horse/images/{number}.jpg": encoded(scene(number)) for number in range(14)}
    masks = {f"data/horse/masks/{number}.png": mask_of(number) for number in range(14)}
    server = served(servers, {"/HDSeg.tar": tarred(photos), "/data.tar": tarred(masks)})
    return [server], {
        "tasks.hdseg.photographs.url": f"{server.url}/HDSeg.tar",
        "tasks.hdseg.masks.url": f"{server.url}/data.tar",
    }


def folder(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    for name, content in sides(5).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "trainA/broken.jpg").write_bytes(b"<html>not found</html>")
    litter(folder / "trainB")
    for place, name in enumerate(("caf\udce9.jpg", "x" * 251 + ".jpg")):  # Latin-1 bytes, and as many as there may be
        (folder / "testB" / name).write_bytes(encoded(scene(500 + place)))
    return [], {"tasks.folder.path": str(folder)}


def folders(servers: ExitStack, folder: Path) -> tuple[list[Server], Settings]:
    for side in "AB":
        (folder / side).mkdir(parents=True)
        for number, (name, size) in enumerate((("IMG 1.JPG", (90, 60)), ("ü.png", (40, 80)), ("c.webp", (64, 64)))):
            scene(ord(side) + number, size).save(folder / side / name)
        litter(folder / side)
    return [], {"tasks.folders.a": str(folder / "A"), "tasks.folders.b": str(folder / "B")}


MEASURED = {  # beside the distances
    "sculptures": {"foreground", "grabcut", "paired"},
    "specular2diffuse": {"paired"},
    "iphone2dslr": {"paired"},
    "zappos": {"foreground", "grabcut", "paired"},
    "hdseg": {"foreground", "grabcut", "paired"},
}
TASKS = [horse2zebra, sculptures, specular2diffuse, iphone2dslr, elephants, zappos, hdseg, folder]
ALIKE = [apple2orange, summer2winter, folders, products]


def prepared(clone: Path, task: str, settings: Settings, last: str) -> dict[str, int]:
    """Run the stages of a task up to the last one wanted; how many images each of its sides has."""
    settings = {"task": task, f"tasks.{task}.fid": "false", "scales.smoke.training.duration": "16 images"} | settings
    run(
        clone,
        "dvc",
        "exp",
        "run",
        *(word for key, value in settings.items() for word in ("-S", f"{key}={value}")),
        last,
    )
    folder = clone / "data/prepared" / task
    counts: dict[str, int] = json.loads((folder / "dataset.json").read_text())["counts"]
    assert all(counts[side] == len(list((folder / side).glob("*.png"))) > 0 for side in SIDES)
    return counts


@pytest.mark.parametrize("source", ALIKE, ids=lambda source: source.__name__)
def test_a_task_like_another_goes_from_its_source_to_its_images(
    source: Callable[[ExitStack, Path], tuple[list[Server], Settings]], clone: Path, servers: ExitStack, tmp_path: Path
) -> None:
    _, settings = source(servers, tmp_path / "mine")
    prepared(clone, source.__name__, settings, "prepare")


@pytest.mark.parametrize("source", TASKS, ids=lambda source: source.__name__)
def test_a_task_goes_from_its_source_to_its_report(
    source: Callable[[ExitStack, Path], tuple[list[Server], Settings]], clone: Path, servers: ExitStack, tmp_path: Path
) -> None:
    task = source.__name__
    asked, settings = source(servers, tmp_path / "mine")
    counts = prepared(clone, task, settings, "report")
    metrics = json.loads((clone / "reports/metrics.json").read_text())
    assert set(metrics) == {"signs", "kid_efflite0", "fd_efflite0"} | MEASURED.get(task, set())
    assert len(list((clone / "data/translated/to_b").glob("*.png"))) == counts["testA"]
    for name in ("index.html", "figures/translations.png", "data/trainA.png", "data/prepare.csv", "attribution.md"):
        assert (clone / "reports" / name).stat().st_size > 50
    report = json.loads((clone / "reports/data/prepare.json").read_text())
    assert (report["not_fetched"] > 0) == (task == "elephants")
    if task == "folder":
        names = {f"{number:03d} größe.png" for number in range(5)}
        assert {path.name for path in (clone / "data/translated/to_b").iterdir()} == names
        assert report["refused"].keys() == {"trainA/broken.jpg"}
        assert {"caf%E9.png", "x" * 251 + ".png"} < {path.name for path in (clone / "data/translated/to_a").iterdir()}
    before = sum(len(server.log) for server in asked)
    raw = clone / "data/fetched" / task
    files = {path.relative_to(raw): path.read_bytes() for path in raw.rglob("*") if path.is_file()}
    assert (before > 0) == bool(asked)
    if asked:
        shutil.rmtree(raw)  # as DVC does before it runs a stage again
        run(clone, sys.executable, "-m", "stages.fetch")
        assert sum(len(server.log) for server in asked) == before
        again = {path.relative_to(raw): path.read_bytes() for path in raw.rglob("*") if path.is_file()}
        assert again == files
