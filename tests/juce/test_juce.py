"""The adapter for JUCE, compiled against JUCE and run within it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SOURCE = ROOT / "tests/juce"
MODULES = Path("/usr/share/juce/modules")
LONG_S = 30

pytestmark = pytest.mark.skipif(
    not MODULES.exists(), reason="JUCE is not installed (Debian: juce-modules-source-data)"
)


def build(folder: str, target: str, *options: str) -> Path:
    """Build a program of this folder; what was built before is kept. Return where it is."""
    made = ROOT / "build" / folder
    for command in (
        ["cmake", "-S", str(SOURCE), "-B", str(made), "-G", "Ninja", *options],
        ["cmake", "--build", str(made), "--target", target],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return made / target


def run(program: Path, *options: str, seconds_of_a_host: int | None = None) -> None:
    """Run a program of C++ tests to its end; each host in it plays for so long."""
    environment = dict(os.environ)
    if seconds_of_a_host is not None:
        environment["WHITEROOM_HOST_SECONDS"] = str(seconds_of_a_host)
    done = subprocess.run(
        [program, *options],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.timeout(900)
def test_callback_of_a_device() -> None:
    """Dropouts are counted by cause within JUCE's device manager, and never by a plug-in."""
    run(build("juce", "juce-device-tests"))


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_hosts_that_play_for_long() -> None:
    """In every host, a plug-in's distribution is what the host measures for half a minute."""
    hosts = "--source-file=*host_test*"
    run(build("juce", "juce-device-tests"), hosts, seconds_of_a_host=LONG_S)


def has_libraries() -> bool:
    """Return whether there is what JUCE's modules for windows are linked with."""
    command = ["pkg-config", "--exists", "freetype2", "libpng", "libjpeg", "x11"]
    return subprocess.run(command, check=False).returncode == 0


@pytest.mark.long
@pytest.mark.timeout(3000)
@pytest.mark.skipif(
    not has_libraries(),
    reason="needs Debian's libfreetype-dev, libpng-dev, libjpeg-dev and libx11-dev",
)
def test_processor() -> None:
    """A juce::AudioProcessor knows its share of real time in every host."""
    run(build("juce-processors", "juce-processor-tests", "-DWHITEROOM_JUCE_PROCESSORS=ON"))
