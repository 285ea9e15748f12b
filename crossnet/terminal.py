"""The one way to the terminal: every message of a stage, a command and a library goes through `say`."""

import sys

from crossnet.text import printable


def say(line: str, result: bool = False) -> None:
    """Write a line, in which what does not print is escaped, to standard error; a command's result to standard output.

    Characters that the terminal's encoding does not have are escaped as well.
    """
    stream = sys.stdout if result else sys.stderr
    encoding = getattr(stream, "encoding", None) or "utf-8"
    print(printable(line).encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
