"""What /proc says about the first process of a container."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.exporters.containers.files import UnreadableError, content, integer

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_STARTTIME = 19  # field 22 of proc_pid_stat(5), counted after the command's closing parenthesis
# Columns of /proc/<pid>/net/dev after the interface, see Linux' net/core/net-procfs.c.
_COLUMNS = {
    "receive_bytes_total": 0,
    "receive_packets_total": 1,
    "receive_errors_total": 2,
    "receive_packets_dropped_total": 3,
    "transmit_bytes_total": 8,
    "transmit_packets_total": 9,
    "transmit_errors_total": 10,
    "transmit_packets_dropped_total": 11,
}
# Loopback, and what an engine inside the container makes for its own; cAdvisor ignores them too.
_INNER_INTERFACES = ("lo", "veth", "docker", "nerdctl")


class Processes:
    """The processes below ``root``, usually /proc. Methods raise UnreadableError."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def started_ticks(self, pid: int) -> int | None:
        """Return when the process started, in clock ticks since boot; None when it has ended."""
        path = self._root / str(pid) / "stat"
        text = content(path)
        if text is None:
            return None
        fields = text.rpartition(")")[2].split()
        if len(fields) <= _STARTTIME:
            raise UnreadableError(f"{path}: found {text[:40]!r}, expected 52 fields")
        return integer(path, fields[_STARTTIME])

    def unix_seconds(self, ticks: int) -> float | None:
        """Return the Unix time of ``ticks`` since boot; None when the boot's time is unknown."""
        path = self._root / "stat"
        for line in (content(path) or "").splitlines():
            if line.startswith("btime "):
                return integer(path, line.removeprefix("btime ")) + ticks / _TICKS_PER_SECOND
        return None

    def cgroup_paths(self, pid: int, key: str) -> dict[str, str]:
        """Return the cgroups of the container ``key``, by controller; version 2's is ``""``.

        A path ends with the folder that carries the key: systemd in a container has cgroups of its
        own below. Hierarchies in which the container has none, such as the root, are left out.
        """
        path = self._root / str(pid) / "cgroup"
        paths: dict[str, str] = {}
        for line in (content(path) or "").splitlines():
            controllers, _, place = line.partition(":")[2].partition(":")
            before, separator, after = place.partition(key)
            if not separator:
                continue
            if "/../" in before:
                problem = f"{path}: found {place!r}, expected a path from the host's root"
                raise UnreadableError(f"{problem} (run in the host's cgroup namespace)")
            for controller in controllers.split(","):
                paths[controller] = before + key + after.partition("/")[0]
        return paths

    def host_network_namespace(self) -> str | None:
        """Return the name of the host's network namespace; None when it is unknown.

        It is that of process 1, else, where even root may not look at process 1, the exporter's.
        """
        try:
            return self.network_namespace(1)
        except UnreadableError:
            return self.network_namespace("self")

    def network_namespace(self, pid: int | str) -> str | None:
        """Return the name of the process' network namespace; None when the process has ended."""
        path = self._root / str(pid) / "ns" / "net"
        try:
            return os.readlink(path)
        except PermissionError as error:
            problem = f"{path}: can't be read: {error.strerror}"
            raise UnreadableError(f"{problem} (run as root for the network's figures)") from error
        except OSError:
            return None

    def interfaces(self, pid: int) -> Iterator[tuple[str, str, int]]:
        """Yield interface, metric name and value of the process' network namespace."""
        path = self._root / str(pid) / "net" / "dev"
        for line in (content(path) or "").splitlines()[2:]:
            interface, _, columns = line.strip().rpartition(":")
            words = columns.split()
            if not interface or interface.startswith(_INNER_INTERFACES):
                continue
            if len(words) <= max(_COLUMNS.values()):
                raise UnreadableError(f"{path}: found {line[:40]!r}, expected 16 columns")
            for name, column in _COLUMNS.items():
                yield interface, f"container_network_{name}", integer(path, words[column])
