"""A stage tells what went wrong in one line."""

import sys

import pytest

from stages import _command as module
from stages._command import command


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("[/a/third_party/gloo/gloo/transport/tcp/pair.cc:553] Connection closed by peer [::1]:2", None),
        ("[../gloo/transport/tcp/pair.cc:525] Read error [::1]:2: Connection reset by peer", None),
        ("ncclRemoteError: A call failed possibly due to a network error or a remote process exited prematurely", None),
        ("Failed to recv, got 0 bytes. Connection was likely closed. Did the remote server shutdown or crash?", None),
        (
            "[../gloo/transport/tcp/device.cc:84]\nUnable to find address for: there",
            "[../gloo/transport/tcp/device.cc:84] Unable to find address for: there",
        ),
        ("Connection closed by peer", "Connection closed by peer"),
    ],
)
def test_a_lost_process_is_told_apart_from_other_faults(
    said: str, shown: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stage(params: object) -> None:
        raise RuntimeError(said)

    monkeypatch.setattr(module, "load_params", lambda path: None)
    monkeypatch.setattr(module, "refuse_user_files", lambda params: None)
    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(SystemExit) as ended:
        command(stage)
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"error: {shown or 'another process of this run ended; see its message'}\n"
