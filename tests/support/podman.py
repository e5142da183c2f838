"""podman with a store of its own, which runs services of a compose file as they are rendered."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import wait_until

# Limits that a machine which is a container itself allows.
_CONFIGURATION = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""
# Holds the network that all services share, in place of the host's.
NETWORK = "network"


class PodmanError(AssertionError):
    """podman refused something; the text is what it said."""


@contextmanager
def podman_folder() -> Iterator[Path]:
    """Give podman a folder; skips the test where podman can't be used."""
    for program in ("podman", "runc"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if os.geteuid() != 0:
        pytest.skip("cgroups are made by root")
    # Short: podman refuses a --runroot of more than 50 characters.
    with tempfile.TemporaryDirectory(prefix="wr", ignore_cleanup_errors=True) as folder:
        try:
            yield Path(folder)
        finally:
            # What the store has mounted would keep the folder.
            subprocess.run(["umount", "-q", f"{folder}/root/overlay"], check=False)


class Podman:
    """podman below ``folder``, whose path has to be short."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        configuration = folder / "containers.conf"
        configuration.write_text(_CONFIGURATION)
        self.environment = os.environ | {"CONTAINERS_CONF": str(configuration)}
        # What Compose would take from the environment.
        self.variables: dict[str, str] = {}
        self.command = [
            "podman",
            *("--root", f"{folder}/root", "--runroot", f"{folder}/run"),
            *("--tmpdir", f"{folder}/tmp", "--storage-driver", "overlay"),
        ]

    def __call__(self, *words: str, timeout: float = 300, stdin: Any = None) -> str:
        """Run a command of podman's; return what it printed. Raises PodmanError."""
        done = subprocess.run(
            [*self.command, *words],
            env=self.environment,
            stdin=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode != 0:
            raise PodmanError(
                f"podman {' '.join(words[:6])}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
            )
        return done.stdout.strip()

    def clean(self) -> None:
        """End every container, and remove the volumes."""
        # What holds the network goes last.
        names = self("ps", "--all", "--format", "{{.Names}}").split()
        for name in sorted(names, key=lambda name: name == NETWORK):
            self("rm", "--force", "--time", "1", "--volumes", name)
        self("volume", "rm", "--all", "--force")

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve the API at `socket`, until the end of the block."""
        words = [*self.command, "system", "service", "--time", "0", f"unix://{self.socket}"]
        with subprocess.Popen(words, env=self.environment, stderr=subprocess.DEVNULL) as service:
            try:
                wait_until(self.socket.exists, what="podman serves its API", within_s=60)
                yield
            finally:
                service.terminate()

    @property
    def socket(self) -> Path:
        """Where the API is served."""
        return self.folder / "api.sock"

    def enter_network(self, *command: str) -> str:
        """Run a command of this machine's in the network of the containers; return its output."""
        pid = self("inspect", "--format", "{{.State.Pid}}", NETWORK)
        words = ["nsenter", "--target", pid, "--net", *command]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout

    def start_network(self, image: str) -> None:
        """Start what holds the network, with an interface besides loopback; `run` joins it."""
        words = ("--detach", "--name", NETWORK, "--network", "none", "--entrypoint", '["sleep"]')
        self("run", *words, image, "infinity")
        self.enter_network("ip", "link", "add", "one", "type", "veth", "peer", "name", "two")
        self.enter_network("ip", "link", "set", "one", "up")
        self.enter_network("ip", "link", "set", "two", "up")

    def make_volumes(self, volumes: Mapping[str, Any]) -> None:
        """Make those volumes of a compose file that have options."""
        for name, content in volumes.items():
            given = content.get("driver_opts", {}).items()
            words = [word for key, value in given for word in ("--opt", f"{key}={value}")]
            self("volume", "create", *words, name)

    def run(self, name: str, service: Mapping[str, Any], *, detach: bool = True) -> str:
        """Run a service of a compose file under its name; return what it printed."""
        words = ["--name", name, "--detach" if detach else "--rm"]
        words += options(service, self.variables)
        return self("run", *words, service["image"], *map(str, service.get("command", [])))


def import_shell(podman: Callable[..., Any], folder: Path, image: str) -> None:
    """Import an image of this machine's sh and sleep, and the libraries that they need."""
    programs = ["/bin/sh", "/bin/sleep"]
    linked = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=True).stdout
    archive = folder / "image.tar"
    with tarfile.open(archive, "w", dereference=True) as tar:
        for path in {*programs, *re.findall(r"(/\S+) \(0x", linked)}:
            tar.add(os.path.realpath(path), arcname=path)
    podman("import", str(archive), image)


def options(service: Mapping[str, Any], variables: Mapping[str, str]) -> list[str]:
    """Return a service as options of `podman run`: all that it says but builds and dependencies."""
    known = {
        *("image", "build", "command", "depends_on", "profiles", "logging", "restart", "secrets"),
        *("entrypoint", "environment", "user", "group_add", "volumes", "network_mode", "read_only"),
        *("tmpfs", "cap_drop", "cap_add", "security_opt", "mem_limit", "pids_limit", "pid"),
        *("healthcheck", "cgroup"),
    }
    assert service.keys() <= known, f"not translated: {service.keys() - known}"
    shared = service["network_mode"] == "host"
    words = ["--network", f"container:{NETWORK}" if shared else "none"]
    words += ["--entrypoint", json.dumps(service["entrypoint"]), "--user", service["user"]]
    words += ["--read-only"] if service["read_only"] else []
    words += [f"--pids-limit={service['pids_limit']}", f"--memory={service['mem_limit']}"]
    words += ["--cgroupns", service["cgroup"]] if "cgroup" in service else []
    words += ["--pid", service["pid"]] if "pid" in service else []
    words += _each("--env", [f"{k}={v}" for k, v in service.get("environment", {}).items()])
    words += _each("--volume", [_expanded(v, variables) for v in service.get("volumes", [])])
    for key, option in _LISTS.items():
        words += _each(option, service.get(key, []))
    if "healthcheck" in service:
        test = service["healthcheck"]["test"]
        words += ["--health-cmd", json.dumps(test), "--health-interval", "disable"]
    return words


_LISTS = {
    "tmpfs": "--tmpfs",
    "group_add": "--group-add",
    "cap_drop": "--cap-drop",
    "cap_add": "--cap-add",
    "security_opt": "--security-opt",
}


def _each(option: str, values: Sequence[str]) -> list[str]:
    return [word for value in values for word in (option, _security(option, value))]


def _security(option: str, value: str) -> str:
    return value.removesuffix(":true") if option == "--security-opt" else value


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    """Return a mount with its variable expanded, as Compose does it."""
    if not text.startswith("${"):
        return text
    variable, _, rest = text.removeprefix("${").partition("}")
    name, _, default = variable.partition(":-")
    return variables.get(name, default) + rest
