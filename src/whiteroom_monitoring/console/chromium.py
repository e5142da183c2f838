"""A headless Chromium, driven by its DevTools protocol: for pictures, and for tests that look.

Source: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.errors import MonitoringError

NAMES = ("chromium", "chromium-browser", "google-chrome")
START_S = 20.0
ANSWER_S = 30.0
_LARGEST_MESSAGE_BYTES = 1 << 28
_LEFT = "Inspected target navigated or closed"
_POLL_S = 0.02


class BrowserError(MonitoringError):
    """There is no browser, or it does not do what it is told."""


class Page:
    """One page of a browser. ``events`` are those that arrived, in their order."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._last = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result. Raises BrowserError."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        try:
            self._connection.send(json.dumps(message))
            while True:
                answer = json.loads(self._connection.recv(timeout=ANSWER_S))
                if answer.get("id") == self._last:
                    break
                self.events.append(answer)
        except (OSError, WebSocketException) as error:
            raise BrowserError(f"{method}: the browser did not answer: {error}") from error
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, url: str) -> None:
        """Go to ``url``. Raises BrowserError when nothing answers there."""
        problem = self.call("Page.navigate", url=url).get("errorText")
        if problem:
            raise BrowserError(f"{url}: {problem}")

    def value(self, expression: str) -> Any:
        """Return what an expression of JavaScript gives. Raises BrowserError when it fails."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            text = details.get("exception", {}).get("description", details["text"])
            raise BrowserError(f"{expression}: {text}")
        return answer["result"].get("value")

    def wait(self, expression: str, timeout_s: float = ANSWER_S) -> None:
        """Wait until an expression is true. Raises BrowserError when that takes too long."""
        end = time.monotonic() + timeout_s
        while not self._is_true(expression):
            if time.monotonic() > end:
                raise BrowserError(f"not so within {timeout_s:g} s: {expression}")
            time.sleep(_POLL_S)

    def _is_true(self, expression: str) -> bool:
        try:
            return bool(self.value(expression))
        except BrowserError as error:
            # The page is being left for the next one.
            if _LEFT in str(error):
                return False
            raise

    def resize(self, width: int, height: int, *, scale: float = 1.0, phone: bool = False) -> None:
        """Give the page a window of so many CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=phone,
        )

    def press(self, key: str) -> None:
        """Press and release a key, such as ``r`` or ``ArrowRight``."""
        text = {"text": key} if len(key) == 1 else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)

    def mouse(self, kind: str, x: float, y: float, **parameters: Any) -> None:
        """Send a mouse event, such as ``mouseMoved``."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **parameters)

    def png(self) -> bytes:
        """Return a picture of the window."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


@contextlib.contextmanager
def page() -> Iterator[Page]:
    """Start a browser with one empty page, and end it afterwards. Raises BrowserError."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise BrowserError(f"{NAMES[0]} was not found; install Debian's package chromium")
    folder = tempfile.TemporaryDirectory(prefix="whiteroom-browser-", ignore_cleanup_errors=True)
    with folder as home:
        process = subprocess.Popen(
            [program, *_options(home)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": home},
        )
        try:
            address = _address(Path(home), process)
            with connect(address, max_size=_LARGEST_MESSAGE_BYTES, proxy=None) as connection:
                opened = Page(connection)
                for domain in ("Page", "Runtime", "Network", "Log"):
                    opened.call(f"{domain}.enable")
                yield opened
        finally:
            process.terminate()
            process.wait(START_S)


def _options(home: str) -> list[str]:
    options = [
        *("--headless", "--remote-debugging-port=0", f"--user-data-dir={home}"),
        *("--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
        *("--disable-background-networking", "--disable-component-update", "--no-pings"),
        *("--force-color-profile=srgb", "--disable-extensions", "--mute-audio"),
        "about:blank",
    ]
    # Chromium's own sandbox needs a user other than root.
    return ["--no-sandbox", *options] if os.getuid() == 0 else options


def _address(home: Path, process: subprocess.Popen[bytes]) -> str:
    """Return the address of the page's end of the protocol."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, ValueError, IndexError, StopIteration, SourceError):
            port = int((home / "DevToolsActivePort").read_text().splitlines()[0])
            browser = HttpClient("The browser", f"http://127.0.0.1:{port}", Limits(timeout_s=2.0))
            targets: list[Any] = browser.get_json("/json/list", decode=list)
            return str(next(t["webSocketDebuggerUrl"] for t in targets if t["type"] == "page"))
        time.sleep(_POLL_S)
    raise BrowserError(f"the browser did not start within {START_S:g} s")
