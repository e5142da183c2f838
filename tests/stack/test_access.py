"""Prometheus and Alertmanager tell strangers nothing, and secrets stay where they are."""

from __future__ import annotations

import base64
import http.client
import json
import re
import stat
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from tests.support.http import get_text
from tests.support.projects import WHITE_ROOM
from tests.support.wait import wait_until
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.component import APP_ACCOUNT
from whiteroom_monitoring.deploy.host import accounts, processes

# The second is none of ours: whoever starts the stack may have it in the environment.
MARKED = {
    "GRAFANA_ADMIN_PASSWORD": "marked-grafana-0123456789abcdef",
    "AWS_SECRET_ACCESS_KEY": "marked-foreign-0123456789abcdef",
}
SILENCE = {
    "matchers": [{"name": "alertname", "value": ".+", "isRegex": True}],
    "startsAt": "2026-01-01T00:00:00Z",
    "endsAt": "2099-01-01T00:00:00Z",
    "createdBy": "a page elsewhere",
    "comment": "quiet",
}


@pytest.fixture(scope="module")
def stack(make_stack: Callable[[], Any]) -> Iterator[Any]:
    """The monitoring alone, started by somebody with secrets in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, secret in MARKED.items():
            patch.setenv(name, secret)
        made = make_stack()
        made.run("up", "--without-app")
        yield made


def ask(stack: Any, name: str, method: str, path: str, body: bytes | None = None) -> int:
    """Return the status that a stranger's request gets."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.paths.port(name), timeout=20)
    headers = {"Content-Type": "application/json", "Origin": "http://evil.example"}
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("prometheus", "GET", "/api/v1/query?query=up"),
        ("prometheus", "GET", "/metrics"),
        ("prometheus", "POST", "/-/quit"),
        ("alertmanager", "GET", "/api/v2/alerts"),
        ("alertmanager", "POST", "/api/v2/silences"),
        ("alertmanager", "OPTIONS", "/api/v2/silences"),
        ("alertmanager", "POST", "/-/reload"),
        ("reconciler", "GET", "/api/v2/silences"),
        ("reconciler", "DELETE", "/api/v2/silence/0"),
    ],
)
def test_strangers_are_refused(stack: Any, name: str, method: str, path: str) -> None:
    """Without the password, nothing is read and nothing is changed."""
    body = json.dumps(SILENCE).encode() if "silences" in path else None
    assert ask(stack, name, method, path, body) in (401, 403)
    assert access.alertmanager(stack.paths).silences() == []


def test_the_console_is_the_door(stack: Any) -> None:
    """The console reads both, and Prometheus scrapes itself and Alertmanager."""
    home = json.loads(get_text(stack.paths.url("console", "/api/home")))
    assert home["dashboards"]
    alerts = json.loads(get_text(stack.paths.url("console", "/api/alerts")))
    assert alerts["silences"] == []
    jobs = access.prometheus(stack.paths).query('up{job=~"prometheus|alertmanager"} == 1')
    assert {labels["job"] for labels, _ in jobs} == {"prometheus", "alertmanager"}


def test_verify_holds_it(stack: Any) -> None:
    """`whiteroom verify` says that strangers are refused, and that no process tells a secret."""
    printed = stack.run("verify", "--json", "--wait", "0", check=False)
    report, _ = json.JSONDecoder().raw_decode(printed)
    states = {
        check["id"]: check["state"] for check in report["checks"] if check["area"] == "access"
    }
    names = ("access.passwords", "access.secrets", "access.processes")
    assert states == dict.fromkeys(names, "ok")


@pytest.mark.skipif(not accounts.can_confine(), reason="only root can give root's rights away")
def test_what_needs_no_right_of_root_has_none(stack: Any) -> None:
    """What strangers reach and what reads their content has an account of its own, no capability,
    a way to none, and no access to what others have."""
    pids = {p.component: p.pid for p in processes.of_stack(stack.paths.data)}
    names = ("prometheus", "alertmanager", "inbox", "console", "reconciler", "log-store")
    may_have = accounts.can_separate(WHITE_ROOM.file, stack.paths.data)
    user = psutil.Process(pids["segment-exporter"]).username()
    assert user == (APP_ACCOUNT if may_have else "root")
    for name in names:
        status = Path(f"/proc/{pids[name]}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        capabilities = {int(fields[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh")}
        assert (name, capabilities, fields["NoNewPrivs"].strip()) == (name, {0}, "1")
        user = psutil.Process(pids[name]).username()
        assert user == (account_of(name) if may_have else "root")
        if may_have:
            foreign = [
                stack.paths.secrets,
                *(stack.paths.data / other for other in names if other != name),
                *(stack.paths.credentials_of(other) for other in names if other != name),
            ]
            assert opened(name, foreign) == opens(name, stack)


def account_of(name: str) -> str:
    """Return the account of a component."""
    return "whiteroom-logs" if name == "log-store" else f"whiteroom-{name}"


def opened(name: str, folders: list[Path]) -> list[str]:
    """Return which of the folders the account of a component can list."""
    command = [
        *accounts.confinement(account_of(name)),
        "/usr/bin/find",
        *map(str, folders),
        "-maxdepth",
        "1",
    ]
    listed = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/").stdout
    return [str(folder) for folder in folders if f"{folder}/" in listed]


def opens(name: str, stack: Any) -> list[str]:
    """Return what a component may list of others': what was told, of which both keep a journal."""
    others = {"reconciler": ["alertmanager"], "alertmanager": ["reconciler"]}
    return [str(stack.paths.data / other) for other in others.get(name, [])]


def secrets_of(stack: Any) -> dict[str, str]:
    """Return every secret of the stack, and the marked ones, by where it comes from."""
    files = {
        path.name: path.read_text().strip()
        for path in stack.paths.secrets.rglob("*_password")
        if path.read_text().strip() != "inbox"
    }
    assert {"prometheus_password", "alertmanager_password"} <= files.keys()
    return {**files, **MARKED}


def test_secrets_are_nowhere_else(stack: Any) -> None:
    """No process, no file but the secrets' own, no log, no page and no answer holds a secret."""
    assert telling(stack) == []


@pytest.mark.long
def test_secrets_are_nowhere_else_with_the_app(make_stack: Callable[[], Any]) -> None:
    """The same of every process, file and page of the reference app."""
    with pytest.MonkeyPatch.context() as patch:
        for name, secret in MARKED.items():
            patch.setenv(name, secret)
        made = make_stack()
        made.run("up")
    try:
        pages = [("backend", "/metrics"), ("engine", "/metrics"), ("web", "/api/v1/instruments")]
        assert telling(made, pages) == []
    finally:
        made.run("down")


def telling(stack: Any, pages: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """Return which places of a stack tell which secret."""
    secrets = secrets_of(stack)
    told: dict[str, str] = {}
    for process in processes.of_stack(stack.paths.data):
        running = psutil.Process(process.pid)
        told[f"environment of {process}"] = repr(running.environ())
        told[f"arguments of {process}"] = repr(running.cmdline())
    own = {stack.paths.secrets, stack.paths.credentials}
    for path in stack.paths.data.rglob("*"):
        if path.is_file() and not own & {*path.parents}:
            told[str(path)] = path.read_bytes().decode("latin-1")
    for name, path in (
        *(("console", path) for path in ("/", "/api/home", "/api/targets", "/api/alerts")),
        *(("inbox", path) for path in ("/", "/api/messages", "/metrics")),
        *(("segment-exporter", path) for path in ("/metrics",)),
        *pages,
    ):
        told[f"{name} {path}"] = answered(stack.paths.url(name, path))
    for name, path in (
        ("prometheus", "/api/v1/status/config"),
        ("prometheus", "/api/v1/status/flags"),
        ("alertmanager", "/api/v2/status"),
    ):
        told[f"{name} {path}"] = access.client(stack.paths, name).get_text(path)
    assert len(told) > 50
    return [
        (place, name)
        for place, text in told.items()
        for name, secret in secrets.items()
        if secret in text
    ]


def answered(url: str) -> str:
    """Return an answer, a refusal included."""
    try:
        return get_text(url)
    except urllib.error.HTTPError as error:
        return error.read().decode()


def test_passwords_last(stack: Any) -> None:
    """A second `up` keeps the passwords, so that nothing that has them is locked out."""
    before = secrets_of(stack)
    stack.run("up", "--without-app")
    assert secrets_of(stack) == before
    for name in access.GUARDED:
        for path in (access.password_file(stack.paths, name), access.web_file(stack.paths, name)):
            assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0


def test_links_lead_to_the_console(stack: Any) -> None:
    """The source of an alert, and what a page links to, are pages of the console."""
    console = stack.paths.url("console")
    alertmanager = access.alertmanager(stack.paths)
    wait_until(alertmanager.alerts, 150, "an alert: the Watchdog always fires")
    source = alertmanager.alerts()[0]["generatorURL"]
    assert source.startswith(f"{console}/graph?g0.expr=")
    with urllib.request.urlopen(source, timeout=20) as answer:
        assert answer.url.startswith(f"{console}/explore?expr=")
        assert answer.status == 200
    labels = {"alertname": "LinksLeadToTheConsole", "priority": "P0", "service": "test"}
    alertmanager.post_alerts([{"labels": labels, "annotations": {"summary": "a page"}}])

    def pages() -> list[Any]:
        messages = json.loads(get_text(stack.paths.url("inbox", "/api/messages")))["messages"]
        return [message for message in messages if labels["alertname"] in json.dumps(message)]

    wait_until(pages, 60, "the page")
    text = json.dumps(pages())
    assert f"{console}/" in text
    for name in ("prometheus", "alertmanager"):
        assert stack.paths.url(name) not in text


def test_grafana_is_let_in(stack: Any) -> None:
    """The credentials of the provisioned data sources open Prometheus and Alertmanager."""
    file = stack.paths.config / "grafana/provisioning/datasources/whiteroom.yml"
    sources = {each["uid"]: each for each in yaml.safe_load(file.read_text())["datasources"]}
    for name, path in (("prometheus", "/api/v1/targets"), ("alertmanager", "/api/v2/alerts")):
        source = sources[name]
        secret = re.fullmatch(r"\$__file{(.*)}", source["secureJsonData"]["basicAuthPassword"])
        assert secret
        assert source["basicAuth"] is True
        shown = f"{source['basicAuthUser']}:{Path(secret[1]).read_text()}".encode()
        for credentials, status in ((shown, 200), (shown + b"x", 401)):
            header = f"Basic {base64.b64encode(credentials).decode()}"
            client = HttpClient(name, source["url"], authorization=header)
            assert client.get_status(path) == status
