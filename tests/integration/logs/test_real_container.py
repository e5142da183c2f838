"""A container of a real podman, whose lines the shipper reads at the API's socket."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.log_store import running_store
from tests.support.podman import Podman, PodmanError, import_shell, podman_folder
from tests.support.shipper import running_shipper, write_config
from tests.support.wait import wait_until
from whiteroom_monitoring.logs.canaries import marker
from whiteroom_monitoring.logs.canaries.config import Canary
from whiteroom_monitoring.logs.canaries.writing import SourceAbsentError, write

IMAGE = "localhost/whiteroom-shell"
WITHIN_S = 120
_PRINTING = 'n=0; while :; do echo "line $n"; echo "error $n" >&2; n=$((n + 1)); sleep 0.2; done'


@pytest.fixture(name="podman")
def _podman() -> Iterator[Podman]:
    """A podman that serves its API, else the test is skipped with what it said."""
    with podman_folder() as folder:
        podman = Podman(folder)
        try:
            import_shell(podman, podman.folder, IMAGE)
            podman("run", "--rm", "--network", "none", IMAGE, "/bin/sh", "-c", ":")
        except PodmanError as error:
            pytest.skip(f"podman can't run a container: {error}")
        with podman.serving():
            yield podman
            podman("rm", "--all", "--force", "--time", "0")


def test_lines_of_a_container_are_stored_once(podman: Podman, tmp_path: Path) -> None:
    """Of both streams, in their order, also those of the time in which the shipper was dead."""
    words = ("--detach", "--name", "printer", "--network", "none", "--log-driver", "k8s-file")
    podman("run", *words, IMAGE, "/bin/sh", "-c", _PRINTING)
    job: dict[str, object] = {
        "job_name": "containers",
        "docker_sd_configs": [{"host": f"unix://{podman.socket}", "refresh_interval": "1s"}],
        "relabel_configs": [
            {"target_label": "job", "replacement": "containers"},
            {
                "source_labels": ["__meta_docker_container_name"],
                "regex": "/(.*)",
                "target_label": "service",
            },
        ],
    }
    query = '{job="containers", service="printer"}'
    with running_store(tmp_path / "store") as store:
        config = write_config(tmp_path, store.port, [job])
        start = (int(time.time()) - 600) * 10**9

        def texts(word: str) -> list[str]:
            return [t for _, t in store.lines(query, start=start) if t.startswith(word)]

        with running_shipper(config):
            wait_until(lambda: len(texts("line")) > 5, within_s=WITHIN_S)
        # It is dead now, and the container goes on.
        time.sleep(1)
        with contextlib.suppress(PodmanError):
            podman("stop", "--time", "0", "printer")
        printed = podman("logs", "printer").splitlines()
        lines = [text for text in printed if text.startswith("line")]
        with running_shipper(config):
            wait_until(lambda: len(texts("line")) >= len(lines), within_s=WITHIN_S)
            wait_until(lambda: len(texts("error")) >= len(lines) - 1, within_s=WITHIN_S)
        assert texts("line") == lines
        numbers = [int(text.split()[1]) for text in texts("error")]
        assert numbers == list(range(len(numbers)))


def test_canaries_of_containers_come_back(podman: Podman, tmp_path: Path) -> None:
    """The labelled container prints them, and no other one has to be touched."""
    words = ("--detach", "--network", "none", "--log-driver", "k8s-file")
    forever = ("/bin/sh", "-c", "while :; do sleep 60; done")
    podman("run", *words, "--name", "other", IMAGE, *forever)
    canary = Canary(job_name="containers", containers=str(podman.socket))
    with pytest.raises(SourceAbsentError, match="no container runs with the label"):
        write(canary, time.time_ns())
    podman("run", *words, "--name", "bird", "--label", "whiteroom.canary=true", IMAGE, *forever)
    written_ns = time.time_ns()
    write(canary, written_ns)
    expected = marker.text("containers", written_ns)
    wait_until(lambda: podman("logs", "bird").strip() == expected, within_s=WITHIN_S)
    assert podman("logs", "other") == ""
