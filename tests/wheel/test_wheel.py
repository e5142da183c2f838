"""A wheel holds all that the client, the checks and the agent need; no clone is near."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import venv
from pathlib import Path
from urllib.request import urlopen

import pytest

from whiteroom_monitoring.locations import repository_root

RECORD = """
import sys
import whiteroom_monitoring
from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import business
assert whiteroom_monitoring.__file__.startswith(sys.prefix), whiteroom_monitoring.__file__
client.prepare("business-metrics", sys.argv[1])
business.songs_created_total.inc(3)
sys.stdout.write(client.exposition().decode())
"""


class Installation:
    """A virtual environment with the wheel, in a folder that knows of no clone."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        venv.create(folder / "venv", with_pip=False)
        self.python = folder / "venv" / "bin" / "python"
        _pip("--python", self.python, "install", "--no-deps", "--no-index", wheel)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        self.packages = folder / "venv" / "lib" / version / "site-packages"
        # Dependencies from where they are already; an editable installation there is not followed.
        (self.packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *map(str, command)],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def whiteroom(self, *words: object) -> list[object]:
        return [self.python.parent / "whiteroom", *words]

    def environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("wheel")
    root = repository_root()
    assert root is not None
    _pip("wheel", "--no-deps", "--no-build-isolation", "-w", folder, root)
    (wheel,) = folder.glob("*.whl")
    return Installation(folder, wheel)


def test_the_client_records_and_exposes(installation: Installation, segments: Path) -> None:
    """What is recorded with the wheel's client is exposed by it."""
    done = installation.run("-c", RECORD, segments)
    assert "\nsongs_created_total 3\n" in done.stdout, done.stderr


@pytest.mark.parametrize("words", [["--help"], ["check"]])
def test_commands_work(installation: Installation, words: list[str]) -> None:
    """The command line teaches, and the catalogue and configuration in the wheel are whole."""
    done = installation.run(*installation.whiteroom(*words))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_agent_serves_what_was_recorded(installation: Installation, segments: Path) -> None:
    """The agent of the wheel serves the segments that a process has left."""
    assert installation.run("-c", RECORD, segments).returncode == 0
    command = installation.whiteroom("agent", "--port", 0, "--segments", segments)
    with subprocess.Popen(
        [str(installation.python), *map(str, command)],
        cwd=installation.folder,
        env=installation.environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as agent:
        assert agent.stdout is not None
        address = agent.stdout.readline().split()[-1]
        with urlopen(address) as answer:
            assert b"\nsongs_created_total 3\n" in answer.read()
        agent.terminate()


def test_without_its_share_the_check_says_what_is_missing(
    installation: Installation, tmp_path: Path
) -> None:
    """The checks above read the wheel's own files: without them there is nothing to check."""
    broken = tmp_path / "broken"
    shutil.copytree(installation.packages / "whiteroom_monitoring", broken / "whiteroom_monitoring")
    shutil.rmtree(broken / "whiteroom_monitoring" / "share")
    program = (
        f"import sys; sys.path.insert(0, {str(broken)!r})\n"
        "from whiteroom_monitoring.cli import main\n"
        "sys.exit(main(['check']))\n"
    )
    done = installation.run("-c", program)
    assert done.returncode == 1
    assert done.stderr == "whiteroom: catalogue: not found beside the package; install it again\n"
