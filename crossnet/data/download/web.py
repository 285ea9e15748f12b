"""A polite client for HTTP: bounded retries with backoff, and redirects that are looked at before they are followed."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self, TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from crossnet.data.download.addresses import PassingError, WebError, parsed, redirected
from crossnet.data.download.connection import Deadline, by_way_of, client, credentials, cut
from crossnet.escaping import one_line
from crossnet.urls import redacted

T = TypeVar("T")

MOST_JSON = 32 << 20  # bytes of a JSON answer
MOST_REDIRECTS = 10
SLOWEST = 1024  # bytes a second, over any timeout_s: what comes slower counts as stalled
LONGEST = 20  # times timeout_s: what an answer may take that is read at once
SECRETS = ("authorization", "cookie")  # headers that do not follow a redirect to another host
SHORT = 5  # characters of a value that is no secret
LONGEST_ASKED_S = 366 * 86400.0  # what a server that asks to wait for longer is taken to ask for


class Web:
    """GET requests, one after the other; `count` is how many were made, retries and redirects among them.

    `agent` is the User-Agent and should say whom to write to. 429, 5xx, failed connections and time-outs are tried
    again, in all `tries` times, after `first_wait_s`, twice that, and so on up to `longest_wait_s`, or what Retry-After
    asks for; a server that asks for more than `longest_wait_s` is not waited for. `timeout_s` bounds connecting, then
    the time until the whole header of the answer is there, then the time until each part of its body; the body has to
    bring SLOWEST bytes a second, and one that is read at once has to end within LONGEST times `timeout_s`. Anything
    else, and the last of the tries, raises WebError.
    """

    def __init__(
        self,
        agent: str,
        tries: int = 5,
        timeout_s: float = 30.0,
        longest_wait_s: float = 120.0,
        first_wait_s: float = 1.0,
    ) -> None:
        self.tries, self.timeout_s = tries, timeout_s
        self.longest_wait_s, self.first_wait_s = longest_wait_s, first_wait_s
        self.count = 0
        self._secrets: set[str] = set()  # that were sent
        self._deadline = Deadline(timeout_s)
        self._client = client(agent, self._deadline)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def json(
        self, url: str, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON value at an address, `params` added to its query.

        An answer of 200 that carries Retry-After is tried again too: it is how MediaWiki says that it is behind.
        """
        address = str(parsed(url).copy_merge_params(dict(params or {})))
        body, _ = self._persist(lambda: self._read(address, MOST_JSON, headers or {}, heed_after=True))
        try:
            return json.loads(body)
        except ValueError as error:
            raise WebError(f"{redacted(address)}: answered no JSON: {error}", 200) from error

    def content(
        self, url: str, max_bytes: int, headers: Mapping[str, str] | None = None
    ) -> tuple[bytes, httpx.Headers]:
        """The bytes at an address and the headers of the answer; more than `max_bytes` is a WebError."""
        plain = {"Accept-Encoding": "identity", **(headers or {})}
        return self._persist(lambda: self._read(url, max_bytes, plain))

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[httpx.Response]:
        """An answer of 2xx, its body still to be read through `steadily`: what is tried again is opening it alone.

        What the environment or netrc has as a secret for the host goes with it (`credentials`), and no further.
        """
        authorization, secrets = credentials(parsed(url))
        self._secrets |= secrets
        own = {"Authorization": authorization} if authorization else {}
        response = self._persist(lambda: self._open(url, own | dict(headers or {})))
        try:
            yield response
        finally:
            response.close()

    def steadily(self, parts: Iterable[bytes], url: str) -> Iterator[bytes]:
        """The parts of a body; PassingError where they stall, trickle or are cut off."""
        since, received = time.monotonic(), 0
        self._deadline.begin()
        try:
            for part in parts:
                yield part
                self._deadline.begin()
                received += len(part)
                elapsed = time.monotonic() - since
                if elapsed > self.timeout_s:
                    if received < SLOWEST * elapsed:
                        raise PassingError(f"{redacted(url)}: {received} bytes in {elapsed:.0f} s, too slow")
                    since, received = time.monotonic(), 0
        except httpx.TransportError as error:
            raise PassingError(f"{redacted(url)}: {_said(error)}") from error
        except httpx.DecodingError as error:
            raise WebError(f"{redacted(url)}: {_said(error)}") from error

    @contextmanager
    def discreet(self) -> Iterator[None]:
        """Errors of the web without what is secret: a server may answer with what was sent to it."""
        try:
            yield
        except WebError as error:
            error.args = (cut(str(error), self._secrets),)
            raise

    def wait(self, failures: int) -> None:
        """Sleep as long as is due after so many failures in a row."""
        time.sleep(self._backoff(failures))

    def _persist(self, call: Callable[[], T]) -> T:
        retrying = Retrying(
            retry=retry_if_exception_type(PassingError),
            stop=stop_after_attempt(self.tries),
            wait=self._pause,
            reraise=True,
        )

        def attempt() -> T:
            with self.discreet():
                return call()

        try:
            return retrying(attempt)
        except PassingError as error:
            message = f"{error} (tried {self.tries} times)"
            raise WebError(message, error.status, error.after_s, error.headers) from error

    def _backoff(self, failures: int) -> float:
        return min(self.first_wait_s * 2 ** (failures - 1), self.longest_wait_s)

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(self._backoff(state.attempt_number), error.after_s if isinstance(error, PassingError) else 0.0)

    def _read(
        self, url: str, max_bytes: int, headers: Mapping[str, str], heed_after: bool = False
    ) -> tuple[bytes, httpx.Headers]:
        response = self._open(url, headers)
        try:
            if heed_after and "Retry-After" in response.headers:
                raise self._temporary(response, url)
            announced = response.headers.get("Content-Length", "0")
            if announced.isdecimal() and int(announced) > max_bytes:
                raise WebError(f"{redacted(url)}: announces {announced} bytes, more than the {max_bytes} allowed")
            body, ends = bytearray(), time.monotonic() + LONGEST * self.timeout_s
            for part in self.steadily(response.iter_bytes(), url):
                if time.monotonic() > ends:
                    raise PassingError(
                        f"{redacted(url)}: {len(body)} bytes in {LONGEST * self.timeout_s:g} s, too slow"
                    )
                body += part
                if len(body) > max_bytes:
                    raise WebError(f"{redacted(url)}: more than the {max_bytes} bytes allowed")
            return bytes(body), response.headers
        finally:
            response.close()

    def _open(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """The answer at the end of the redirects, its body unread."""
        address = parsed(url)
        words = (word for key, value in headers.items() if key.lower() in SECRETS for word in value.split())
        self._secrets |= {word for word in words if len(word) > len("Bearer")}
        for _ in range(MOST_REDIRECTS + 1):
            response = self._send(address, headers)
            if not response.has_redirect_location:
                return self._checked(response, url)
            response.close()
            onward = redirected(address, response.headers["Location"])
            if (onward.scheme, onward.host, onward.port) != (address.scheme, address.host, address.port):
                headers = {key: value for key, value in headers.items() if key.lower() not in SECRETS}
            given = (onward.password, *(value for _, value in onward.params.multi_items()))
            self._secrets |= {value for value in given if len(value) > SHORT}
            address = onward
        raise WebError(f"{redacted(url)}: more than {MOST_REDIRECTS} redirects, the last to {redacted(address)}")

    def _send(self, address: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        self.count += 1
        self._deadline.begin()
        try:
            return self._client.send(self._client.build_request("GET", address, headers=dict(headers)), stream=True)
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # whose words would show the value, which may be a token
            raise WebError(
                f"{redacted(address)}: a header cannot be sent, of {', '.join(headers)}; look at it"
            ) from None
        except httpx.InvalidURL as error:  # of a redirect, which httpx reads even if it is not to follow it
            raise WebError(f"{redacted(address)}: redirects to what is no address: {error}") from error
        except httpx.TransportError as error:
            raise PassingError(f"{redacted(address)}: {_said(error)}{by_way_of(address)}") from error

    def _checked(self, response: httpx.Response, url: str) -> httpx.Response:
        """A response that is a success; of any other it is closed, and the error raised."""
        if response.is_success:
            return response
        try:
            if response.status_code == 429 or response.is_server_error:
                raise self._temporary(response, url)
            said = self._excerpt(response, url)
            raise WebError(f"{redacted(url)}: {_line(response)}{said}", response.status_code)
        finally:
            response.close()

    def _temporary(self, response: httpx.Response, url: str) -> WebError:
        after_s = _seconds(response.headers.get("Retry-After", ""))
        message = f"{redacted(url)}: {_line(response)}"
        if after_s > self.longest_wait_s:
            message += f", asks to wait {after_s:.0f} s, more than {self.longest_wait_s:g} s: try again later"
            return WebError(message, response.status_code, after_s, response.headers)
        return PassingError(message, response.status_code, after_s, response.headers)

    def _excerpt(self, response: httpx.Response, url: str) -> str:
        """The first words of what a server has to say, for an error's line."""
        body = b""
        try:
            for part in self.steadily(response.iter_bytes(), url):
                body += part
                if len(body) >= 4096:
                    break
        except WebError:
            pass
        text = one_line(body[:4096].decode(errors="replace"))
        return f": {text[:300]}" if text and not text.startswith("<") else ""


def _seconds(retry_after: str) -> float:
    """Retry-After, which is a number of seconds or a date, as seconds from now; 0 for none and for nonsense."""
    if retry_after.strip().isdecimal():
        return min(float(retry_after), LONGEST_ASKED_S)
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return min(max(0.0, (date - datetime.now(UTC)).total_seconds()), LONGEST_ASKED_S)


def _line(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".strip()


def _said(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "time-out"
    return one_line(error)
