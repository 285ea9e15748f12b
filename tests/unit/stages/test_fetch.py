"""The fetch stage, run where everything is there already: no request, the same bytes, nothing left beside."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from crossnet.params import load_params
from crossnet.params.user_files import MARK
from stages.fetch import fetch
from tests.integration.test_tasks import mask_of, sides, tarred, zipped
from tests.support.archived import tree
from tests.support.committed import CHOICES, PARAMS
from tests.support.servers import Fault, FileServer

SHOES = [f"Shoes/{kind}/{brand}/{n}.jpg" for kind in ("Oxfords", "Heels") for brand in "ABC" for n in "12"]
PATCHES = [
    f"dped/iphone/{part}/{camera}/{number}.jpg"
    for part in ("training_data", "test_data/patches")
    for camera in ("iphone", "canon")
    for number in range(6)
]
ARCHIVES: dict[str, Callable[[], dict[str, bytes]]] = {  # of a task, by the path of its keys
    "horse2zebra": lambda: {"": zipped({f"horse2zebra/{name}": image for name, image in sides(1).items()})},
    "zappos": lambda: {"": zipped({f"ut-zap50k-images-square/{name}": mask_of(1) for name in SHOES})},
    "hdseg": lambda: {
        "photographs": tarred({f"HDSeg/horse/images/{n}.jpg": mask_of(n) for n in range(3)}),
        "masks": tarred({f"data/horse/masks/{n}.png": mask_of(n) for n in range(3)}),
    },
    "iphone2dslr": lambda: {"archives.dped": tarred({name: name.encode() for name in PATCHES}, "w:gz")},
}


def chosen(folder: Path, task: str, server: FileServer) -> Path:
    """A working folder whose params.yaml has the task's archives at the server."""
    yaml = YAML()
    values = yaml.load(PARAMS) | CHOICES | {"task": task, "scale": "smoke"}
    values["tasks"][task]["fid"] = False
    for keys, content in ARCHIVES[task]().items():
        block = values["tasks"][task]
        for key in filter(None, keys.split(".")):
            block = block[key]
        server.files[f"/{keys}"] = content
        block |= {"url": f"{server.url}/{keys}", "sha256": None}
    yaml.dump(values, folder / "params.yaml")
    return folder / "params.yaml"


@pytest.mark.parametrize("task", ARCHIVES)
def test_a_second_time_asks_for_nothing_and_changes_nothing(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    with FileServer({}) as server:
        params = load_params(chosen(tmp_path, task, server))
        fetch(params)
        before, asked = tree(tmp_path / "data/fetched" / task), len(server.log)
        fetch(params)
        assert len(server.log) == asked == len(server.files)
    assert tree(tmp_path / "data/fetched" / task) == before
    assert len(before) > 3
    assert [path.name for path in (tmp_path / "data/fetched").iterdir()] == [task]


def test_another_address_is_fetched_and_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    raw = tmp_path / "data/fetched/horse2zebra"
    with FileServer({}) as server:
        path = chosen(tmp_path, "horse2zebra", server)
        fetch(load_params(path))
        before = tree(raw)
        server.files["/other.zip"] = zipped({f"h/{name}": b"other" for name in sides(2)})
        path.write_text(path.read_text().replace(f"{server.url}/\n", f"{server.url}/other.zip\n"))
        server.inject("/other.zip", Fault(404))
        with pytest.raises(OSError, match="404"):
            fetch(load_params(path))
        assert tree(raw) == before
        fetch(load_params(path))
        assert {name: content for name, content in tree(raw).items() if name != MARK} == dict.fromkeys(
            sides(2), b"other"
        )
        assert server.paths == ["/", "/other.zip", "/other.zip"]
