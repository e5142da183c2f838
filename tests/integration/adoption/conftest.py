"""Environments for Python that know of no clone."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Environment:
    """A virtual environment without this package, in a folder of its own."""

    folder: Path
    programs: Path
    packages: Path
    variables: Mapping[str, str]

    @classmethod
    def make(cls, folder: Path) -> Environment:
        """Make one whose dependencies are those that are installed already."""
        venv.create(folder / "venv", with_pip=False)
        programs = folder / "venv" / "bin"
        (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
        # An editable installation there is not followed: its own .pth is not read.
        (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
        here = Path(sys.executable).parent
        variables = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "PATH": f"{programs}:{here}:{os.environ['PATH']}",
            "HOME": str(folder),
            # pip installs into it, without looking anything up.
            "PIP_PYTHON": str(programs / "python"),
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # means: none; docs of pip, "boolean options"
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        return cls(folder, programs, packages, variables)

    def run(
        self, program: str, *words: object, path: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in the folder, with no other program than those in ``path`` to be had."""
        executable = shutil.which(program, path=self.variables["PATH"])
        assert executable is not None
        return subprocess.run(
            [executable, *map(str, words)],
            cwd=self.folder,
            env={**self.variables, **({"PATH": str(path)} if path else {})},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="session")
def environment_in() -> Callable[[Path], Environment]:
    """Makes an environment in a folder."""
    return Environment.make
