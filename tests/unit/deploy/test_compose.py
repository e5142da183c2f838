"""The laws of the compose file: it follows from the descriptions, and is confined."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.paths import ROOT
from whiteroom_monitoring.cli.main import main
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.component import Component, Program, Variant
from whiteroom_monitoring.deploy.runtimes.compose import accounts, healthy, images, places, setup
from whiteroom_monitoring.deploy.runtimes.compose.places import ALLOY
from whiteroom_monitoring.deploy.runtimes.compose.render import FILE_NAME, render
from whiteroom_monitoring.project import load

PROJECT = load(ROOT)
DESCRIPTIONS = registry.load(PROJECT)
TEXTS = {own: render(PROJECT, DESCRIPTIONS, own) for own in (False, True)}
FILES: dict[bool, dict[str, Any]] = {own: yaml.safe_load(text) for own, text in TEXTS.items()}
SERVICES = [(own, name) for own, file in FILES.items() for name in file["services"]]


def test_the_committed_file_is_what_the_descriptions_give() -> None:
    """`whiteroom compose --output` would change nothing."""
    assert (PROJECT.files.folder / FILE_NAME).read_text() == TEXTS[False]


def test_a_description_changes_the_file() -> None:
    """A changed description is a changed file: nothing of it is written by hand."""
    changed = [dataclasses.replace(c, memory_mib=c.memory_mib + 1) for c in DESCRIPTIONS]
    assert render(PROJECT, changed) != TEXTS[False]


@pytest.mark.parametrize("own", [False, True])
def test_it_is_valid_by_the_schema_of_compose(own: bool, tmp_path: Path) -> None:
    """The schema of the Compose specification accepts it."""
    path = tmp_path / "docker-compose.yml"
    path.write_text(TEXTS[own])
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("own", "name"), SERVICES)
def test_every_service_is_confined_and_limited(own: bool, name: str) -> None:
    """None may write to its root, gain rights, or take more than its share."""
    service = FILES[own]["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["network_mode"] in ("host", "none")
    root = service["user"].startswith("0:")
    assert root == (name in ("setup", "verify", "cadvisor"))


@pytest.mark.parametrize(("own", "name"), SERVICES)
def test_what_listens_listens_on_loopback(own: bool, name: str) -> None:
    """No service is told to listen on every address."""
    assert "0.0.0.0" not in str(FILES[own]["services"][name])


def test_official_images_are_pinned() -> None:
    """Each has a version that is none of those that move; none has an invented digest."""
    for service in FILES[False]["services"].values():
        repository, _, version = service["image"].rpartition(":")
        assert repository
        assert version not in ("", "latest")
        assert "@" not in service["image"]


def test_profiles() -> None:
    """Logs, Grafana and the exporters of applications come when somebody asks for them."""
    profiles: dict[str, set[str]] = {}
    for name, service in FILES[False]["services"].items():
        for profile in service.get("profiles", ["-"]):
            profiles.setdefault(profile, set()).add(name)
    assert profiles["logs"] == {"log-store", "alloy"}
    assert profiles["grafana"] == {"grafana"}
    assert profiles["app"] == {"postgres-exporter", "redis-exporter", "nginx-exporter"}
    monitoring = {"prometheus", "alertmanager", "inbox", "reconciler", "watcher", "console"}
    exporters = {"node-exporter", "cadvisor", "segment-exporter"}
    assert profiles["-"] == {"setup"} | monitoring | exporters


@pytest.mark.parametrize("own", [False, True])
def test_no_two_services_take_one_port(own: bool) -> None:
    """All profiles can be chosen at once, so every service has ports that no other one has."""
    services = places.services(DESCRIPTIONS, own)
    numbers = [port.number for service in services for port in service.component.ports]
    assert sorted(set(numbers)) == sorted(numbers)


@pytest.mark.parametrize("own", [False, True])
def test_what_a_service_needs_runs_whenever_it_does(own: bool) -> None:
    """Of what it needs, all always runs, or is in its profile."""
    services = {s.name: s for s in places.services(DESCRIPTIONS, own)}
    for service in services.values():
        for name in () if service.component.provides else service.component.needs:
            assert services[name].profile in ("", service.profile)


def test_the_shipper_runs_with_our_store_and_sees_the_logs() -> None:
    """It is part of the file of `--own` alone, and has the machine's logs mounted."""
    assert "shipper" not in FILES[False]["services"]
    shipper = FILES[True]["services"]["shipper"]
    assert "/var/log:/var/log:ro" in shipper["volumes"]
    assert shipper["environment"]["WHITEROOM_LOG"] == "/var/log/whiteroom"
    assert str(accounts.number("adm")) in shipper["group_add"]


def test_what_needs_what_is_left_out_is_left_out() -> None:
    """A component without a service takes all along that need it, one through another."""
    image = Variant(Program(("a",), ""), (), image="prom/prometheus")
    first, second = (
        Component(name, 1, (image,), needs=(need,)) for name, need in (("a", "none"), ("b", "a"))
    )
    assert {s.name for s in places.services([first, second], own=True)} == set()


@pytest.mark.parametrize("kept", [["prometheus", "alertmanager"], ["prometheus", "alloy"]])
def test_only_a_stack_with_alloy_needs_its_configuration(kept: list[str], tmp_path: Path) -> None:
    """Alloy's configuration is written with the stack's address of the store, and only for it."""
    paths = places.ContainerPaths(tmp_path, 100, registry.port_numbers((*DESCRIPTIONS, ALLOY), {}))
    files = setup.configuration(PROJECT, paths, [*DESCRIPTIONS, ALLOY], kept, {})
    text = files.get("alloy/config.alloy")
    assert (text is not None) == ("alloy" in kept)
    assert text is None or "http://127.0.0.1:3200/loki" in text


def test_a_file_that_cannot_be_written_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """`--output` in a folder that is not there says so, and ends with status 2."""
    assert main(["compose", "--output", "/nonexistent/x.yml"]) == 2
    assert "/nonexistent/x.yml: No such file" in capsys.readouterr().err


def test_a_project_without_a_dockerfile_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the file to build from is missing, a line says so."""
    assert main(["init", "shop", "--folder", str(tmp_path / "shop")]) == 0
    assert main(["compose", "--project", str(tmp_path / "shop"), "--output", "/dev/null"]) == 0
    assert "Dockerfile: not found" in capsys.readouterr().err


def test_no_secret_is_in_the_environment() -> None:
    """Grafana reads its password from a file; no service gets a credential by its environment."""
    grafana = FILES[False]["services"]["grafana"]
    name = "GF_SECURITY_ADMIN_PASSWORD__FILE"
    assert grafana["environment"][name].endswith("/grafana_admin_password")
    named = {key for s in FILES[False]["services"].values() for key in s.get("environment", {})}
    assert [key for key in named if "PASSWORD" in key and not key.endswith("__FILE")] == []


def test_numbers_of_accounts_differ() -> None:
    """Two accounts never share a number, or one would read the other's files."""
    names = accounts.names((*DESCRIPTIONS, ALLOY))
    numbers = [accounts.number(name) for name in names]
    assert len(set(numbers)) == len(names)


def test_the_dockerfile_takes_the_pinned_alertmanager() -> None:
    """The image that is copied from is the one whose version is said with the others."""
    name, version, program = images.ALERTMANAGER
    text = (ROOT / "infrastructure/monitoring/Dockerfile").read_text()
    assert f"ARG ALERTMANAGER=docker.io/{name}:{version}\n" in text
    assert f"COPY --from=official {program} {program}\n" in text


def test_the_dockerfile_has_all_that_the_wheel_brings() -> None:
    """What the build installs is copied into the image that builds, or the build would fail."""
    text = (ROOT / "src/whiteroom_monitoring/client/native/CMakeLists.txt").read_text()
    brought = set(re.findall(r"\$\{PROJECT_SOURCE_DIR\}/([\w.]+)", text)) - {"build"}
    lines = (ROOT / "infrastructure/monitoring/Dockerfile").read_text().splitlines()
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    assert {"docs", "catalogue", "whiteroom.toml"} <= brought
    assert brought - copied == set()


def test_the_health_check_sends_the_password(tmp_path: Path) -> None:
    """A guarded service is asked as the user whose password the file holds."""
    path = tmp_path / "password"
    path.write_text("secret\n")
    request = healthy.request("http://127.0.0.1:1/", str(path))
    assert request.get_header("Authorization") == "Basic d2hpdGVyb29tOnNlY3JldA=="


def test_alloy_pushes_to_the_store_of_logs() -> None:
    """Its configuration names the address that `setup` replaces by the stack's."""
    text = (ROOT / "infrastructure/monitoring/alloy/config.alloy").read_text()
    assert "http://127.0.0.1:3100/loki/api/v1/push" in text
