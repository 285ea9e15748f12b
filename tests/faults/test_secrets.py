"""Secrets of downloads: refused in an address, taken from the environment or netrc, and shown and written nowhere."""

import base64
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from crossnet.data.download.download import DownloadError, download
from crossnet.data.download.web import Web
from crossnet.params import ParamsError, load_params
from crossnet.report.page import parameter_groups
from stages._command import command
from stages.check import check
from stages.fetch import fetch
from tests.support.cloned import fresh, run, set_parameter
from tests.support.committed import CHOICES, PARAMS
from tests.support.servers import Asked, Fault, FileServer, Server, send

BODY = b"a file of the site"
SECRET = "hunter2-of-the-site"
FORMS = ["http://me:{}@h/f", "http://h/f?token={}", "http://h/f;token={}", "http://me:a/{}@h/f", "http://h/f?x={}"]
KEYS = {
    "horse2zebra.url": str, "horse2zebra.mirrors": lambda address: [address], "zappos.url": str,
    "hdseg.photographs.url": str, "iphone2dslr.archives.dped.mirrors": lambda address: [address],
    "elephants.services.openverse": str,
}  # fmt: skip


def written(folder: Path, key: str, value: Any, **choices: Any) -> Path:
    """params.yaml in a folder with one key of a task changed."""
    yaml = YAML()
    values = yaml.load(PARAMS) | CHOICES | choices
    *parents, last = f"tasks.{key}".split(".")
    block = values
    for parent in parents:
        block = block[parent]
    block[last] = value
    yaml.dump(values, folder / "params.yaml")
    return folder / "params.yaml"


@pytest.mark.parametrize(
    ("key", "form"), [*((key, FORMS[0]) for key in KEYS), *(("horse2zebra.url", form) for form in FORMS[1:])]
)
def test_an_address_with_a_secret_is_refused_under_every_key(key: str, form: str, tmp_path: Path) -> None:
    make: Callable[[str], Any] = KEYS[key]
    with pytest.raises(ParamsError) as stopped:
        load_params(written(tmp_path, key, make(form.format(SECRET))))
    assert re.match(rf"{tmp_path}/params.yaml: tasks\.{key}.*CROSSNET_TOKEN_.*netrc", str(stopped.value))
    assert SECRET not in str(stopped.value)


@pytest.mark.parametrize("stage", [check, fetch])
def test_a_stage_that_is_started_directly_refuses_it_and_writes_nothing(
    stage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "horse2zebra.url", f"http://h/f?code={SECRET}", task="horse2zebra")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(SystemExit) as ended:
        command(stage)
    told = capsys.readouterr().err
    assert ended.value.code == 1
    assert re.fullmatch(
        r"error: params.yaml: tasks.horse2zebra.url: http://h/f has 'code'[^\n]*CROSSNET_TOKEN_H,.*\n", told
    )
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


def test_dvc_stores_no_address_with_a_secret(tmp_path: Path) -> None:
    fresh(tmp_path)
    lock = (tmp_path / "dvc.lock").read_bytes() if (tmp_path / "dvc.lock").exists() else None
    set_parameter(tmp_path, "task", "horse2zebra")
    set_parameter(tmp_path, "tasks.horse2zebra.url", f"http://me:{SECRET}@127.0.0.1:1/f")
    told = run(tmp_path, "dvc", "repro", wanted=255)
    assert "CROSSNET_TOKEN_127_0_0_1" in told
    assert SECRET not in told
    assert ((tmp_path / "dvc.lock").read_bytes() if (tmp_path / "dvc.lock").exists() else None) == lock
    assert not (tmp_path / "data/fetched").exists()


def test_the_page_shows_an_address_without_its_query() -> None:
    shown = parameter_groups({"task": {"url": "https://h/f?id=7", "mirrors": ["https://h/g?id=8"]}})["task"]
    assert shown == {"url": "https://h/f", "mirrors": "https://h/g"}


class Site(Server):
    """Gives a file to whoever has the token or the password; to others it answers with all that they sent."""

    ACCEPTED = (f"Bearer {SECRET}", f"Basic {base64.b64encode(f'me:{SECRET}'.encode()).decode()}")

    def answer(self, asked: Asked, to: Any) -> None:
        if asked.path == "/f" and asked.headers["Authorization"] in self.ACCEPTED:
            send(to, 200, BODY)
        else:
            send(to, 403, f"denied: {asked.path} {asked.query} {asked.headers}".encode())


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        yield server


def get(folder: Path, address: str) -> bytes:
    with Web("crossnet-tests", tries=1, timeout_s=5) as web:
        return download([address], folder, "f", None, 10**6, "by hand", folder / "c.json", web).read_bytes()


def of_netrc(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / "netrc").write_text(text)
    monkeypatch.setenv("NETRC", str(folder / "netrc"))


@pytest.mark.parametrize("source", ["variable", "netrc"])
def test_a_secret_is_sent_to_its_host_and_written_nowhere(
    source: str, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DownloadError, match="403 Forbidden: denied"):
        get(tmp_path / "store", f"{site.url}/f")
    if source == "variable":
        monkeypatch.setenv("CROSSNET_TOKEN_127_0_0_1", SECRET)
    else:
        of_netrc(tmp_path, monkeypatch, f"machine 127.0.0.1 login me password {SECRET}\n")
    with pytest.raises(DownloadError, match="403 Forbidden: denied: /other") as stopped:
        get(tmp_path / "store", f"{site.url}/other?id=7")
    assert get(tmp_path / "store", f"{site.url}/f") == BODY
    said = str(stopped.value) + "".join(path.read_text() for path in (tmp_path / "store").iterdir())
    assert "Authorization: B" in said  # it was sent, and sent back
    assert not any(form.rpartition(" ")[2] in said for form in (*Site.ACCEPTED, SECRET))


def test_a_secret_does_not_follow_a_redirect_to_another_host(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSNET_TOKEN_127_0_0_1", SECRET)
    monkeypatch.setenv("CROSSNET_TOKEN_LOCALHOST", SECRET)
    with FileServer({}) as first:
        for onward in (site.url, site.url.replace("127.0.0.1", "localhost")):
            first.inject("/f", Fault(302, {"Location": f"{onward}/f"}))
            with pytest.raises(DownloadError, match="403 Forbidden"):
                get(tmp_path, f"{first.url}/f")
        assert [asked.headers["Authorization"] for asked in first.log] == [f"Bearer {SECRET}"] * 2
    assert [asked.headers["Authorization"] for asked in site.log] == [None] * 2


def test_what_a_redirect_adds_is_cut_of_what_is_told(tmp_path: Path, site: Site) -> None:
    with FileServer({}) as first:
        first.inject("/f", Fault(302, {"Location": f"{site.url}/f?X-Amz-Signature={SECRET}"}))
        with pytest.raises(DownloadError, match="403 Forbidden: denied: /f") as stopped:
            get(tmp_path, f"{first.url}/f")
    assert SECRET not in str(stopped.value)


def test_nor_is_a_secret_sent_without_encryption_to_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSNET_TOKEN_DATA_EXAMPLE", SECRET)
    with pytest.raises(DownloadError, match=r"CROSSNET_TOKEN_DATA_EXAMPLE has a secret .* https") as stopped:
        get(tmp_path, "http://data.example/f")
    assert SECRET not in str(stopped.value)


@pytest.mark.parametrize("text", ["default login me password {}\n", "machine other login me password {}\n"])
def test_netrc_is_asked_for_the_host_by_its_name_alone(
    text: str, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_netrc(tmp_path, monkeypatch, text.format(SECRET))
    with pytest.raises(DownloadError, match="403"):
        get(tmp_path / "store", f"{site.url}/f")
    assert site.log[0].headers["Authorization"] is None


def test_a_broken_netrc_is_named_and_not_shown(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    of_netrc(tmp_path, monkeypatch, f"machine 127.0.0.1 login me {SECRET}\n")
    with pytest.raises(DownloadError, match=rf"{tmp_path}/netrc: cannot be read from line \d+") as stopped:
        get(tmp_path / "store", f"{site.url}/f")
    assert SECRET not in str(stopped.value)
    assert site.log == []
