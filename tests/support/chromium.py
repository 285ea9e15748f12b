"""A headless Chromium, driven through its DevTools protocol by a pipe: real mouse and key events, and its console."""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
KEYS = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35, "Tab": 9}


class Page:
    """One page: commands go in, their answers and the console's errors come out."""

    def __init__(self, write: int, read: int) -> None:
        self._in, self._out, self._id, self._left = write, read, 0, b""
        self.session: str | None = None
        self.errors: list[str] = []
        self.requests: list[str] = []  # the addresses that the page has asked for

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """A command and its result; what the console said meanwhile is kept."""
        self._id += 1
        message = {"id": self._id, "method": method, "params": params}
        os.write(self._in, json.dumps(message | ({"sessionId": self.session} if self.session else {})).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._id:
            self._note(answer)
        assert "error" not in answer, (method, answer)
        return answer["result"]

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression; a promise is awaited."""
        found = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def key(self, name: str) -> None:
        """Press and release a key."""
        code = {"key": name, "code": name, "windowsVirtualKeyCode": KEYS[name]}
        self.send("Input.dispatchKeyEvent", type="rawKeyDown", **code)
        self.send("Input.dispatchKeyEvent", type="keyUp", **code)

    def type(self, text: str) -> None:
        self.send("Input.insertText", text=text)

    def place(self, selector: str, x: float = 0.5, y: float = 0.5) -> tuple[float, float]:
        """Scrolls an element into view; where in the window a share of its box is."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{found}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        left, top, width, height = self.run(
            f"(b => [b.left, b.top, b.width, b.height])({found}.getBoundingClientRect())"
        )
        return left + x * width, top + y * height

    def drag(self, *places: tuple[float, float]) -> None:
        """Press the mouse at the first place, move it over the others, and let go."""
        held = {"button": "left", "buttons": 1, "clickCount": 1}
        (x, y), *rest = places
        self.send("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, **held)
        for x, y in rest:
            self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, **held)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=y, **(held | {"buttons": 0}))

    def swipe(self, *places: tuple[float, float]) -> None:
        """Touch the first place and move the finger over the others."""
        points = [[{"x": x, "y": y}] for x, y in places]
        self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=points[0])
        for point in points[1:]:
            self.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=point)
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def until(self, script: str, wanted: Any = True, seconds: float = 60) -> None:
        """Wait until a JavaScript expression has a value."""
        end = time.monotonic() + seconds
        while (found := self.run(script)) != wanted:
            assert time.monotonic() < end, f"{script}: {found!r}, wanted {wanted!r}"
            time.sleep(0.1)

    def drop(self, selector: str, file: Path) -> None:
        """Drag a file from the desktop and drop it on an element."""
        x, y = self.place(selector)
        data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.send("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def screenshot(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot")["data"])

    def choose(self, name: str, value: str) -> None:
        """Choose an option of a <select>, as a browser does it after the click on its list."""
        self.run(
            f"(e => {{e.value = {json.dumps(value)}; e.dispatchEvent(new Event('input', {{bubbles: true}}))}})"
            f"(document.querySelector('select[name={name}]'))"
        )

    def wait(self, event: str) -> None:
        while (message := self._receive()).get("method") != event:
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        if method == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(params["exceptionDetails"])[:500])
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(params["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.errors.append(json.dumps(params["args"])[:500])

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = os.read(self._out, 1 << 16)
            assert more, "Chromium ended"
            self._left += more
        message, _, self._left = self._left.partition(b"\0")
        return json.loads(message)


@contextmanager
def opened(
    file: Path | str, profile: Path, width: int = 1200, height: int = 900, scheme: str = "light"
) -> Iterator[Page]:
    """A page of the disk or of an address, loaded, in a window of so many pixels. profile: an empty folder."""
    assert PROGRAM
    (from_us, to_chromium), (from_chromium, to_us) = os.pipe(), os.pipe()
    command = f'exec "$@" 3<&{from_us} 4>&{to_us}'
    process = subprocess.Popen(
        ["bash", "-c", command, "-", PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        pass_fds=(from_us, to_us),
        stderr=subprocess.DEVNULL,
    )
    os.close(from_us)
    os.close(to_us)
    try:
        page = Page(to_chromium, from_chromium)
        targets = page.send("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        page.session = page.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Page", "Network"):
            page.send(f"{domain}.enable")
        page.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        page.send("Emulation.setTouchEmulationEnabled", enabled=True)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        page.send("Emulation.setEmulatedMedia", features=features)
        page.send("Page.navigate", url=file.as_uri() if isinstance(file, Path) else file)
        page.wait("Page.loadEventFired")
        yield page
        page.session = None
        page.send("Browser.close")
    finally:
        os.close(to_chromium)
        os.close(from_chromium)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
