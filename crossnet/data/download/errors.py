"""What a server, the way to it, or an address does wrong."""

from collections.abc import Mapping


class WebError(OSError):
    """In one line what is wrong; `status` is that of the answer, None if there was none, `headers` are the answer's.

    `after_s` is how long the server asks to wait.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        after_s: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.after_s, self.headers = status, after_s, headers or {}


class PassingError(WebError):
    """A fault that may mend by itself."""
