"""A real Prometheus on a file system that becomes full."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.ports import free_port
from tests.support.wait import wait_until
from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.deploy.components.prometheus import MAX_QUERIES
from whiteroom_monitoring.reconciler.service import Reconciler, utc_now

STARTS_S = 30
STALE_S = 4.0
SIZE = "24m"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, which only root may make."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    done = subprocess.run(mounting, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small file system can't be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def prometheus(disk: Path, tmp_path: Path) -> Iterator[HttpClient]:
    """A Prometheus that keeps its samples there and asks as many queries at once as a stack's."""
    address = f"127.0.0.1:{free_port()}"
    rules = [{"record": f"a:b:c{number}", "expr": "up"} for number in range(2 * MAX_QUERIES)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": rules}]}))
    content = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "a", "static_configs": [{"targets": [address]}]}],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(content))
    command = [
        *(shutil.which("prometheus") or "", f"--config.file={tmp_path}/prometheus.yml"),
        *(f"--storage.tsdb.path={disk}/data", f"--web.listen-address={address}"),
        f"--query.max-concurrency={MAX_QUERIES}",
    ]
    with (tmp_path / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    yield HttpClient("Prometheus", f"http://{address}")
    # It was never started again.
    ended = process.poll()
    process.kill()
    process.wait()
    assert ended is None, (tmp_path / "prometheus.log").read_text()[-2000:]


def _fill(path: Path) -> None:
    """Take all that is left of the file system that ``path`` is on, to the last byte."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_a_full_disk_is_told_and_ends_by_itself(
    disk: Path, prometheus: HttpClient, tmp_path: Path
) -> None:
    """Prometheus answers on, takes no samples and says nothing: the reconciler does; when there is
    room, samples come again without anybody's help."""
    client = PrometheusClient(prometheus)
    nobody = AlertmanagerClient.at("http://127.0.0.1:1")
    log, configuration = tmp_path / "nflog", tmp_path / "alertmanager.yml"
    reconciler = Reconciler(prometheus, nobody, log, configuration, tmp_path / "reconciler")
    reconciler.stale_s = STALE_S

    def problems() -> list[str]:
        all_problems = reconciler._problems(utc_now())
        return [problem for problem in all_problems if problem.startswith("Prometheus")]

    def recorded() -> bool:
        return client.value(f"count(a:b:c{2 * MAX_QUERIES - 1})") is not None

    wait_until(lambda: problems() == [], STARTS_S, problems)
    wait_until(recorded, STARTS_S, "the first recorded samples")
    _fill(disk / "filler")
    assert shutil.disk_usage(disk).free == 0
    (problem,) = wait_until(problems, STARTS_S, "a sentence about it")
    assert "has taken no sample for" in problem
    assert prometheus.get_status("/-/ready") == 200
    (disk / "filler").unlink()
    wait_until(lambda: problems() == [], STARTS_S, problems)
