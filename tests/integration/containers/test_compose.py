"""The compose file's containers run: built by the Dockerfile, as they are rendered, with podman.

Official images can't be had everywhere: Debian's programs stand in for them, below the same names
and at the same paths. What that leaves untried is in docs/how-to/containers.md.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.paths import ROOT
from tests.support.podman import Podman, PodmanError, podman_folder
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.runtimes.compose import images
from whiteroom_monitoring.deploy.runtimes.compose.render import render
from whiteroom_monitoring.project import load

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

MIRROR = "http://deb.debian.org/debian"
BASE, OFFICIAL = "localhost/whiteroom-base:1", "localhost/whiteroom-official:1"
PROGRAMS = {
    "prometheus": "/bin/prometheus",
    "prometheus-alertmanager": "/bin/alertmanager",
    "prometheus-node-exporter": "/bin/node_exporter",
    "prometheus-postgres-exporter": "/bin/postgres_exporter",
    "prometheus-redis-exporter": "/redis_exporter",
    "prometheus-nginx-exporter": "/usr/bin/nginx-prometheus-exporter",
}
# Debian's Alertmanager reads its own templates from files; the official one has them in it.
TEMPLATES = "/usr/share/prometheus/alertmanager"
IGNORED = ROOT / "infrastructure/monitoring/Dockerfile.dockerignore"


def build(podman: Podman, dockerfile: Path, tag: str, *options: str) -> None:
    words = ("--isolation", "chroot", "--network", "host", "--layers=false", *options)
    podman("build", *words, "--tag", tag, "--file", str(dockerfile), str(ROOT), timeout=1800)


def make_images(podman: Podman) -> None:
    """Make the base by debootstrap, what stands in for official images, and ours."""
    root = podman.folder / "debian"
    done = subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", root, MIRROR],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"debootstrap: {done.stdout[-300:]}{done.stderr[-300:]}")
    with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as tar:
        podman("import", "-", BASE, stdin=tar.stdout)
    shutil.rmtree(root)
    copies = " && ".join(
        f"([ -e {path} ] || ln -s /usr/bin/{name} {path})" for name, path in PROGRAMS.items()
    )
    official = podman.folder / "Official"
    official.write_text(
        f"FROM {BASE}\nRUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y "
        f"--no-install-recommends {' '.join(PROGRAMS)} && {copies} "
        "&& cp --remove-destination /usr/bin/prometheus-alertmanager /bin/alertmanager\n"
    )
    build(podman, official, OFFICIAL, "--ignorefile", str(IGNORED))
    make_ours(podman)


def make_ours(podman: Podman) -> None:
    certificates = "/etc/ssl/certs"
    build(
        podman,
        ROOT / "infrastructure/monitoring/Dockerfile",
        "localhost/whiteroom-built:1",
        *("--target", "alertmanager", "--ignorefile", str(IGNORED)),
        *("--volume", f"{certificates}:{certificates}:ro"),
        *("--build-arg", f"BASE={BASE}", "--build-arg", f"ALERTMANAGER={OFFICIAL}"),
    )
    templates = podman.folder / "Templates"
    templates.write_text(
        f"FROM localhost/whiteroom-built:1\nCOPY --from={OFFICIAL} {TEMPLATES} {TEMPLATES}\n"
    )
    build(podman, templates, images.ours("alertmanager"), "--ignorefile", str(IGNORED))
    podman("tag", images.ours("alertmanager"), images.ours("monitoring"))


@pytest.fixture(scope="module")
def podman() -> Iterator[Podman]:
    """A podman with the images, else the tests are skipped with what it said."""
    for program in ("debootstrap", "nsenter"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    with podman_folder() as folder:
        podman = Podman(folder)
        with podman.serving():
            try:
                make_images(podman)
                podman.variables["WHITEROOM_ENGINE_SOCKET"] = str(podman.socket)
                yield podman
            finally:
                podman.clean()


@pytest.fixture(scope="module")
def services(podman: Podman) -> dict[str, Any]:
    """The services of the compose file that has our stand-ins, after all of them were started."""
    project = load(ROOT)
    content = yaml.safe_load(render(project, registry.load(project), own=True))
    for service in content["services"].values():
        if not service["image"].startswith("localhost/"):
            podman("tag", OFFICIAL, service["image"])
    podman.make_volumes(content["volumes"])
    podman.start_network(OFFICIAL)
    services: dict[str, Any] = content["services"]
    podman.run("setup", services["setup"], detach=False)
    for name, service in services.items():
        if name not in ("setup", "verify") and not service.get("profiles"):
            podman.run(name, service)
    return services


def scraped(podman: Podman) -> bool:
    """Tell whether Prometheus has scraped all that it should."""
    volume = Path(podman("volume", "inspect", "--format", "{{.Mountpoint}}", "secrets"))
    password = (volume / "prometheus_password").read_text().strip()
    url = "http://127.0.0.1:9090/api/v1/targets?state=active"
    answer = podman.enter_network("curl", "-s", "-u", f"whiteroom:{password}", url)
    targets = json.loads(answer or "{}").get("data", {}).get("activeTargets", [])
    return bool(targets) and all(target["health"] == "up" for target in targets)


def test_verify_holds(podman: Podman, services: dict[str, Any]) -> None:
    """`whiteroom verify`, run as a container of the compose file, finds nothing amiss."""
    # What is skipped, because it was not scraped yet, is not looked at again.
    wait_until(lambda: scraped(podman), what="every target is scraped", within_s=120)
    report = podman.run("verify", services["verify"], detach=False)
    assert re.search(r"^\d+ ok, \d+ skipped$", report, re.MULTILINE), report


def test_each_is_its_user_without_rights(podman: Podman, services: dict[str, Any]) -> None:
    """Every process has its service's user, and no capability that the service does not name."""
    for name in podman("ps", "--format", "{{.Names}}").split():
        if name not in services:
            continue
        pid = podman("inspect", "--format", "{{.State.Pid}}", name)
        status = Path(f"/proc/{pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        user = services[name]["user"].partition(":")[0]
        assert fields["Uid"].split()[0] == user, name
        count = len(services[name].get("cap_add", ()))
        assert int(fields["CapBnd"], 16).bit_count() == count, name


def test_nothing_listens_beyond_loopback(podman: Podman, services: dict[str, Any]) -> None:
    """Every port is on loopback, which is the host's where Compose starts the same services."""
    assert services["inbox"]["network_mode"] == "host"
    listening = podman.enter_network("ss", "--tcp", "--listening", "--numeric", "--no-header")
    places = {line.split()[3] for line in listening.splitlines()}
    assert {"127.0.0.1:9090", "127.0.0.1:9093", "127.0.0.1:3000", "127.0.0.1:3100"} <= places
    assert [place for place in places if not place.startswith("127.0.0.1:")] == []


def test_health_checks_and_read_only_roots(podman: Podman, services: dict[str, Any]) -> None:
    """The health checks of our services succeed, and nobody can write to a root file system."""
    for name in ("inbox", "console", "reconciler", "segment-exporter", "log-store", "alertmanager"):
        podman("healthcheck", "run", name)
        with pytest.raises(PodmanError, match="Read-only file system"):
            podman("exec", name, images.PYTHON, "-c", "open('/opt/x', 'w')")


def test_exporters_of_applications_serve(podman: Podman, services: dict[str, Any]) -> None:
    """The exporter of Redis starts as rendered, and says that nobody is there."""
    for name, port in (("redis-exporter", 9121),):
        podman.run(name, services[name])
        page = wait_until(
            lambda port=port: podman.enter_network("curl", "-s", f"127.0.0.1:{port}/metrics"),
            what=f"{name} serves",
            within_s=60,
        )
        assert "redis_up 0" in page
