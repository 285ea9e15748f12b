"""The command `crossnet`."""

from crossnet.cli.main import app as app
