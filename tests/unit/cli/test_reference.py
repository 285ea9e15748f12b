"""docs/cli.md is what the commands say of themselves."""

from crossnet.cli.main import app
from crossnet.cli.reference import PLACE, reference
from tests.support.paths import ROOT


def test_the_page_is_that_of_the_commands_as_they_are() -> None:
    """If not: `python -m crossnet.cli.reference`."""
    assert (ROOT / PLACE).read_text(encoding="utf-8") == reference()


def test_the_page_has_every_command_and_option() -> None:
    text = reference()
    for command in app.registered_commands:
        assert command.callback
        assert f"\n## crossnet {command.callback.__name__}\n" in text
    for option in ("--recursive", "--format <png|jpeg|webp>", "--masks", "--onnx", "--examples", "--seeds"):
        assert option in text
