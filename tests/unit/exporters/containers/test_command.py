"""``whiteroom containers`` serves until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from whiteroom_monitoring.cli import containers
from whiteroom_monitoring.errors import UsageError

PROGRAM = """\
import argparse, sys
from whiteroom_monitoring.cli import containers as command
parser = argparse.ArgumentParser()
command.configure(parser)
sys.exit(command.run(parser.parse_args()))
"""


def test_serves_until_sigterm(machine, engine, parsed) -> None:
    """It serves metrics and health, and ends with status 0 at SIGTERM."""
    host = machine("v2", engine.path)
    host.container(f"/docker/{'ab' * 32}")
    engine.add("ab" * 32, "web", 100)
    roots = ["--cgroup-root", str(host.cgroups), "--proc-root", str(host.proc)]
    words = [*roots, "--docker-socket", str(engine.path), "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[1]
        with urllib.request.urlopen(url, timeout=5) as response:
            samples = parsed(response.read())
        with urllib.request.urlopen(url.replace("metrics", "-/healthy"), timeout=5) as response:
            assert response.read() == b"ok\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert [labels["name"] for labels, _ in samples["container_last_seen"]] == ["web"]
    assert samples["container_scrape_error"] == [({}, 0)]


@pytest.mark.parametrize("option", ["--cgroup-root", "--proc-root"])
def test_root_that_is_no_folder(tmp_path: Path, option: str) -> None:
    """A root that does not exist is an error of usage."""
    parser = argparse.ArgumentParser()
    containers.configure(parser)
    with pytest.raises(UsageError, match="found no folder"):
        containers.run(parser.parse_args([option, str(tmp_path / "none")]))
