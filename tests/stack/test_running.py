"""A whole stack with the reference engine: started, verified, broken, mended, stopped."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from components import postgresql, redis

import whiteroom_monitoring
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.postgresql import CANARY_ROLE, EXPORTER_ROLE
from whiteroom_monitoring.lint.runbooks import markdown
from whiteroom_monitoring.lint.runbooks.markdown import Runbook
from whiteroom_monitoring.resources import share

PACKAGE = Path(whiteroom_monitoring.__file__).parent
# Frames and rate of the stack's JACK server.
CALLBACKS_PER_S = 48_000 / 256
# What a P0 may take: ServiceDown's `for`, one scrape, one evaluation, and its way to the channel.
FOR_S, ENGINE_SCRAPE_S, EVALUATION_S, DELIVERY_S = 60, 10, 10, 10


def _valid(text: str, schema: str) -> Any:
    content = json.loads(text)
    jsonschema.validate(
        content, json.loads((PACKAGE / f"schemas/{schema}.schema.json").read_text())
    )
    return content


def _fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
        return text


def _sample(text: str, series: str) -> float:
    return next(
        float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(series + " ")
    )


def _callbacks(stack) -> float:
    return _sample(_fetch(stack.paths.url("engine", "/metrics")), "audio_callbacks_total")


def _answers(stack, name: str) -> bool:
    component = stack.component(name)
    return bool(component["well"])


def test_everything_is_verified(stack) -> None:
    """Every check of `verify` holds on a fresh stack, in the form that the schema describes."""
    report = _valid(stack.run("verify", "--json"), "checks")
    assert [check["id"] for check in report["checks"] if check["state"] == "failed"] == []
    if not _are_live(report):
        wait_until(lambda: _are_live(_report(stack)), 120, "canaries of the stack's sources")


def _report(stack) -> Any:
    return json.loads(stack.run("verify", "--json", "--wait", "0", check=False))


def _are_live(report: Any) -> bool:
    live = {check["id"] for check in report["checks"] if check["seen"].startswith("live: ")}
    jobs = ("engine", "frontend", "backend", "nginx", "postgresql", "monitoring", "syslog")
    return {f"sources.{job}" for job in jobs} <= live


# Empty on a stack that is young and well: what compares, what looks back, and what needs a report
# or an account that is a day old.
_MAY_BE_EMPTY = re.compile(r"[<>=]=? ?\d|offset|security_|user_retention_ratio|log_pattern_")
_PROMPTS = re.compile(r"`((?:whiteroom (?:status|logs)|curl|top|ss|df|free)\b[^`]*)`")
AUDIT = '{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}\n'


_OF_A_PROCESS = re.compile(r"\$\(((?:whiteroom status --|ss )[^)]*)\)")


def _run(command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a reader of the console's page does, who has `whiteroom` on the PATH."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "PATH": programs},
    )


def _commands(runbook: Runbook) -> list[str]:
    """Return what a runbook tells its reader to run, to look at things."""
    blocks = [
        block.text
        for block in runbook.blocks
        if block.language == "sh" and not block.acts and block.part != "Try it"
    ]
    return blocks + _PROMPTS.findall(runbook.text.partition("## Then")[0])


def _failed_commands(books: list[Runbook]) -> list[str]:
    """Run each command of the runbooks once, and return what failed."""
    failed = []
    for command in dict.fromkeys(command for book in books for command in _commands(book)):
        done = _run(command)
        # head ends a pipe early.
        if done.returncode not in (0, 128 + signal.SIGPIPE):
            failed.append(f"{command}: {done.returncode}: {done.stderr[-200:]}")
    return failed


def _books(stack) -> list[Runbook]:
    """Return the runbooks as the console shows them, with this stack's places."""
    written = markdown.paths(share("infrastructure/monitoring/runbooks"))
    return [markdown.read(stack.paths.config / "runbooks" / path.name) for path in written]


def test_amtool_asks_alertmanager_with_the_password(stack) -> None:
    """The commands of the docs name a file, with which amtool is let in, wherever one is."""
    place = f"--alertmanager.url={stack.paths.url('alertmanager')}"
    secret = f"--http.config.file={stack.paths.secrets}/amtool.yml"
    done = _run(f"cd / && amtool silence query {place} {secret}")
    assert (done.returncode, done.stderr) == (0, "")
    assert _run(f"amtool silence query {place}").returncode != 0


def test_what_a_runbook_ends_is_a_process_of_this_stack(stack) -> None:
    """Each command that ends or stops a process finds one, of this stack and of no other."""
    ours = {str(process.pid) for process in processes.of_stack(stack.paths.data)}
    there = {component["name"] for component in stack.status()["components"]}
    commands = {command for book in _books(stack) for command in _OF_A_PROCESS.findall(book.text)}
    wanted = {
        command
        for command in commands
        if (name := command.partition("--pid ")[2]) in there or not name
    }
    assert len(wanted) >= 8
    pids_of = {command: _run(command).stdout.split() for command in sorted(wanted)}
    assert {c: pids for c, pids in pids_of.items() if len(pids) != 1 or not set(pids) <= ours} == {}


def _silent_queries(stack, books: list[Runbook]) -> list[str]:
    """Ask what the runbooks tell their readers to ask, and return what has no answer."""
    prometheus = access.prometheus(stack.paths)
    return [
        f"{book.title}: {query}"
        for book in books
        for block in book.blocks
        if block.language == "promql"
        for _, query in block.queries
        if not prometheus.query(query) and not _MAY_BE_EMPTY.search(query)
    ]


def test_runbooks_say_what_works(stack, tmp_path: Path) -> None:
    """Every command that a runbook gives to look at things ends well, and every query has an
    answer; one that is misspelt does not."""
    (stack.paths.data / "audit-report.json").write_text(AUDIT)
    books = _books(stack)
    assert _failed_commands(books) == []
    # A rate needs two scrapes.
    wait_until(lambda: not _silent_queries(stack, books), 60, "an answer to every query")
    broken = tmp_path / "Broken.md"
    broken.write_text("# Broken\n```sh\nls /no/such/file\n```\n```promql\nno_such_metric\n```\n")
    bad = [markdown.read(broken)]
    assert len(_failed_commands(bad)) == len(_silent_queries(stack, bad)) == 1


def test_status_is_what_the_schema_says(stack) -> None:
    """`status --json` has the documented form, and every component is well."""
    content = _valid(stack.run("status", "--json"), "status")
    assert content["ok"]
    assert content["with_app"]
    # Where there is no Swift, the engine runs alone.
    assert content["left_out"].keys() <= {"frontend", "journald"}
    assert all(component["version"] for component in content["components"])


def test_nothing_listens_beyond_loopback(stack) -> None:
    """Every listening socket of the stack's processes is bound to 127.0.0.1."""
    ours = {process.pid for process in processes.of_stack(stack.paths.data)}
    inodes = set()
    for pid in ours:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.add(link.readlink().name)
            except OSError:
                continue
    addresses = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            listens = table.startswith("udp") or fields[3] == "0A"
            if listens and f"socket:[{fields[9]}]" in inodes:
                addresses.add(fields[1].partition(":")[0])
    assert addresses == {"0100007F"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("postgresql", "postgres"),
        ("redis", "redis"),
        ("nginx", "www-data"),
        ("node-exporter", "prometheus"),
        ("postgres-exporter", "prometheus"),
        ("redis-exporter", "prometheus"),
        ("nginx-exporter", "prometheus"),
    ],
)
def test_least_rights(stack, name: str, user: str) -> None:
    """What needs no rights of root's has none, and sees no secret."""
    pid = stack.component(name)["pid"]
    assert pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name == user
    status = Path(f"/proc/{pid}/status").read_text()
    assert "CapEff:\t0000000000000000\n" in status
    secret = next(stack.paths.secrets.iterdir())
    done = subprocess.run(["test", "-r", secret], user=user, group=user, check=False)
    assert done.returncode == 1


def test_exporter_may_look_and_not_touch(stack) -> None:
    """The exporters' roles, and that of canaries, can't change what they watch."""
    places = Placeholders(stack.paths, None)
    user = {"user": "prometheus", "group": "prometheus"} if os.getuid() == 0 else {}
    changes = ("DELETE FROM accounts", "CREATE TABLE public.t (i int)")
    for role, account, statements in (
        (EXPORTER_ROLE, user, changes),
        (CANARY_ROLE, {}, (*changes, "SELECT * FROM accounts")),
    ):
        for statement in statements:
            done = subprocess.run(
                ["psql", places.fill(postgresql.connection(role)), "-c", statement],
                capture_output=True,
                text=True,
                check=False,
                **account,
            )
            assert "permission denied" in done.stderr
    cli = [
        "redis-cli",
        "-s",
        places.fill(redis.SOCKET),
        "--user",
        redis.EXPORTER_USER,
        "--pass",
        "none",
    ]
    for command in (["flushall"], ["get", "a"], ["set", "a", "1"]):
        said = subprocess.run(
            [*cli, "--no-auth-warning", *command],
            capture_output=True,
            text=True,
            check=False,
            **user,
        )
        assert "NOPERM" in said.stdout


def test_up_twice_changes_nothing(stack) -> None:
    """A second `up` leaves every process alone and is green at once."""
    before = {c["name"]: c["pid"] for c in stack.status()["components"]}
    content = _valid(stack.run("up", "--json"), "status")
    assert {c["name"]: c["pid"] for c in content["components"]} == before
    assert content["seconds"] < 10


def test_logs_show_what_a_component_printed(stack) -> None:
    """`logs` prints the component's own lines; the engine's are JSON with time and level."""
    lines = _valid(stack.run("logs", "engine", "--json"), "logs")["lines"]
    entries = [json.loads(line) for line in lines]
    assert {"time", "level", "message"} <= entries[0].keys()
    assert any(entry["message"] == "playing" for entry in entries)


def test_killed_engine_loses_no_count(stack) -> None:
    """A killed engine's counts are exposed until the new one goes on from them; no rate jumps."""
    before = _callbacks(stack)
    killed = stack.kill("engine")
    exporter = stack.paths.url("segment-exporter", "/metrics")
    wait_until(
        lambda: (
            "audio_callbacks_total " in _fetch(exporter)
            or stack.component("engine")["pid"] not in (None, killed)
        ),
        10,
        "the killed engine's counters",
    )
    wait_until(lambda: _answers(stack, "engine"), 30, "the engine is back")
    after = _callbacks(stack)
    uptime = stack.component("engine")["uptime_seconds"] + 1
    assert after >= before
    # Each callback is counted once: what was before, and what happened since.
    assert after - before < CALLBACKS_PER_S * (uptime + 15)
    assert stack.component("engine")["restarts"] >= 1
    wait_until(lambda: _rate(stack) is not None, 40, "a rate over the kill")
    rate = _rate(stack)
    assert rate is not None
    assert rate < CALLBACKS_PER_S * 1.1


def _rate(stack) -> float | None:
    query = 'max_over_time(rate(audio_callbacks_total{job="juce-backend"}[30s])[1m:5s])'
    return access.prometheus(stack.paths).value(query)


def test_killed_components_come_back(stack) -> None:
    """Components that are killed at once are started again, and `status` counts it of each."""
    before = {c["name"]: c for c in stack.status()["components"]}
    # Killing the engine has a test of its own.
    killed = before.keys() - {"engine", "frontend"}
    for name in killed:
        os.kill(before[name]["pid"], signal.SIGKILL)

    def missing() -> set[str]:
        components = stack.status()["components"]
        return {
            c["name"] for c in components if c["restarts"] == before[c["name"]]["restarts"]
        } & killed

    wait_until(lambda: not missing(), 30, missing)
    wait_until(lambda: stack.status()["ok"], 30, "every component is well")


def test_invalid_configuration_leaves_the_stack_alone(stack, tmp_path: Path) -> None:
    """`up` names every diagnostic of a broken rule file, and the last good configuration stays."""
    folder = tmp_path / "monitoring"
    shutil.copytree(share("infrastructure/monitoring"), folder)
    rules = folder / "prometheus/rules/machine.yml"
    rules.write_text(rules.read_text().replace("for: ", "for: soon", 1))
    said = stack.run("up", "--config", str(folder), check=False)
    assert "machine.yml:" in said
    assert stack.status()["ok"]
    loaded = access.prometheus(stack.paths).get("status/config")["yaml"]
    assert "soon" not in loaded


def test_refused_configuration_is_taken_back(stack, tmp_path: Path, monkeypatch) -> None:
    """What only Prometheus itself finds out, at its reload, is taken back: the next start, too,
    reads the last good configuration."""
    folder = tmp_path / "monitoring"
    shutil.copytree(share("infrastructure/monitoring"), folder)
    path = folder / "prometheus/prometheus.yml"
    path.write_text(path.read_text() + "\nno_such_setting: 1\n")
    before = stack.paths.config.resolve()
    # Without promtool on the PATH, nobody can tell before.
    monkeypatch.setenv("PATH", "/nowhere")
    said = stack.run("up", "--config", str(folder), check=False)
    assert "prometheus did not take over its configuration" in said
    assert stack.paths.config.resolve() == before
    assert stack.status()["ok"]


def test_killed_supervisor_is_seen_and_replaced(stack) -> None:
    """Without its supervisor the stack is shown as orphaned; `up` brings order, counts go on."""
    before = _callbacks(stack)
    supervisor = stack.status()["supervisor_pid"]
    os.kill(supervisor, signal.SIGKILL)
    content = stack.status()
    assert not content["ok"]
    assert content["supervisor_pid"] is None
    assert {component["state"] for component in content["components"]} == {"orphaned"}
    stack.run("up")
    assert stack.status()["supervisor_pid"] not in (None, supervisor)
    assert _callbacks(stack) >= before


def test_engine_down_pages_and_resolves(stack) -> None:
    """ServiceDown of a killed engine that stays down is in its channel within `for`, a scrape, an
    evaluation and 10 s, as one incident, even if the front end that hosts it is down with it; once
    the engine is back, so is the resolution."""
    stack.run("up", "--no-restart", "engine")
    wait_until(lambda: stack.status()["ok"], 30, "every component is well")
    before = {incident["id"] for incident in _incidents(stack)}

    def new_incidents() -> list[dict[str, Any]]:
        return [i for i in _incidents(stack) if i["id"] not in before]

    stack.kill("engine")
    killed = datetime.now(UTC)
    wait_until(lambda: bool(new_incidents()), 120, "ServiceDown in the inbox")
    (opened,) = new_incidents()
    assert " is down" in opened["title"]
    took = datetime.fromisoformat(opened["first"]) - killed
    assert took.total_seconds() <= FOR_S + ENGINE_SCRAPE_S + EVALUATION_S + DELIVERY_S
    assert stack.component("engine")["state"] == "stopped"
    stack.run("up")
    wait_until(lambda: {i["state"] for i in new_incidents()} == {"resolved"}, 100, "its resolution")
    assert len(new_incidents()) == 1


def _incidents(stack) -> list[dict[str, Any]]:
    answer = _fetch(stack.paths.url("inbox", "/api/incidents"))
    incidents: list[dict[str, Any]] = json.loads(answer)["incidents"]
    return incidents


def test_down_leaves_nothing(stack) -> None:
    """`down` leaves no process, no port and no shared memory; a second one has nothing to do."""
    content = _valid(stack.run("down", "--json"), "down")
    assert "prometheus" in content["stopped"]
    assert stack.leftovers() == []
    assert _valid(stack.run("down", "--json"), "down")["stopped"] == []
    assert "nothing runs" in stack.run("status", check=False)
