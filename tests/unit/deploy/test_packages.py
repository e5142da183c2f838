"""The packages that start.sh asks for follow from the components."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.deploy import packages
from whiteroom_monitoring.deploy.component import Program
from whiteroom_monitoring.deploy.registry import load
from whiteroom_monitoring.resources import share

COMPONENTS = load(WHITE_ROOM)
START = share("infrastructure/monitoring") / "start.sh"
SYSTEM_PYTHON = "/usr/bin/python3"


def _listed(*options: str) -> dict[str, str]:
    """Return what start.sh reads, by the system's own Python without any package."""
    words = ["--components", str(WHITE_ROOM.files.components), *options]
    done = subprocess.run(
        [SYSTEM_PYTHON, "-S", "-m", "whiteroom_monitoring.deploy.packages", *words],
        env={"PYTHONPATH": str(share("src/whiteroom_monitoring").parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.split("\t") for line in done.stdout.splitlines())


def test_every_package_of_a_component_is_asked_for() -> None:
    """Each package is listed once with what is lost without it; those of tests only when asked."""
    of_components = {package.name for c in COMPONENTS for package in c.packages}
    stack, everything = _listed(), _listed("--dev")
    assert of_components <= stack.keys() < everything.keys()
    assert everything.keys() - stack.keys() == {package.name for package in packages.TESTS}
    assert all(everything.values())


def test_a_program_of_debian_names_a_package_of_its_component() -> None:
    """The package that a remedy names is among those that start.sh installs."""
    for component in COMPONENTS:
        for variant in component.variants:
            named = _package_of(variant.program)
            assert named is None or named in {package.name for package in component.packages}


def _package_of(program: Program) -> str | None:
    match = re.fullmatch(r"install Debian's package (\S+)", program.remedy)
    return match[1] if match else None


def test_start_names_no_component_s_package() -> None:
    """start.sh has no list of its own."""
    script = START.read_text()
    assert [p.name for c in COMPONENTS for p in c.packages if f"[{p.name}]" in script] == []


def test_start_says_so_when_python_is_missing(tmp_path: Path) -> None:
    """Without a python3 and the right to install one, the reason and the package are named."""
    for name in ("bash", "dirname", "cat", "id"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    done = subprocess.run(
        ["/bin/bash", START, "--install-only"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.11 or later is needed; found none" in done.stderr
    assert "python3-venv" in done.stderr
