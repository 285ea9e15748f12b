"""`crossnet demo` as a user has it: a server in a process of its own, and a browser with real clicks and drops."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from crossnet.cli import app
from crossnet.model import save_model
from tests.support.chromium import PROGRAM, Page, opened
from tests.support.paths import ROOT
from tests.support.pictures import encoded, on_white, scene
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, method

pytestmark = pytest.mark.slow

# runs the command, and notes each address off this machine that it would connect to or look up
WATCHED = """
import socket, sys
def note(name, host):
    if str(host) not in ("None", "", "localhost", "127.0.0.1", "::1", "0.0.0.0"):
        with open(sys.argv[1], "a") as log:
            print(name, host, file=log)
def connect(self, address, real=socket.socket.connect):
    if self.family != socket.AF_UNIX:
        note("connect", address[0])
    return real(self, address)
def getaddrinfo(host, *rest, real=socket.getaddrinfo, **more):
    note("getaddrinfo", host)
    return real(host, *rest, **more)
socket.socket.connect, socket.getaddrinfo = connect, getaddrinfo
from crossnet.cli import app
app(sys.argv[2:])
"""
MESSAGE = "document.querySelector('#message textarea, #message input')?.value"
TOAST = "[...document.querySelectorAll('.toast-body')].map(e => e.innerText.replace(/\\s+/g, ' ')).join('|')"
SHOWN = "['#picture-0', '#picture-1', '#picture-2', '#code-0', '#code-3', '#cutout'].map(e => " + (
    "document.querySelector(`${e} img`)?.naturalWidth ?? 0)"
)
CUTOUT = "document.querySelector('#cutout img')?.src"
NOTHING = "No picture yet."
MIB = 2**20
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Served:
    """A server: its process, its address, where it keeps files, and the log of addresses off this machine."""

    process: subprocess.Popen[str]
    url: str
    scratch: Path
    log: Path

    def ask(self, verb: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status and body of an answer."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        connection.request(verb, path, body or None, headers)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, examples, pictures, and files that are none."""
    folder = tmp_path_factory.mktemp("demo")
    config = {"method": "crossnet", "networks": NETWORKS, "weights": dict(WEIGHTS["crossnet"])}
    save_model(folder / "model", method("crossnet"), config | {"image_pool": IMAGE_POOL, "size": 16, "task": "tiny"})
    (folder / "model/README.md").write_text(
        "---\nlicense: mit\n---\n\n# The card\n\n<script>document.title='X'</script>"
    )
    (folder / "examples").mkdir()
    for i in range(2):
        scene(i, (48, 48)).save(folder / "examples" / f"{i}.png")
    on_white(3, (64, 48)).save(folder / "own.png")
    (folder / "text.txt").write_text("hello")
    (folder / "text <b>.jpg").write_text("hello")
    (folder / "torn.jpg").write_bytes(encoded(scene(4))[:900])
    Image.new("1", (22000, 22000)).save(folder / "bomb.png")
    (folder / "large.jpg").write_bytes(b"\xff\xd8\xff" + bytes(50 * 10**6))
    return folder


@contextmanager
def serving(files: Path, *words: str) -> Iterator[Served]:
    scratch, log = files / "scratch", files / "log"
    scratch.mkdir(exist_ok=True)
    log.touch()
    command = [sys.executable, "-c", WATCHED, str(log), "demo", "--model", str(files / "model"), "--port", "0", *words]
    process = subprocess.Popen(
        command,
        env=os.environ | {"TMPDIR": str(scratch), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), url or (process.stderr and process.stderr.read())
        yield Served(process, url, scratch, log)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        assert process.stderr
        process.stderr.close()


@pytest.fixture(scope="module")
def served(files: Path) -> Iterator[Served]:
    with serving(files, "--examples", str(files / "examples")) as server:
        yield server
        assert server.log.read_text() == ""  # nothing was asked of any other machine


@pytest.fixture
def page(served: Served, tmp_path: Path) -> Iterator[Page]:
    with opened(f"{served.url}/", tmp_path / "profile", height=1400) as page:
        page.until(MESSAGE, NOTHING)
        yield page
        assert [url for url in page.requests if not url.startswith((served.url, "data:", "blob:"))] == []
        assert [said for said in page.errors if "Content Security Policy" in said] == []


browser = pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed")


@browser
def test_a_dropped_picture_is_translated_and_cut_out_at_a_threshold_that_is_dragged(page: Page, files: Path) -> None:
    page.drop("#file", files / "own.png")
    page.until(f"{SHOWN}.every(width => width > 0)")
    page.until(MESSAGE, "64 × 48 pixels, translated at 43 × 32.")
    assert page.run(SHOWN) == [64, 43, 43, 352, 352, 64]
    first = page.run(CUTOUT)
    slider = "#threshold input[type=range]"
    page.drag(page.place(slider, 0.95), page.place(slider, 0.6), page.place(slider, 0.4))
    page.until(f"{CUTOUT} !== {json.dumps(first)}")
    level = int(page.run(f"document.querySelector({json.dumps(slider)}).value"))
    assert 80 < level < 130
    second = page.run(CUTOUT)
    page.drag(page.place("#to label:last-child"))
    page.until(f"{CUTOUT} !== {json.dumps(second)}")
    assert page.run("document.title") == "CrossNet: " + page.run("document.querySelector('code').innerText")


@browser
def test_an_example_is_clicked(page: Page) -> None:
    page.until("document.querySelectorAll('#examples button.thumbnail-item').length", 2)
    page.drag(page.place("#examples button.thumbnail-item:last-child"))
    page.until(f"{SHOWN}.every(width => width > 0)")
    page.until(MESSAGE, "48 × 48 pixels, translated at 32 × 32.")


@browser
def test_what_is_no_picture_is_one_line_on_the_page_and_the_next_one_is_translated(page: Page, files: Path) -> None:
    for name, said in (
        ("text.txt", "text.txt: no image of a known format"),
        ("text <b>.jpg", "text b.jpg: no image of a known format"),
        ("torn.jpg", "torn.jpg: image file is truncated"),
        ("bomb.png", "bomb.png: 22000x22000 is more than 50000000 pixels; export it smaller"),
    ):
        page.drop("#file", files / name)
        page.until(f"({MESSAGE}).startsWith({json.dumps(said)})")
        assert "\n" not in page.run(MESSAGE)
        assert page.run(SHOWN) == [0] * 6
        remove(page)
    page.drop("#file", files / "large.jpg")
    page.until(f"{TOAST}.includes('exceed')", seconds=9)
    assert page.run(TOAST) == 'Error × File(s) exceed the maximum allowed size of 20.0 Mb: "large.jpg"'
    assert page.run(MESSAGE) == NOTHING
    page.drop("#file", files / "own.png")
    page.until(f"{SHOWN}.every(width => width > 0)")


def remove(page: Page) -> None:
    """Click the cross of the file."""
    page.until("!!document.querySelector('#file button[aria-label=Clear]')")
    page.drag(page.place("#file button[aria-label=Clear]"))
    page.until(MESSAGE, NOTHING)
    page.until("document.querySelector('#file').innerText.includes('Drop File Here')")


@browser
def test_the_card_is_shown_and_its_script_does_not_run(page: Page) -> None:
    about = "[...document.querySelectorAll('button')].find(e => e.innerText.includes('About this model'))"
    page.until(f"!!{about}")
    page.run(f"{about}.click()")
    page.until("[...document.querySelectorAll('h1')].some(e => e.innerText === 'The card')")
    assert "license: mit" not in page.run("document.body.innerText")
    assert page.run("document.title") != "X"


def test_no_file_of_the_machine_is_served(served: Served, files: Path) -> None:
    for path in ("/etc/passwd", str(files / "own.png"), str(ROOT / "params.yaml"), "../../etc/passwd"):
        status, body = served.ask("GET", f"/gradio_api/file={path}")
        assert status in (403, 404), path
        assert b"root:" not in body
    for path in ("/monitoring", "/gradio_api/info", "/gradio_api/proxy=https://x.hf.space/a", "/gradio_api/vibe-edit/"):
        assert served.ask("GET", path)[0] == 404


@pytest.mark.parametrize("path", ["/etc/passwd", "http://127.0.0.1:1/x.png", "../own.png"])
def test_no_event_reads_a_file_or_an_address(path: str, served: Served) -> None:
    """Without the guard Gradio reads /etc/passwd."""
    data = {"path": path, "meta": {"_type": "gradio.FileData"}}
    event = {"data": [data, "b", 243], "fn_index": 0, "session_hash": "s1", "event_data": None, "trigger_id": None}
    refused = b"no event, or one that names a file which was not uploaded\n"
    assert served.ask("POST", "/gradio_api/queue/join", json.dumps(event).encode(), **JSON) == (400, refused)


def test_an_upload_is_bounded_by_the_server_too(served: Served) -> None:
    most = 20 * MIB + 2**16
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    declared = {**kind, "Content-Length": str(50 * 10**6)}
    assert served.ask("POST", "/gradio_api/upload", b"", **declared) == (413, f"more than {most} bytes\n".encode())
    status, body = served.ask("POST", "/gradio_api/upload", head + b"tiny\r\n--x--\r\n", **kind)
    [path] = json.loads(body)
    assert status == 200
    assert Path(path).is_relative_to(served.scratch)


def test_it_is_reached_by_this_machine_alone(served: Served) -> None:
    port = int(served.url.rpartition(":")[2])
    with socket.socket() as other:
        other.settimeout(5)
        own = socket.gethostbyname(socket.gethostname())
        if not own.startswith("127."):
            assert other.connect_ex((own, port)) != 0
    assert served.ask("GET", "/", Host="evil.example") == (403, b"this server answers to its own address only\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_nothing_is_left(number: signal.Signals, files: Path, tmp_path: Path) -> None:
    (tmp_path / "model").symlink_to(files / "model")
    with serving(tmp_path) as server:
        assert server.ask("GET", "/")[0] == 200
        assert len([*server.scratch.glob("crossnet-demo-*")]) == 1
        server.process.send_signal(number)
        assert server.process.wait(30) == 0
        assert server.process.stderr
        assert server.process.stderr.read() == ""
        assert [*server.scratch.iterdir()] == []


def test_wrong_words_are_one_line(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    model = ["--model", str(files / "model")]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for words, said in (
            (["--model", "nobody"], "--model nobody: no such folder or pretrained model; pretrained: horse2zebra"),
            ([*model, "--examples", "none"], "--examples none: no such folder"),
            ([*model, "--examples", "empty"], "empty: no images"),
            ([*model, "--port", port], f"--host 127.0.0.1 --port {port}: Address already in use; name another"),
            ([*model, "--host", "no.such.host.invalid"], "--host no.such.host.invalid --port 7860: "),
            ([*model, "--device", "tpu"], "device: tpu is asked for"),
        ):
            done = CliRunner().invoke(app, ["demo", *words], catch_exceptions=False)
            assert done.exit_code == 2, words
            assert done.stderr.startswith(f"error: {said}"), done.stderr
            assert done.stderr.count("\n") == 1
