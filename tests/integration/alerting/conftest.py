"""Real programs for the tests of alerts: an inbox, and Alertmanagers of two generations."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.http import get_json
from tests.support.ports import free_ports
from tests.support.projects import WHITE_ROOM
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy import credentials
from whiteroom_monitoring.deploy.configuration import config
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.registry import load, port_numbers
from whiteroom_monitoring.resources import share

# The release of Debian whose Prometheus is 3.x and whose Alertmanager is 0.33.
NEWER_RELEASE = "forky"
NEWER_PACKAGES = ("prometheus", "promtool", "prometheus-alertmanager")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DOWNLOAD_S = 120
DEADLINE_S = 20


@dataclass(frozen=True)
class Programs:
    """One generation of the programs that judge and send alerts."""

    promtool: str
    amtool: str
    alertmanager: str


def _installed() -> Programs:
    paths = [
        shutil.which("promtool"),
        shutil.which("amtool"),
        shutil.which("prometheus-alertmanager") or shutil.which("alertmanager"),
    ]
    return Programs(*(program or "" for program in paths))


def _unpacked(folder: Path) -> Programs:
    """Download and unpack the newer programs; raise OSError where they can't be had."""
    format_ = "$(REPO_URI)"
    listed = _run("apt-get", "indextargets", "--format", format_, "Label: Debian").split()
    if not listed or not KEYRING.is_file():
        raise OSError("apt knows no package source of Debian's")
    (folder / "lists/partial").mkdir(parents=True)
    (folder / "cache/archives/partial").mkdir(parents=True)
    (folder / "sources.list").write_text(
        f"deb [signed-by={KEYRING}] {listed[0]} {NEWER_RELEASE} main\n"
    )
    options = [
        *("-o", f"Dir::Etc::SourceList={folder}/sources.list", "-o", "Dir::Etc::SourceParts=-"),
        *("-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"),
        # As root, apt fetches as a user who may not write here.
        *("-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=0"),
    ]
    _run("apt-get", *options, "update")
    _run("apt-get", *options, "download", *NEWER_PACKAGES, folder=folder)
    for package in folder.glob("*.deb"):
        _run("dpkg", "-x", str(package), str(folder / "root"))
    programs = folder / "root/usr/bin"
    names = ("promtool", "amtool", "prometheus-alertmanager")
    return Programs(*(str(programs / name) for name in names))


def _run(*command: str, folder: Path | None = None) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=DOWNLOAD_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise OSError(f"{command[0]}: no answer within {DOWNLOAD_S} s") from error
    if done.returncode != 0:
        raise OSError(f"{' '.join(command[:1])}: {done.stderr.strip()[-200:]}")
    return done.stdout


@pytest.fixture(scope="session")
def newer() -> Iterator[Programs]:
    """Prometheus 3.x and Alertmanager 0.33 from a later Debian, installed nowhere."""
    folder = Path(tempfile.mkdtemp(prefix="whiteroom-newer-"))
    try:
        programs = _unpacked(folder)
        _run(programs.promtool, "--version")
    except OSError as error:
        shutil.rmtree(folder)
        pytest.skip(f"Prometheus 3.x and Alertmanager 0.33 can't be had here: {error}")
    yield programs
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def installed() -> Programs:
    """The programs of this machine: Prometheus 2.42 and Alertmanager 0.25 on Debian 12."""
    return _installed()


@pytest.fixture(params=["installed", "newer"])
def programs(request: pytest.FixtureRequest) -> Programs:
    """Each generation in turn."""
    programs: Programs = request.getfixturevalue(request.param)
    return programs


@dataclass
class Way:
    """A real Alertmanager, and a real inbox in the place of all channels."""

    alertmanager: str
    inbox: str
    log: Path
    # Ends Alertmanager without a word, and starts it again with the same data.
    kill: Callable[[], None]
    restart: Callable[[], None]
    data: Path
    config: Path

    def send(self, *alerts: dict[str, Any]) -> None:
        """Give ``alerts`` to Alertmanager, as Prometheus does."""
        request = urllib.request.Request(
            f"{self.alertmanager}/api/v2/alerts",
            json.dumps(alerts).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()

    def messages(self, search: str = "", channel: str = "") -> list[dict[str, Any]]:
        """Return what the inbox has received, oldest first."""
        url = f"{self.inbox}/api/messages?limit=500&search={search}&channel={channel}"
        messages: list[dict[str, Any]] = get_json(url)["messages"]
        return messages[::-1]

    def incidents(self) -> list[dict[str, Any]]:
        """Return the incidents that PagerDuty would have."""
        incidents: list[dict[str, Any]] = get_json(f"{self.inbox}/api/incidents")["incidents"]
        return incidents


Open = Callable[..., Way]


@pytest.fixture
def open_way(tmp_path: Path) -> Iterator[Open]:
    """Start an inbox and an Alertmanager with a configuration that leads to it."""
    started: list[subprocess.Popen[bytes]] = []
    segments = Path(tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm"))

    def start(log: Path, *command: str) -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            started.append(subprocess.Popen(command, stdout=out, stderr=out, cwd=tmp_path))
        return started[-1]

    def run(programs: Programs, configure: Callable[[int, int], Path]) -> Way:
        port, smtp_port, manager_port = free_ports(3)
        url, config_file = f"http://127.0.0.1:{manager_port}", configure(port, smtp_port)
        command = (
            programs.alertmanager,
            f"--config.file={config_file}",
            f"--storage.path={tmp_path / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{manager_port}",
            f"--web.external-url={url}/",
            "--cluster.listen-address=",
            "--data.maintenance-interval=1s",
        )

        def kill() -> None:
            started[-1].kill()
            started[-1].wait(timeout=DEADLINE_S)

        def restart() -> None:
            start(way.log, *command)
            wait_until(lambda: _answers(f"{url}/-/ready"), DEADLINE_S, "Alertmanager")

        way = Way(
            url,
            f"http://127.0.0.1:{port}",
            tmp_path / "alertmanager.log",
            kill,
            restart,
            tmp_path / "alertmanager",
            config_file,
        )
        start(
            tmp_path / "inbox.log",
            *(sys.executable, "-m", "whiteroom_monitoring", "inbox", "--port", str(port)),
            *("--smtp-port", str(smtp_port), "--data", str(tmp_path / "inbox")),
            *("--segments", str(segments)),
        )
        restart()
        wait_until(lambda: _answers(f"{way.inbox}/-/healthy"), DEADLINE_S, "the inbox")
        return way

    yield run
    for process in started:
        process.kill()
        process.wait(timeout=DEADLINE_S)
    shutil.rmtree(segments)


# Times are a hundredth of the real ones or less; a group is sent again after its interval.
WAITS = {"group_wait": "500ms", "group_interval": "1s", "repeat_interval": "3s"}
Change = Callable[[dict[str, Any]], None]


def _configure(folder: Path, change: Change, given: set[str], port: int, smtp_port: int) -> Path:
    """Write the committed configuration for an inbox at these ports, with short waits."""
    components = load(WHITE_ROOM)
    paths = StackPaths(folder / "data", 0, port_numbers(components))
    credentials.store(paths, {})
    for path in paths.secrets.iterdir():
        path.write_text(path.read_text().replace(":8004", f":{port}"))
    wanted = {component.name: component.secrets for component in components if component.secrets}
    # Nobody asks for a password here.
    there = [name for name in wanted["alertmanager"] if (paths.secrets / name).exists()]
    credentials.hand_out(paths, {"alertmanager": there}, {})
    files = config.render(WHITE_ROOM, paths, components, {"prometheus"}, given).files
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(":8004", f":{port}").replace(":8025", f":{smtp_port}"))
    path = folder / "alertmanager/alertmanager.yml"
    content = yaml.safe_load(path.read_text())
    for route in (content["route"], *content["route"]["routes"]):
        route.update(WAITS)
    # There is no reconciler that keeps a journal.
    for receiver in content["receivers"]:
        receiver.pop("webhook_configs", None)
    change(content)
    path.write_text(yaml.safe_dump(content))
    return path


def _nothing(content: dict[str, Any]) -> None:
    return


@pytest.fixture
def send_through(open_way: Any, tmp_path: Path) -> Callable[..., Any]:
    """Open a way with the committed configuration, changed if need be."""

    def run(programs: Any, change: Change = _nothing, given: set[str] | None = None) -> Any:
        return open_way(programs, partial(_configure, tmp_path, change, given or set()))

    return run


def _answers(url: str) -> bool:
    with urllib.request.urlopen(url, timeout=2) as answer:
        return bool(answer.status == 200)


@dataclass(frozen=True)
class Example:
    """An alert as a unit test of its rule has seen it: with all its labels and texts."""

    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def name(self) -> str:
        return self.labels["alertname"]

    def payload(self, **times: str) -> dict[str, Any]:
        """Return it as Alertmanager's API takes it."""
        return {"labels": self.labels, "annotations": self.annotations, **times}


@pytest.fixture(scope="session")
def examples() -> list[Example]:
    """Every alert that the unit tests see, each with the labels of its own."""
    examples = {}
    for path in sorted((share("infrastructure/monitoring") / "prometheus/tests").glob("*.yml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            for test in case.get("alert_rule_test", []):
                for alert in test.get("exp_alerts") or []:
                    labels = {"alertname": test["alertname"], **alert["exp_labels"]}
                    key = tuple(sorted(labels.items()))
                    examples[key] = Example(labels, alert["exp_annotations"])
    return list(examples.values())
