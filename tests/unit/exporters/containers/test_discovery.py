"""Containers are found by the names of their cgroups, and helpers are not."""

from __future__ import annotations

import errno
import os

import pytest

from whiteroom_monitoring.exporters.containers import cgroups

KEY = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
POD = "kubepods-besteffort-pod0a1b2c3d_0000_0000_0000_000000000000.slice"
USER = "/user.slice/user-1000.slice/user@1000.service/user.slice"

PATHS = [
    f"/docker/{KEY}",
    f"/system.slice/docker-{KEY}.scope",
    f"/libpod_parent/libpod-{KEY}",
    f"/machine.slice/libpod-{KEY}.scope",
    f"{USER}/libpod-{KEY}.scope",
    f"/kubepods.slice/kubepods-besteffort.slice/{POD}/crio-{KEY}.scope",
    f"/kubepods.slice/kubepods-besteffort.slice/{POD}/cri-containerd-{KEY}.scope",
    f"/kubepods/burstable/pod0a1b2c3d-0000-0000-0000-000000000000/{KEY}",
]


def ids(samples) -> set[str]:
    return {labels["id"] for labels, _ in samples.get("container_last_seen", [])}


@pytest.mark.parametrize("layout", ["v1", "hybrid", "v2"])
@pytest.mark.parametrize("path", PATHS)
def test_known_name(machine, layout: str, path: str) -> None:
    """A container's id is the path of its cgroup, by whatever engine it was started."""
    host = machine(layout)
    host.container(path)
    assert ids(host.scrape()) == {path}


HELPERS = [
    f"/machine.slice/libpod-conmon-{KEY}.scope",
    f"/kubepods/besteffort/crio-conmon-{KEY}.scope",
    "/system.slice/docker.service",
    f"/docker/{KEY[:32]}",
    f"/docker/{KEY.upper()}",
]


@pytest.mark.parametrize("path", HELPERS)
def test_helper(machine, path: str) -> None:
    """The cgroups of an engine and of its monitors are no containers."""
    host = machine("v2")
    host.container(path)
    assert ids(host.scrape()) == set()


@pytest.mark.parametrize("layout", ["v1", "v2"])
def test_cgroups_inside(machine, layout: str) -> None:
    """A container's own cgroups and containers belong to it: one id, all processes counted."""
    host = machine(layout)
    outer = f"/docker/{KEY}"
    host.container(outer, pid=100)
    host.container(f"{outer}/init.scope", pid=101)
    host.container(f"{outer}/docker/{OTHER}", pid=102)
    samples = host.scrape()
    assert ids(samples) == {outer}
    assert [value for _, value in samples["container_processes"]] == [3]


def test_first_process_inside(machine) -> None:
    """A container whose processes all are in a cgroup inside of it is shown as a whole."""
    host = machine("v2")
    outer = f"/machine.slice/libpod-{KEY}.scope"
    host.container(f"{outer}/container", pid=100)
    assert ids(host.scrape()) == {outer}


def test_empty_cgroup(machine) -> None:
    """A cgroup that an ended container has left is no container."""
    host = machine("v2")
    host.container(f"/docker/{KEY}")
    (host.cgroups / "docker" / KEY / "cgroup.procs").write_text("")
    assert ids(host.scrape()) == set()


def test_end(machine) -> None:
    """A container that has ended is gone at the next scrape, and that is no error."""
    host = machine("hybrid")
    host.container(f"/docker/{KEY}")
    assert ids(host.scrape()) == {f"/docker/{KEY}"}
    host.end(f"/docker/{KEY}")
    assert host.scrape() == {"container_scrape_error": [({}, 0)]}


def test_end_while_read(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that ends between two reads is left out as a whole, and that is no error."""
    host = machine("v2")
    path = f"/docker/{KEY}"
    host.container(path)
    host.container(f"/docker/{OTHER}", pid=200)
    interfaces = type(host.exporter._processes).interfaces

    def end_first(self, pid: int):
        if pid == 100:
            host.end(path)
        return interfaces(self, pid)

    monkeypatch.setattr(type(host.exporter._processes), "interfaces", end_first)
    samples = host.scrape()
    assert ids(samples) == {f"/docker/{OTHER}"}
    assert samples["container_scrape_error"] == [({}, 0)]


def test_too_many(machine, capsys: pytest.CaptureFixture[str]) -> None:
    """More containers than the exporter shows are an error that says how many there are."""
    host = machine("v2")
    for number in range(7):
        host.container(f"/docker/{number:064x}", pid=100 + number)
    samples = host.scrape()
    assert len(ids(samples)) == 5
    assert samples["container_scrape_error"] == [({}, 1)]
    assert "found 7 containers, showing the first 5" in capsys.readouterr().err


def test_too_many_cgroups(machine, engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many cgroups to look through, those that the engine knows are shown."""
    host = machine("v2", engine.path)
    for key, pid in ((KEY, 100), (OTHER, 101)):
        host.container(f"/docker/{key}", pid)
    engine.add(KEY, "web", 100)
    monkeypatch.setattr(cgroups, "MOST_FOLDERS", 1)
    samples = host.scrape()
    assert ids(samples) == {f"/docker/{KEY}"}
    assert samples["container_scrape_error"] == [({}, 1)]


def test_cgroup_namespace(machine, capsys: pytest.CaptureFixture[str]) -> None:
    """Paths from another cgroup namespace are refused: they would lead out of the root."""
    host = machine("v2")
    host.container(f"/docker/{KEY}")
    (host.proc / "100" / "cgroup").write_text(f"0::/../../docker/{KEY}\n")
    assert host.scrape() == {"container_scrape_error": [({}, 1)]}
    assert "cgroup namespace" in capsys.readouterr().err


NETWORKS = [
    ({KEY: "net:[7]", OTHER: "net:[8]"}, {KEY, OTHER}),
    ({KEY: "net:[7]", OTHER: "net:[7]"}, {KEY}),  # as in a pod; KEY is the older one
    ({KEY: "net:[4026531840]", OTHER: "net:[7]"}, {OTHER}),  # KEY has the host's network
]


@pytest.mark.parametrize(("networks", "expected"), NETWORKS)
def test_network_is_counted_once(machine, networks: dict[str, str], expected: set[str]) -> None:
    """A network's figures are those of the container that brought it, and never the host's."""
    host = machine("v2")
    for number, (key, network) in enumerate(networks.items()):
        host.container(f"/docker/{key}", 200 - number, 5000 + number, network)
    received = host.scrape().get("container_network_receive_bytes_total", [])
    assert {labels["id"].rpartition("/")[2] for labels, _ in received} == expected


def test_host_that_hides_its_first_process(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where process 1 may not be looked at, the exporter's own network counts as the host's."""
    host = machine("v2")
    host.process("self", "/", 1, "net:[7]")
    host.container(f"/docker/{KEY}", 100, 5000, "net:[7]")
    host.container(f"/docker/{OTHER}", 101, 5000, "net:[8]")
    readlink = os.readlink

    def guarded(path):
        if path.parts[-3] == "1":
            raise PermissionError(errno.EACCES, "Permission denied")
        return readlink(path)

    monkeypatch.setattr("os.readlink", guarded)
    samples = host.scrape()
    received = samples["container_network_receive_bytes_total"]
    assert [labels["id"] for labels, _ in received] == [f"/docker/{OTHER}"]
    assert samples["container_scrape_error"] == [({}, 0)]
