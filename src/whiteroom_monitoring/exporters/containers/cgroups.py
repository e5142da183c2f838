"""The hierarchies of cgroups below a root: version 1, version 2, and both together (hybrid)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.exporters.containers.controllers import VERSION_1, VERSION_2, Figures
from whiteroom_monitoring.exporters.containers.files import content

UNIFIED = ""  # the name of version 2's hierarchy in /proc/<pid>/cgroup
DEPTH = 8
MOST_FOLDERS = 20_000

# Docker, podman, CRI-O, containerd and kubelet, with systemd's scopes and without. Their helpers
# (libpod-conmon-..., crio-conmon-...) are no containers.
_CONTAINER = re.compile(
    r"(?:docker-|libpod-|libpod-payload-|crio-|cri-containerd-|nerdctl-)?([0-9a-f]{64})(?:\.scope)?"
)


class CgroupsError(MonitoringError):
    """The cgroups are not there, or too many to look through at each scrape."""


@dataclass(frozen=True)
class Hierarchies:
    """Where each controller is mounted; ``unified`` is version 2's hierarchy, if there is one."""

    version_1: Mapping[str, Path]
    unified: Path | None

    @property
    def names(self) -> list[str]:
        """The hierarchies by name as in /proc/<pid>/cgroup; the first one gives the id."""
        return [*self.version_1, *([UNIFIED] if self.unified else [])]

    def folder(self, name: str, path: str) -> Path:
        """Return the folder of the cgroup ``path`` in the hierarchy ``name``."""
        mount = self.unified if name == UNIFIED else self.version_1[name]
        return Path(f"{mount}{path}")

    def figures(self, paths: Mapping[str, str]) -> Iterator[Figures]:
        """Yield the figures of each controller in which a container has its cgroup ``paths``."""
        for name in self.version_1:
            if name in paths:
                yield VERSION_1[name](self.folder(name, paths[name]))
        if self.unified is None or UNIFIED not in paths:
            return
        # In a hybrid cpu.stat of version 2 is there too, though version 1 has the controllers.
        covered = {"cpu"} if "cpuacct" in self.version_1 else set()
        for name in VERSION_2.keys() - self.version_1.keys() - covered:
            yield VERSION_2[name](self.folder(UNIFIED, paths[UNIFIED]))


def find(root: Path) -> Hierarchies:
    """Return the hierarchies below ``root``. Raises CgroupsError."""
    if (root / "cgroup.controllers").exists():
        return Hierarchies({}, root)
    mounts: dict[str, Path] = {}
    for controller in VERSION_1:
        for folder in sorted(root.glob(f"*{controller}*")):
            if controller in folder.name.split(",") and folder.is_dir():
                mounts.setdefault(controller, folder)
    unified = root / "unified"
    hierarchies = Hierarchies(
        mounts, unified if (unified / "cgroup.controllers").exists() else None
    )
    if not hierarchies.names:
        problem = f"{root}: found no cgroups, expected controllers of version 1 or 2"
        raise CgroupsError(f"{problem} (mount them, or give the folder with --cgroup-root)")
    return hierarchies


def containers(hierarchies: Hierarchies) -> dict[str, Path]:
    """Return the folders of containers by their 64 hexadecimal digits, known by their names.

    Containers within containers belong to the outer one. Raises CgroupsError beyond MOST_FOLDERS.
    """
    mount = hierarchies.folder(hierarchies.names[0], "")
    folder_of: dict[str, Path] = {}
    for visited, (place, folders, _) in enumerate(os.walk(mount)):
        if visited == MOST_FOLDERS:
            raise CgroupsError(f"{mount}: more than {MOST_FOLDERS} cgroups (remove empty ones)")
        inner = []
        for folder in folders:
            if match := _CONTAINER.fullmatch(folder):
                folder_of[match[1]] = Path(place, folder)
            else:
                inner.append(folder)
        deep = place.count("/") - str(mount).count("/") >= DEPTH
        folders[:] = [] if deep else inner
    return folder_of


def processes(folder: Path) -> Iterator[int]:
    """Yield the processes of a cgroup and of those inside it. Raises UnreadableError."""
    for place, _, _ in os.walk(folder):
        text = content(Path(place, "cgroup.procs")) or ""
        # A process of another process namespace reads as 0.
        yield from (int(word) for word in text.split() if word.isdecimal() and word != "0")
