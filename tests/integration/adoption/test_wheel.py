"""A wheel holds all that the client, the checks and the agent need; no clone is near."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from whiteroom_monitoring.resources import repository_root

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


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, environment_in):
    """An environment with the wheel."""
    made = environment_in(tmp_path_factory.mktemp("wheel"))
    built = made.run("pip", "wheel", "-q", "-w", made.folder, repository_root())
    assert built.returncode == 0, built.stderr
    (wheel,) = made.folder.glob("*.whl")
    installed = made.run("pip", "install", "-q", wheel)
    assert installed.returncode == 0, installed.stderr
    return made


def test_the_client_records_and_exposes(installation, segments: Path) -> None:
    """What is recorded with the wheel's client is exposed by it."""
    done = installation.run("python", "-c", RECORD, segments)
    assert "\nsongs_created_total 3\n" in done.stdout, done.stderr


def test_the_client_needs_no_other_package(installation) -> None:
    """What an application installs brings nothing but itself; the stack is an extra."""
    metadata = next(installation.packages.glob("whiteroom_monitoring-*.dist-info")) / "METADATA"
    required = [line for line in metadata.read_text().splitlines() if "Requires-Dist" in line]
    assert required
    assert [line for line in required if "extra ==" not in line] == []


def test_help_teaches(installation) -> None:
    """The command line is there, and says where to start."""
    assert "start here:" in installation.run("whiteroom", "--help").stdout


def test_the_documents_are_carried(installation) -> None:
    """The wheel has the pages of the site, those beside `docs/` included, and their pictures."""
    share = installation.packages / "whiteroom_monitoring/share"
    pages = ("docs/index.md", "docs/how-to/setup.md", "docs/pictures/overview.svg", "SECURITY.md")
    runbooks = share / "infrastructure/monitoring/runbooks"
    assert [name for name in pages if not (share / name).is_file()] == []
    assert (runbooks / "AudioXruns.md").is_file()


@pytest.mark.parametrize("tools", [False, pytest.param(True, marks=pytest.mark.long)])
def test_the_catalogue_and_the_configuration_are_whole(installation, tools: bool) -> None:
    """The checks find nothing wrong in the wheel's own files, promtool's and amtool's included."""
    done = installation.run("whiteroom", "check", path=None if tools else installation.programs)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_agent_serves_what_was_recorded(installation, segments: Path) -> None:
    """The agent of the wheel serves the segments that a process has left."""
    assert installation.run("python", "-c", RECORD, segments).returncode == 0
    with subprocess.Popen(
        [
            installation.programs / "whiteroom",
            "segment-exporter",
            "--port=0",
            f"--segments={segments}",
        ],
        cwd=installation.folder,
        env=installation.variables,
        stdout=subprocess.PIPE,
        text=True,
    ) as agent:
        assert agent.stdout is not None
        address = agent.stdout.readline().split()[-1]
        with urlopen(address) as answer:
            assert b"\nsongs_created_total 3\n" in answer.read()
        agent.terminate()


def test_without_its_share_the_check_says_what_is_missing(installation, tmp_path: Path) -> None:
    """The checks above read the wheel's own files: without them there is nothing to check."""
    broken = tmp_path / "broken"
    shutil.copytree(installation.packages / "whiteroom_monitoring", broken / "whiteroom_monitoring")
    shutil.rmtree(broken / "whiteroom_monitoring" / "share")
    program = (
        f"import sys; sys.path.insert(0, {str(broken)!r})\n"
        "from whiteroom_monitoring.cli.main import main\n"
        "sys.exit(main(['check']))\n"
    )
    done = installation.run("python", "-c", program)
    assert done.returncode == 1
    assert (
        done.stderr == "whiteroom: whiteroom.toml: not found beside the package; install it again\n"
    )
