"""A new project is written as a whole, under its own name, or not at all."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring import scaffold
from whiteroom_monitoring.codegen import clients
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import catalogues, load
from whiteroom_monitoring.scaffold.write import files, write

assert scaffold.__file__ is not None
FOLDER = Path(scaffold.__file__).parent
LONG_NAMES = ("work", "time", "metrics")
KINDS = {"python": "tape_looper_2.py", "cpp": "main.cpp", "swift": "Sources/TapeLooper2/main.swift"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_template_is_written_under_the_projects_name(tmp_path: Path, kind: str) -> None:
    """Folders are made; no placeholder and no ending of a template is left."""
    folder = tmp_path / "new" / "project"
    written = write(folder, "tape-looper-2", kind)
    assert sorted(written) == sorted(
        p.relative_to(folder) for p in folder.rglob("*") if p.is_file()
    )
    templates = [
        path
        for part in ("common", kind)
        for path in (FOLDER / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(written) == len(templates) > 5
    assert Path(KINDS[kind]) in written
    for path in written:
        assert path.suffix != ".template"
        assert not re.search("@[a-zA-Z]+@", (folder / path).read_text())
    assert "tape-looper-2" in (folder / "whiteroom.toml").read_text()


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    """One file in the way, and nothing at all is written."""
    (tmp_path / "whiteroom.toml").write_text("mine")
    with pytest.raises(UsageError, match=r"whiteroom\.toml is there already"):
        write(tmp_path, "tape", "python")
    assert [p.name for p in tmp_path.iterdir()] == ["whiteroom.toml"]
    assert (tmp_path / "whiteroom.toml").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "Tape", "2tape", "tape--looper", "-tape", "tape_looper"])
def test_a_name_is_one_that_everything_takes(name: str) -> None:
    """Lower case, digits and single dashes: what a job, a folder and a module may be called."""
    with pytest.raises(UsageError, match="expected lower-case letters"):
        list(files(name, "python"))


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("test", "cpp", "CMake has a target"),
        ("all", "cpp", "CMake has a target"),
        ("package", "cpp", "CMake has a target"),
        ("json", "python", "a module of that name"),
        ("time", "python", "a module of that name"),
    ],
)
def test_a_name_that_is_taken_is_refused(name: str, kind: str, reason: str) -> None:
    """What the build or the interpreter has already can't be a project."""
    with pytest.raises(UsageError, match=f"^{name}: {reason}"):
        list(files(name, kind))


@pytest.mark.parametrize(
    "name",
    [*("main", "std", "class"), *(pytest.param(n, marks=pytest.mark.long) for n in LONG_NAMES)],
)
def test_a_project_in_cpp_compiles_under_any_other_name(tmp_path: Path, name: str) -> None:
    """Keywords, macros, C's functions and the program's own names are no clash."""
    write(tmp_path, name, "cpp")
    project = load(tmp_path)
    for path, text in clients.generate(catalogues.own(project), project).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    include = ROOT / "juce_backend/src/monitoring/include"
    options = ("-std=gnu++20", "-Wall", "-Wextra", "-fsyntax-only", "-I", include, "-I", tmp_path)
    done = subprocess.run(
        ["g++", *options, tmp_path / "main.cpp"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
