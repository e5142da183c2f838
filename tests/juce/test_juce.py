"""The adapter for JUCE, compiled against JUCE and run within it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SOURCE = ROOT / "tests/juce"
MODULES = Path("/usr/share/juce/modules")

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


def run(program: Path) -> None:
    """Run a program of C++ tests to its end."""
    done = subprocess.run([program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.timeout(900)
def test_callback_of_a_device() -> None:
    """Within JUCE's device manager, dropouts are counted by cause and follow the device."""
    run(build("juce", "juce-device-tests"))


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
    """A juce::AudioProcessor is measured by two lines, and offline rendering is not."""
    run(build("juce-processors", "juce-processor-tests", "-DWHITEROOM_JUCE_PROCESSORS=ON"))
