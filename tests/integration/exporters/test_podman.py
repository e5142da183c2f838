"""A real container, run by podman with runc, as the exporter shows it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.exposition import parse
from tests.support.podman import Podman, PodmanError, import_shell, podman_folder
from tests.support.wait import wait_until
from whiteroom_monitoring.exporters.containers.exporter import Exporter

CGROUPS = Path("/sys/fs/cgroup")
IMAGE = "localhost/whiteroom-probe:1"
MEMORY_LIMIT = 64 * 2**20
PATIENCE_S = 20


class CgroupPodman(Podman):
    """podman whose containers have a cgroup of the test's own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.parent = f"/whiteroom-test-{os.getpid()}"

    def start(self, name: str, script: str, *options: str) -> str:
        """Start a container and return its 64 hexadecimal digits."""
        usual = ["--detach", "--name", name, "--cgroup-parent", self.parent]
        return self("run", *usual, *options, IMAGE, "/bin/sh", "-c", script)

    def clean(self) -> None:
        """End every container and remove its cgroups, which its monitor leaves a moment later."""
        self("rm", "--all", "--force", "--time", "0")
        roots = [folder for folder in (CGROUPS, *CGROUPS.iterdir()) if folder.is_dir()]
        own = [Path(f"{root}{self.parent}") for root in roots]
        wait_until(lambda: all(removed(cgroup) for cgroup in own), what="the cgroups are empty")
        for root in roots:
            removed(root / "libpod_parent")


def removed(cgroup: Path) -> bool:
    """Remove a cgroup and those inside; say whether it is gone. One in use stays."""
    for place, _, _ in os.walk(cgroup, topdown=False):
        with suppress(OSError):
            os.rmdir(place)
    return not cgroup.exists()


@pytest.fixture(scope="module")
def podman() -> Iterator[CgroupPodman]:
    """A podman that can run a container, else the tests are skipped with what it said."""
    with podman_folder() as folder:
        podman = CgroupPodman(folder)
        try:
            import_shell(podman, podman.folder, IMAGE)
            podman.start("trial", "sleep 0", "--rm")
        except PodmanError as error:
            podman.clean()
            pytest.skip(f"podman can't run a container: {error}")
        try:
            with podman.serving():
                yield podman
        finally:
            podman.clean()


@pytest.fixture
def scrape(podman: Podman):
    """A function that scrapes and returns the values of one container, by metric name."""
    exporters = {
        True: Exporter(CGROUPS, Path("/proc"), podman.socket),
        False: Exporter(CGROUPS, Path("/proc")),
    }

    def values(key: str, engine: bool = True) -> dict[str, tuple[dict[str, str], float]]:
        samples = parse(exporters[engine].exposition())
        assert samples["container_scrape_error"] == [({}, 0)]
        return {
            name: (labels, value)
            for name, series in samples.items()
            for labels, value in series
            if key in labels.get("id", "")
        }

    return values


def memory_option(podman: CgroupPodman) -> list[str]:
    option = ["--memory", str(MEMORY_LIMIT)]
    try:
        podman.start("limited", "sleep 0", "--rm", *option)
    except PodmanError:
        return []
    return option


def test_life(podman: CgroupPodman, scrape) -> None:
    """A container that burns CPU is shown with name, image and growing figures, until it ends."""
    limit = memory_option(podman)
    begin = time.time()
    key = podman.start("burner", "while :; do :; done", *limit)
    first = wait_until(lambda: scrape(key), what="the container is shown")
    labels = {
        "id": f"{podman.parent}/libpod-{key}",
        "image": IMAGE,
        "name": "burner",
    }
    assert first["container_last_seen"][0] == labels
    burnt = "container_cpu_usage_seconds_total"
    second = wait_until(
        lambda: (now := scrape(key))[burnt][1] >= first[burnt][1] + 0.5 and now,
        what="CPU time grows",
    )
    assert abs(second["container_last_seen"][1] - time.time()) < 5
    assert abs(second["container_start_time_seconds"][1] - begin) < PATIENCE_S
    assert 100_000 < second["container_memory_usage_bytes"][1] < MEMORY_LIMIT
    assert 0 < second["container_memory_working_set_bytes"][1] < MEMORY_LIMIT
    assert second["container_spec_memory_limit_bytes"][1] == (MEMORY_LIMIT if limit else 0)
    assert second["container_processes"][1] == 1
    podman("rm", "--force", "--time", "0", "burner")
    assert scrape(key) == {}


def test_without_engine(podman: CgroupPodman, scrape) -> None:
    """Without the API the same container has the same id and figures, and no name or image."""
    key = podman.start("sleeper", "sleep 60")
    with_name = wait_until(lambda: scrape(key), what="the container is shown")
    without = scrape(key, engine=False)
    labels, _ = without["container_last_seen"]
    assert labels == {"id": f"{podman.parent}/libpod-{key}", "image": "", "name": ""}
    assert without.keys() == with_name.keys()
    start = "container_start_time_seconds"
    assert without[start][1] == pytest.approx(with_name[start][1], abs=2)


def test_restarts(podman: Podman) -> None:
    """Restarts by the restart policy are counted."""
    podman.start("failing", "sleep 0.2; exit 1", "--restart", "on-failure:3")
    exporter = Exporter(CGROUPS, Path("/proc"), podman.socket)

    def restarts() -> list[float]:
        series = parse(exporter.exposition()).get("whiteroom_container_restarts_total", [])
        return [value for labels, value in series if labels["name"] == "failing" and value > 0]

    wait_until(restarts, what="a restart is counted")
