"""The commands that serve: which options fit together, and what is served where."""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.asgi import ask
from whiteroom_monitoring import client
from whiteroom_monitoring.cli import console, containers, inbox, segment_exporter, snapshot
from whiteroom_monitoring.client.exposition.credentials import Credentials
from whiteroom_monitoring.console.workers import Workers
from whiteroom_monitoring.deploy.paths import default_data
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.web.server import LOOPBACK_NAMES

TOKEN = "sixteen-letters!"


def _arguments(module: Any, *words: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    module.configure(parser)
    return parser.parse_args([str(word) for word in words])


@pytest.fixture
def token_file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a token's file."""

    def write(text: str) -> Path:
        path = tmp_path / "token"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("address", sorted(LOOPBACK_NAMES))
def test_on_this_machine_alone_no_token_is_needed(address: str) -> None:
    """Whoever is on this machine may look."""
    assert console._token(_arguments(console, "--address", address)) == ""


def test_beyond_this_machine_a_token_is_needed(token_file: Callable[[str], Path]) -> None:
    """Else everybody who reaches the console could silence alerts; the token has 16 characters."""
    with pytest.raises(UsageError, match="needs --token-file"):
        console._token(_arguments(console, "--address", "0.0.0.0"))
    path = token_file(f" {TOKEN}\n")
    assert console._token(_arguments(console, "--token-file", path)) == TOKEN
    path = token_file(TOKEN[1:])
    with pytest.raises(UsageError, match="found 15 characters, expected 16 or more"):
        console._token(_arguments(console, "--token-file", path))
    with pytest.raises(UsageError, match="No such file"):
        console._token(_arguments(console, "--token-file", path.with_name("none")))


def test_a_data_source_has_an_address(tmp_path: Path) -> None:
    """What begins with neither http nor https is refused, with its option."""
    workers = Workers()
    with pytest.raises(UsageError, match="--loki ftp://a: expected"):
        console.service_from(_arguments(console, "--loki", "ftp://a"), workers)
    service = console.service_from(_arguments(console, "--loki", "https://a"), workers)
    assert list(service.library)
    empty = console.service_from(_arguments(console, "--dashboards", tmp_path), workers)
    assert list(empty.library) == []
    workers.close()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The applications that are served, each only until it could be asked."""
    applications: list[Any] = []
    unprepared = client.Preparation(shared=False, locked=False, path=None, problem="no room")

    async def serve(application: Any, listener: Any, *_: Any) -> None:
        applications.append(application)

    for module in (console, inbox):
        monkeypatch.setattr(module, "serve", serve)
    monkeypatch.setattr(client, "prepare", lambda *_, **__: unprepared)
    return applications


class Pipe(io.StringIO):
    """An output that a reader sees only what was flushed of."""

    flushed = ""

    def flush(self) -> None:
        """Let the reader see what was written until now."""
        self.flushed = self.getvalue()


def test_the_console_says_where_it_serves(served: list[Any], capsys: Any) -> None:
    """It prints its address and why there are no metrics, and is addressed by its names alone."""
    assert console.run(_arguments(console, "--port", 0, "--host", "studio")) == 0
    problem, place = capsys.readouterr().out.splitlines()
    assert problem == "metrics: no room"
    assert re.fullmatch(r"serving http://127\.0\.0\.1:[1-9]\d*/", place)
    [application] = served
    for host, status in (("studio", 200), ("localhost", 200), ("evil", 421)):
        assert ask(application, "/-/healthy", host=host).status_code == status


@pytest.mark.parametrize("module", [console, inbox])
def test_a_reader_of_a_pipe_sees_the_address_at_once(
    module: Any, served: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who starts a service waits for the line that says where it is."""
    own = ["--data", tmp_path, "--smtp-port", 0] if module is inbox else []
    arguments = _arguments(module, "--port", 0, *own)
    monkeypatch.setattr(sys, "stdout", pipe := Pipe())
    seen: list[str] = []

    async def serve(*_: Any) -> None:
        seen.append(pipe.flushed)

    monkeypatch.setattr(module, "serve", serve)
    module.run(arguments)
    [text] = seen
    assert text.startswith("metrics: no room\nserving http://")


def test_a_service_tells_at_once_why_it_has_no_metrics(
    served: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The reason is seen even if the service then waits for ever."""
    monkeypatch.setattr(sys, "stdout", pipe := Pipe())
    seen: list[str] = []
    monkeypatch.setattr(console.http, "make", lambda *_: seen.append(pipe.flushed))
    monkeypatch.setattr(inbox.http, "make_app", lambda *_: seen.append(pipe.flushed))
    console.run(_arguments(console, "--port", 0))
    inbox.run(_arguments(inbox, "--port", 0, "--smtp-port", 0, "--data", tmp_path))
    assert seen[0] == "metrics: no room\n"
    assert seen[1].endswith("metrics: no room\n")


def test_the_inbox_says_where_it_serves(served: list[Any], capsys: Any, tmp_path: Path) -> None:
    """Both of its ports are free ones when they are 0, and both are printed."""
    words = ("--port", 0, "--smtp-port", 0, "--data", tmp_path)
    assert inbox.run(_arguments(inbox, *words)) == 0
    problem, place = capsys.readouterr().out.splitlines()
    assert problem == "metrics: no room"
    port = r"127\.0\.0\.1:([1-9]\d*)"
    match = re.fullmatch(rf"serving http://{port}/ and mail on {port}", place)
    assert match
    assert match[1] != match[2]
    assert len(served) == 1


def test_the_default_ports_are_white_rooms() -> None:
    """The console is where Grafana would be; the inbox keeps its data by itself."""
    assert _arguments(console).port == 3000
    assert _arguments(inbox).port == 8004
    assert _arguments(inbox).data == default_data(0) / "inbox"


class Scraped:
    """A server that notes how it was made and ends at once."""

    made: tuple[Any, ...] = ()

    def __init__(self, *arguments: Any) -> None:
        Scraped.made = arguments

    def serve_until_signal(self) -> None:
        """End."""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--bearer-token-file", "a", "--basic-auth-file", "b"], "expected one of them"),
        (["--tls-key", "k"], "HTTPS needs both"),
        (["--tls-certificate", "c"], "HTTPS needs both"),
    ],
)
def test_who_may_scrape_is_said_wholly(words: list[str], problem: str) -> None:
    """One way to prove who one is, and a certificate with its key."""
    with pytest.raises(UsageError, match=problem):
        segment_exporter._security(_arguments(segment_exporter, *words))


def test_who_may_scrape(token_file: Callable[[str], Path]) -> None:
    """Everyone by default; with a token or a password only who has it."""
    security = segment_exporter._security(_arguments(segment_exporter))
    assert (security.credentials, security.certificate, security.key) == (None, None, None)
    path = token_file("user:secret")
    bearer = segment_exporter._security(_arguments(segment_exporter, "--bearer-token-file", path))
    basic = segment_exporter._security(_arguments(segment_exporter, "--basic-auth-file", path))
    assert bearer.credentials == Credentials.bearer(path)
    assert basic.credentials == Credentials.basic(path)
    both = ("--tls-key", "k", "--tls-certificate", "c")
    assert segment_exporter._security(_arguments(segment_exporter, *both)).key == Path("k")


@pytest.mark.parametrize("module", [containers, segment_exporter])
def test_exporters_end_with_success(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exporter that was told to end has not failed."""
    monkeypatch.setattr(module, "MetricsServer", Scraped)
    assert module.run(_arguments(module, "--port", 0)) == 0
    assert Scraped.made[:2] == ("127.0.0.1", 0)


def test_a_root_that_is_no_folder_is_named(tmp_path: Path) -> None:
    """The kernel's files are looked for where the options say."""
    with pytest.raises(UsageError, match="found no folder"):
        containers.run(_arguments(containers, "--cgroup-root", tmp_path / "none"))


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What pictures are asked for."""
    requests: list[Any] = []

    def picture(address: str, request: Any, token: str) -> bytes:
        requests.append((address, request, token))
        return b"PNG"

    monkeypatch.setattr(snapshot, "picture", picture)
    return requests


def test_a_snapshot_is_what_was_asked_for(
    pictures: list[Any],
    tmp_path: Path,
    token_file: Callable[[str], Path],
    capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Subject, range, choices and size are passed on, and the file is named that was written."""
    output = tmp_path / "a.png"
    monkeypatch.setattr(snapshot, "_require_subject", lambda *_: None)
    words = ("home", "--var", "job=a=b", "--token-file", token_file(" t \n"), "--output", output)
    assert snapshot.run(_arguments(snapshot, *words)) == 0
    [(address, request, token)] = pictures
    assert (address, token) == ("http://127.0.0.1:3000", "t")
    assert (request.subject, request.choices) == ("home", [("job", "a=b")])
    assert (request.width_px, request.height_px, request.scale) == (1400, None, 1.0)
    assert output.read_bytes() == b"PNG"
    assert capsys.readouterr().out == f"written   {output}\n"
    assert snapshot.run(_arguments(snapshot, "home", "--output", output)) == 0
    assert pictures[1][2] == ""


@pytest.mark.parametrize(
    ("words", "problem"),
    [(("--var", "job"), "expected NAME=VALUE"), (("--token-file", "/nowhere"), "No such file")],
)
def test_what_a_snapshot_can_not_use_is_named(
    pictures: list[Any], words: tuple[str, ...], problem: str
) -> None:
    """An option that says nothing is one of usage."""
    with pytest.raises(UsageError, match=problem):
        snapshot.run(_arguments(snapshot, "home", *words))


def test_a_taken_mail_port_is_named(served: list[Any], tmp_path: Path) -> None:
    """Without its mail server the inbox does not start."""

    async def taken() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            words = ("--port", 0, "--smtp-port", port, "--data", tmp_path)
            with pytest.raises(inbox.ListenError, match=f"127.0.0.1:{port}: can't be listened on"):
                await asyncio.to_thread(inbox.run, _arguments(inbox, *words))

    asyncio.run(taken())
    assert served == []


@pytest.mark.parametrize(("limit", "valid"), [(0, False), (1, True), (2, True)])
def test_a_query_prints_a_line_or_more(
    limit: int, valid: bool, whiteroom: Callable[..., Any]
) -> None:
    """A limit below 1 is refused before anybody is asked; each other one is sent."""
    ran = whiteroom("logql", "query", "--url", "http://127.0.0.1:1", "--limit", limit, "{a='b'}")
    assert ran.status == (1 if valid else 2)
    assert ("expected 1 or more" in ran.err) != valid


def test_labels_are_asked_by_name_and_everything_else_by_a_query(
    whiteroom: Callable[..., Any],
) -> None:
    """`labels` takes the name of a label, if any; other questions take LogQL."""
    at = ("--url", "http://127.0.0.1:1")
    assert "can't be reached" in whiteroom("logql", "labels", *at).err
    with pytest.raises(SystemExit):
        whiteroom("logql", "query", *at)
