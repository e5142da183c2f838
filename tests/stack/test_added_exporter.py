"""An exporter is added as one file: it is started, scraped, judged, verified, and left out."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import wait_until
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.resources import share

# The one file: everything that the stack knows of the exporter.
DESCRIPTION = '''
"""An exporter of the studio's lamps."""

from whiteroom_monitoring.deploy.component import *

_SERVER = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"lamps_burning 3\\\\n")

http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""

COMPONENTS = (
    Component(
        "lamp-exporter",
        stage=1,
        variants=(
            Variant(
                PYTHON, ("{run}/lamps.py", "{listen}", "{port[lamp-exporter]}"), HttpProbe("/")
            ),
        ),
        ports=(Port("lamp-exporter", 9555),),
        scrape=ScrapeJob("lamps", service="studio", interval_s=5),
        rules=("lamps.yml",),
        metrics=("lamps_burning gauge",),
        files=(File("{run}/lamps.py", _SERVER),),
    ),
)
'''
RULES = """\
groups:
  - name: lamps
    interval: 1s
    rules:
      - record: studio:lamps_burning:sum
        expr: sum(lamps_burning{job="lamps"})
"""
WITHOUT = ("--without-app", "--without", "cadvisor", "--without", "node-exporter")


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed configuration, with the exporter's description and its rules."""
    folder = tmp_path_factory.mktemp("configuration") / "monitoring"
    shutil.copytree(share("infrastructure/monitoring"), folder)
    (folder / "components").mkdir()
    (folder / "components/lamps.py").write_text(DESCRIPTION)
    (folder / "prometheus/rules/lamps.yml").write_text(RULES)
    return folder


@pytest.fixture(scope="module")
def stack(make_stack: Any, configuration: Path) -> Any:
    """A stack with the exporter, green."""
    stack = make_stack()
    stack.run("up", *WITHOUT, "--config", str(configuration))
    return stack


def _checks(stack: Any, wait_s: str = "20") -> dict[str, dict[str, Any]]:
    # Only standard output is JSON.
    report = json.loads(stack.start("verify", "--json", "--wait", wait_s).communicate()[0])
    return {check["id"]: check for check in report["checks"]}


def test_it_is_scraped_and_judged(stack: Any) -> None:
    """Prometheus scrapes it at its interval, with its service, and evaluates its rules."""
    prometheus = access.prometheus(stack.paths)
    wait_until(lambda: prometheus.value("studio:lamps_burning:sum") == 3, 20, "the rule's result")

    def target() -> dict[str, Any]:
        targets = prometheus.get("targets", state="active")["activeTargets"]
        [lamps] = [t for t in targets if t["labels"]["job"] == "lamps"]
        return dict(lamps)

    def scraped() -> tuple[str, str]:
        return target()["scrapeInterval"], target()["health"]

    # The first scrapes after a start follow each other faster.
    wait_until(lambda: scraped() == ("5s", "up"), 20, scraped)
    assert target()["labels"]["service"] == "studio"


def test_it_is_shown_and_verified(stack: Any) -> None:
    """`status` and `logs` know it, and `verify` holds its target to its interval."""
    component = stack.component("lamp-exporter")
    assert component["well"]
    assert stack.run("logs", "lamp-exporter", "--lines", "1")
    checks = _checks(stack)
    ours = ("agent", "inbox", "console", "reconciler", "logs", "shipper", "watcher")
    jobs = ("prometheus", "alertmanager", *ours, "lamps")
    assert checks["targets.present"]["seen"] == f"{len(jobs)} jobs"
    for name in ("targets.present", "targets.up", "targets.fresh", "targets.intervals"):
        assert checks[name]["state"] == "ok", checks[name]
    assert "lamp-exporter" in checks["components.healthy"]["seen"]


def test_verify_names_it_when_it_hangs(stack: Any) -> None:
    """An exporter that does not answer is a target that is down, by the name of its job."""
    pid = stack.component("lamp-exporter")["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: "lamps" in _checks(stack, "0")["targets.up"]["seen"], 40, "the failure")
    finally:
        os.kill(pid, signal.SIGCONT)


def test_it_is_left_out_with_its_job_and_rules(stack: Any, configuration: Path) -> None:
    """`--without` takes the exporter from a running stack: its process, its job and its rules."""
    stack.run("up", *WITHOUT, "--config", str(configuration), "--without", "lamp-exporter")
    content = stack.status()
    assert content["ok"]
    assert content["left_out"]["lamp-exporter"] == "not wanted (--without)"
    prometheus = access.prometheus(stack.paths)

    def jobs() -> set[str]:
        targets = prometheus.get("targets", state="active")["activeTargets"]
        return {target["labels"]["job"] for target in targets}

    wait_until(lambda: "lamps" not in jobs(), 10, "the job is gone")
    groups = prometheus.get("rules")["groups"]
    assert "lamps" not in {group["name"] for group in groups}
    assert _checks(stack)["targets.present"]["state"] == "ok"
