"""Models on the Hugging Face Hub, for which a loopback server stands: pushed, fetched, and errors of one line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet import CrossNet
from crossnet.model import save_model
from tests.support.fake_hub import FakeHub
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, method

CARD = "---\nlibrary_name: crossnet\n---\n# A card\n"
NO_MODEL = "no model of this project: it lacks config.json or model.safetensors"
PUSH = """
from crossnet import CrossNet
url = CrossNet.from_pretrained({folder!r}).push_to_hub("somebody/shoes", token="hf_test")
loaded = CrossNet.from_pretrained("somebody/shoes")
print(url, loaded.size, loaded.card == {card!r})
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    config = {"method": "crossnet", "networks": NETWORKS, "weights": dict(WEIGHTS["crossnet"]), "size": 16}
    save_model(made, method("crossnet"), config | {"image_pool": IMAGE_POOL})
    (made / "README.md").write_text(CARD)
    return made


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub() as server:
        yield server


def run(hub: FakeHub, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    environment |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    return subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def translated(hub: FakeHub, home: Path, model: str) -> subprocess.CompletedProcess[str]:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(home / "photo.png")
    code = "from crossnet.cli import app; app()"
    words = ["translate", str(home / "photo.png"), "--to", "b", "--out", str(home / "out"), "--model", model]
    return run(hub, home, "-c", code, *words, "--overwrite")


def test_a_model_is_pushed_and_comes_back_as_it_was(folder: Path, hub: FakeHub, tmp_path: Path) -> None:
    done = run(hub, tmp_path, "-c", PUSH.format(folder=str(folder), card=CARD))
    assert done.returncode == 0, done.stderr
    [commit] = hub.repos["somebody/shoes"]
    assert done.stdout.split() == [f"{hub.url}/somebody/shoes/commit/{commit}", "32", "True"]
    files = hub.repos["somebody/shoes"][commit]
    assert files.keys() == {"config.json", "model.safetensors", "README.md"}
    assert files["README.md"].decode() == CARD
    assert ("POST", "/somebody/shoes.git/info/lfs/objects/batch") in hub.log
    (tmp_path / "copy").mkdir()
    for name, content in files.items():
        (tmp_path / "copy" / name).write_bytes(content)
    picture = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    both = [CrossNet.from_pretrained(each).translate(picture, "b") for each in (folder, tmp_path / "copy")]
    assert np.array_equal(*both)


def test_the_command_takes_an_address_and_the_cache_is_enough_the_next_time(
    folder: Path, hub: FakeHub, tmp_path: Path
) -> None:
    files = {path.name: path.read_bytes() for path in folder.iterdir() if "training" not in path.name}
    first = hub.add("somebody/shoes", {"config.json": files["config.json"], "README.md": files["README.md"]})
    hub.add("somebody/shoes", files)  # with translating.safetensors, as in a folder that a training has made
    done = translated(hub, tmp_path, "hub:somebody/shoes")
    assert (done.returncode, done.stdout) == (0, f"1 of 1 images translated to {tmp_path / 'out'}\n"), done.stderr
    wanted = CrossNet.from_pretrained(folder).translate(Image.open(tmp_path / "photo.png"), "b")
    assert abs(np.asarray(Image.open(tmp_path / "out/photo.png")).astype(int) - np.asarray(wanted)).max() <= 1
    fetched = [path for command, path in hub.log if command == "GET"]
    assert translated(hub, tmp_path, "hub:somebody/shoes").returncode == 0
    assert [path for command, path in hub.log if command == "GET"] == fetched
    old = translated(hub, tmp_path, f"hub:somebody/shoes@{first}")
    assert old.stderr == f"error: hub:somebody/shoes: {NO_MODEL}\n"


ERRORS = {
    "nobody/nothing": "no such repository, or a private one; `hf auth login` if it is yours",
    "somebody/gated": "its owner has to grant access; ask on its page, then `hf auth login`",
    "somebody/other@v9": "no such revision",
    "somebody/other": NO_MODEL,
    "a/b/c": "is no address of a model; wanted OWNER/NAME or OWNER/NAME@REVISION",
}
FETCH = """
import sys
from crossnet.hub import HubError, download, parse
for address in sys.argv[1:]:
    try:
        download(*parse(address), quiet=True)
    except HubError as error:
        print(error)
"""


def test_what_cannot_be_fetched_is_one_line(hub: FakeHub, tmp_path: Path) -> None:
    hub.add("somebody/gated", {"config.json": b"{}"})
    hub.gated.add("somebody/gated")
    hub.add("somebody/other", {"pytorch_model.bin": b"x"})
    done = run(hub, tmp_path, "-c", FETCH, *ERRORS)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"hub:{key.partition('@')[0]}: {why}" for key, why in ERRORS.items()]


def test_a_hub_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    with FakeHub() as gone:
        pass
    done = run(gone, tmp_path, "-c", f"import time; time.sleep = lambda seconds: None{FETCH}", "somebody/shoes")
    unreachable = "hub:somebody/shoes: the Hub cannot be reached, and the model is not in the cache\n"
    assert (done.stdout, done.stderr) == (unreachable, "")
