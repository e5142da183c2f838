"""The browser that takes pictures: what it is told, and what is made of its answers."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.json_server import json_server
from whiteroom_monitoring.console import chromium, snapshot
from whiteroom_monitoring.console.chromium import BrowserError, Page
from whiteroom_monitoring.console.snapshot import SnapshotRequest, address, picture


class Connection:
    """A browser that answers each method with what it is given, after an event."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name.replace("_", "."): answer for name, answer in answers.items()}
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self._waiting: list[dict[str, Any]] = []

    def send(self, text: str) -> None:
        """Take a message."""
        message = json.loads(text)
        self.sent.append((message["method"], message["params"]))
        answer = self.answers.get(message["method"], {})
        if isinstance(answer, list):
            answer = answer.pop(0)
        outcome = answer if "error" in answer else {"result": answer}
        self._waiting = [{"method": "Event"}, {"id": message["id"], **outcome}]

    def recv(self, timeout: float) -> str:
        """Give the next message. Raises TimeoutError without one."""
        if not self._waiting:
            raise TimeoutError("silence")
        return json.dumps(self._waiting.pop(0))


def _page(**answers: Any) -> tuple[Page, Connection]:
    connection = Connection(**answers)
    return Page(connection), connection  # type: ignore[arg-type]


def test_answers_are_told_from_events() -> None:
    """A call returns the answer of its own number, and keeps the events that came before it."""
    page, _ = _page(A_b={"x": 1})
    assert page.call("A.b", y=2) == {"x": 1}
    assert page.events == [{"method": "Event"}]


def test_what_a_browser_refuses_is_said() -> None:
    """Its own words are given, with the method; so is that nothing answers at an address."""
    page, _ = _page(A_b={"error": {"message": "no"}}, Page_navigate={"errorText": "REFUSED"})
    with pytest.raises(BrowserError, match=r"^A\.b: no$"):
        page.call("A.b")
    with pytest.raises(BrowserError, match=r"^http://x: REFUSED$"):
        page.open("http://x")


def test_a_browser_that_is_gone_is_said() -> None:
    """A connection that ends is an error of ours."""
    page, connection = _page()
    connection.send = lambda text: None  # type: ignore[method-assign]
    with pytest.raises(BrowserError, match=r"A\.b: the browser did not answer: silence"):
        page.call("A.b")


def test_what_a_script_gives() -> None:
    """The value of an expression is returned once it is known, and a failure is its own words."""
    failed = {"exceptionDetails": {"text": "Uncaught", "exception": {"description": "no such"}}}
    page, connection = _page(Runtime_evaluate=[{"result": {"value": 7}}, failed])
    assert page.value("a") == 7
    assert connection.sent[0][1] == {
        "expression": "a", "returnByValue": True, "awaitPromise": True
    }  # fmt: skip
    with pytest.raises(BrowserError, match="b: no such"):
        page.value("b")


def test_waiting_ends_when_it_is_so_or_time_is_up() -> None:
    """What never becomes true fails after its time, with the expression."""
    answers = [{"result": {"value": value}} for value in (False, False, True)]
    page, connection = _page(Runtime_evaluate=answers)
    page.wait("a")
    assert len(connection.sent) == 3
    page, _ = _page(Runtime_evaluate={"result": {"value": False}})
    with pytest.raises(BrowserError, match=r"not so within 0 s: a"):
        page.wait("a", timeout_s=0)


@pytest.mark.parametrize(("key", "text"), [("r", {"text": "r"}), ("ArrowRight", {})])
def test_a_key_is_pressed_and_released(key: str, text: dict[str, str]) -> None:
    """Only a key of one character writes something."""
    page, connection = _page()
    page.press(key)
    assert [parameters for _, parameters in connection.sent] == [
        {"type": "keyDown", "key": key, "code": key, **text},
        {"type": "keyUp", "key": key, "code": key},
    ]


def test_a_window_is_no_phone_unless_it_is() -> None:
    """A window has its size in CSS pixels, and as many real ones unless a scale is given."""
    page, connection = _page()
    page.resize(10, 20)
    page.resize(10, 20, scale=2.0, phone=True)
    sizes = [(p["deviceScaleFactor"], p["mobile"]) for _, p in connection.sent]
    assert sizes == [(1.0, False), (2.0, True)]


@pytest.mark.parametrize(("user", "first"), [(0, "--no-sandbox"), (1000, "--headless")])
def test_only_root_goes_without_the_sandbox(
    monkeypatch: pytest.MonkeyPatch, user: int, first: str
) -> None:
    """Chromium's own sandbox needs a user other than root."""
    monkeypatch.setattr(chromium.os, "getuid", lambda: user)
    assert chromium._options("/home")[0] == first


def test_a_missing_browser_is_said_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's package is named."""
    monkeypatch.setattr(chromium.shutil, "which", lambda name: None)
    with pytest.raises(BrowserError, match="install Debian's package chromium"), chromium.page():
        pass


def test_a_browser_is_found_by_the_file_that_it_writes(tmp_path: Path) -> None:
    """Its port is in a file as soon as it listens; the page is the target of that type."""
    page = {"type": "page", "webSocketDebuggerUrl": "ws://page"}
    running: Any = SimpleNamespace(poll=lambda: None)
    with json_server({"/json/list": [{"type": "other"}, page]}) as url:
        (tmp_path / "DevToolsActivePort").write_text(f"{url.rpartition(':')[2]}\n/devtools/x\n")
        assert chromium._address(tmp_path, running) == "ws://page"


def test_a_browser_that_ends_or_is_late_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for one that has ended; one that runs has its time, and a file that is half
    written is read again."""
    now = [0.0]

    def sleep(_: float) -> None:
        now[0] += 1.0
        (tmp_path / "DevToolsActivePort").write_text("")

    monkeypatch.setattr(chromium, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    ended: Any = SimpleNamespace(poll=lambda: 1)
    with pytest.raises(BrowserError, match="did not start within 20 s"):
        chromium._address(tmp_path, ended)
    assert now == [0.0]
    running: Any = SimpleNamespace(poll=lambda: None)
    with pytest.raises(BrowserError, match="did not start within 20 s"):
        chromium._address(tmp_path, running)
    assert now == [20.0]


class Window:
    """A page whose content is so high; what it is told is remembered."""

    def __init__(self, height: float) -> None:
        self.height, self.told = height, list[Any]()

    def call(self, method: str, **parameters: Any) -> None:
        """Remember headers."""
        self.told.append(parameters)

    def resize(self, width: int, height: int, *, scale: float) -> None:
        """Remember a size."""
        self.told.append((width, height, scale))

    def open(self, url: str) -> None:
        """Remember an address."""
        self.told.append(url)

    def value(self, expression: str) -> float:
        """Return the height of the content."""
        return self.height

    def wait(self, expression: str) -> None:
        """Be ready."""

    def png(self) -> bytes:
        """Return a picture."""
        return b"PNG"

    @property
    def sizes(self) -> list[Any]:
        """The sizes that the window had."""
        return [one for one in self.told if isinstance(one, tuple)]


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the browser's page one of this height."""

    def make(height: float) -> Window:
        made = Window(height)

        @contextlib.contextmanager
        def page() -> Iterator[Window]:
            yield made

        monkeypatch.setattr(snapshot.chromium, "page", page)
        return made

    return make


@pytest.mark.parametrize(
    ("request_", "height", "sizes"),
    [
        (SnapshotRequest("home"), 800.2, [(1400, 12_000, 1.0), (1400, 801, 1.0)]),
        (SnapshotRequest("home"), 20_000, [(1400, 12_000, 1.0), (1400, 12_000, 1.0)]),
        (SnapshotRequest("u", panel="7", scale=2.0), 800, [(1400, 560, 2.0)]),
        (SnapshotRequest("u", panel="7", height_px=90, width_px=50), 800, [(50, 90, 1.0)]),
        (SnapshotRequest("home", height_px=900), 800, [(1400, 900, 1.0)]),
    ],
)
def test_a_picture_is_as_high_as_what_it_shows(
    window: Any, request_: SnapshotRequest, height: float, sizes: list[Any]
) -> None:
    """Without a height a page is as high as its content, up to a bound; a panel has its own."""
    page = window(height)
    assert picture("http://c", request_) == b"PNG"
    assert page.sizes == sizes
    assert page.told[1] == address("http://c", request_)


def test_a_token_is_sent_with_every_request(window: Any) -> None:
    """Without one, no header is set."""
    page = window(10)
    picture("http://c", SnapshotRequest("home"), "secret")
    assert page.told[0] == {"headers": {"Authorization": "Bearer secret"}}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (SnapshotRequest("home"), "?theme=light&refresh=off"),
        (SnapshotRequest("alerts", start="now-1h", end="now", theme="dark"),
         "alerts?from=now-1h&to=now&theme=dark&refresh=off"),
        (SnapshotRequest("u", panel="7", choices=[("job", "a b")]),
         "d/u?viewPanel=7&var-job=a+b&theme=light&refresh=off"),
    ],
)  # fmt: skip
def test_an_address_says_all_that_is_asked(request_: SnapshotRequest, expected: str) -> None:
    """A page is named by its path, a dashboard below /d/; choices are those of links."""
    assert address("http://c/", request_) == f"http://c/{expected}"


def test_a_picture_is_what_the_browser_sends() -> None:
    """PNG in base 64."""
    page, _ = _page(Page_captureScreenshot={"data": base64.b64encode(b"PNG").decode()})
    assert page.png() == b"PNG"
