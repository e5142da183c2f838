"""What the Docker API says is used, and what it says oddly does no harm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from whiteroom_monitoring.exporters.containers import docker_api as engine_module
from whiteroom_monitoring.exporters.containers.docker_api import Engine, EngineError

KEY = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
PATH = f"/system.slice/docker-{KEY}.scope"
LIST = "/containers/json"


def identities(samples) -> set[tuple[str, str, str]]:
    series = samples.get("container_last_seen", [])
    return {(labels["id"], labels["image"], labels["name"]) for labels, _ in series}


@pytest.fixture
def host(machine, engine):
    """A machine with one container that the engine calls ``web``."""
    host = machine("v2", engine.path)
    host.container(PATH)
    engine.add(KEY, "web", 100)
    return host


def test_names(host) -> None:
    """Name, image and start come from the engine; the id stays the path of the cgroup."""
    samples = host.scrape()
    assert identities(samples) == {(PATH, "shop/web:1", "web")}
    assert samples["container_start_time_seconds"][0][1] == 1759996800.5
    assert samples["container_scrape_error"] == [({}, 0)]


def test_details_are_asked_once(host, engine) -> None:
    """A container is inspected at its first scrape and after each start; its name is never old."""
    host.scrape()
    engine.containers[KEY] = ("renamed", engine.containers[KEY][1])
    assert identities(host.scrape()) == {(PATH, "shop/web:1", "renamed")}
    assert engine.asked == [LIST, f"/containers/{KEY}/json", LIST]
    host.end(PATH)
    host.container(PATH, pid=101, ticks=9000)
    engine.add(KEY, "web", 101, RestartCount=1)
    samples = host.scrape()
    assert engine.asked[3:] == [LIST, f"/containers/{KEY}/json"]
    labels = {"image": "shop/web:1", "name": "web"}
    assert samples["whiteroom_container_restarts_total"] == [(labels, 1)]


def test_container_without_process(host, engine) -> None:
    """A container that waits for its restart has no figures but the count of its restarts."""
    host.end(PATH)
    engine.add(KEY, "web", 0, RestartCount=4)
    labels = {"image": "shop/web:1", "name": "web"}
    assert host.scrape() == {
        "whiteroom_container_restarts_total": [(labels, 4)],
        "container_scrape_error": [({}, 0)],
    }


def test_both_sources(host) -> None:
    """A container that the engine does not know is shown too, by its cgroup."""
    host.container(f"/kubepods/besteffort/pod1/{OTHER}", pid=200)
    assert identities(host.scrape()) == {
        (PATH, "shop/web:1", "web"),
        (f"/kubepods/besteffort/pod1/{OTHER}", "", ""),
    }


def test_process_of_another(host, engine) -> None:
    """A process whose cgroup is not the container's, as a distant engine names it, is not shown."""
    engine.add(OTHER, "distant", 1)
    assert identities(host.scrape()) == {(PATH, "shop/web:1", "web")}


def test_container_ends_before_it_is_inspected(host, engine) -> None:
    """A container that is listed and then not found is no error."""
    host.end(PATH)
    engine.answers[f"/containers/{KEY}/json"] = lambda handler: engine.respond(handler, {}, 404)
    assert host.scrape() == {"container_scrape_error": [({}, 0)]}


def hang(engine, handler) -> None:
    engine.stopping.wait(5)


def drip(engine, handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while not engine.stopping.wait(0.02):
        handler.wfile.write(b" ")


def drip_to_the_end(engine, handler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while not engine.stopping.wait(0.02):
        handler.wfile.write(b" ")


def hang_up(engine, handler) -> None:
    handler.close_connection = True


def chunked(engine, handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    body = f'[{{"Id": "{KEY}", "Names": ["/web"]}}]'.encode()
    for part in (body[:7], body[7:], b""):
        handler.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")


ODD = {
    "malformed": (lambda engine, handler: engine.respond(handler, b"[{"), "expected JSON"),
    "status 500": (
        lambda engine, handler: engine.respond(handler, {"message": "no"}, 500),
        "found 'status 500', expected status 200",
    ),
    "no list": (lambda engine, handler: engine.respond(handler, {}), "expected a list"),
    "no Id": (lambda engine, handler: engine.respond(handler, [{}]), "expected an Id"),
    "odd names": (
        lambda engine, handler: engine.respond(handler, [{"Id": KEY, "Names": 7}]),
        "expected Names as a list",
    ),
    "hang": (hang, "no answer in time"),
    "drip": (drip, "no answer in time"),
    "drip to the end": (drip_to_the_end, "no answer in time"),
    "deep": (lambda engine, handler: engine.respond(handler, b"[" * 99999), "expected JSON"),
    "hang up": (hang_up, "Remote end closed connection"),
}


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits for the engine."""
    monkeypatch.setattr(engine_module, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(engine_module, "CONVERSATION_SECONDS", 0.5)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("oddity", ODD)
def test_odd_answer(host, engine, oddity: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An odd answer ends soon, is said, and takes no name that was known before."""
    answer, expected = ODD[oddity]
    engine.answers[LIST] = lambda handler: answer(engine, handler)
    unknown = host.scrape()
    assert identities(unknown) == {(PATH, "", "")}
    assert unknown["container_scrape_error"] == [({}, 1)]
    assert expected in capsys.readouterr().err
    del engine.answers[LIST]
    host.scrape()
    engine.answers[LIST] = lambda handler: answer(engine, handler)
    begin = time.monotonic()
    assert identities(host.scrape()) == {(PATH, "shop/web:1", "web")}
    assert time.monotonic() - begin < 2


def test_chunked_answer(host, engine) -> None:
    """An answer in chunks is an answer."""
    engine.answers[LIST] = lambda handler: chunked(engine, handler)
    assert identities(host.scrape()) == {(PATH, "shop/web:1", "web")}


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("oddity", ["malformed", "status 500", "no list", "hang", "hang up"])
def test_odd_details(host, engine, oddity: str) -> None:
    """A container that can't be inspected hides no other, and is not shown without its name."""
    host.container(f"/docker/{OTHER}", pid=200)
    engine.add(OTHER, "other", 200)
    odd = f"/containers/{KEY}/json"
    engine.answers[odd] = lambda handler: ODD[oddity][0](engine, handler)
    samples = host.scrape()
    assert identities(samples) == {(f"/docker/{OTHER}", "shop/web:1", "other")}
    assert samples["container_scrape_error"] == [({}, 1)]


def test_no_socket(tmp_path: Path) -> None:
    """A socket that nobody serves is an error that names it."""
    path = tmp_path / "none.sock"
    message = f"{path}: /containers/json: .*--docker-socket"
    with Engine(path) as engine, pytest.raises(EngineError, match=message):
        engine.names()


DEFAULTS = [
    ({"DOCKER_HOST": "unix:///run/other.sock"}, "/run/other.sock"),
    ({"DOCKER_HOST": "tcp://127.0.0.1:2375"}, "second"),
    ({}, "second"),
]


@pytest.mark.parametrize(("environment", "expected"), DEFAULTS)
def test_default_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    """DOCKER_HOST goes before the usual sockets, of which the first that exists is taken."""
    second = tmp_path / "second"
    second.touch()
    monkeypatch.setattr(engine_module, "SOCKETS", (tmp_path / "first", second))
    assert engine_module.default_socket(environment) == tmp_path / expected


NAMES = ['quo"te', "back\\slash", "new\nline", "ünïcode", "half \ud800 pair"]


@pytest.mark.parametrize("name", NAMES)
def test_label_values(host, engine, name: str) -> None:
    """Whatever a name holds, Prometheus reads it back; what UTF-8 can't carry becomes "?"."""
    engine.add(KEY, name, 100)
    readable = name.replace("\ud800", "?")
    assert identities(host.scrape()) == {(PATH, "shop/web:1", readable)}
