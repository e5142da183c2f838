"""What stands beside the rooms: priorities, places of files, old names, the program itself."""

from __future__ import annotations

import runpy
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.support.paths import ROOT
from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring import _moved, deprecations, resources
from whiteroom_monitoring.cli import main
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.project.model import Priority


def test_whom_a_priority_reaches() -> None:
    """P0 and P1 page, P2 needs action, P3 is news; every priority is one of the two."""
    alerts = WHITE_ROOM.alerts
    assert list(alerts.priorities) == ["P0", "P1", "P2", "P3"]
    assert [sorted(set_) for set_ in (alerts.paging, alerts.needing_action, alerts.news)] == [
        ["P0", "P1"], ["P0", "P1", "P2"], ["P3"]
    ]  # fmt: skip
    assert alerts.severities["P0"] == "critical"
    usual = Priority("P9", "odd", "Answer.")
    assert (usual.pages, usual.needs_action) == (False, True)


def test_a_native_source_that_has_changed_is_built() -> None:
    """The installation depends on every folder of native sources of the package."""
    folders = (ROOT / "src/whiteroom_monitoring").glob("*/native/CMakeLists.txt")
    script = (ROOT / "infrastructure/monitoring/start.sh").read_text()
    words = script.partition("fingerprint() {")[2].partition("}\n")[0].split()
    names = {str(path.parent.relative_to(ROOT)) for path in folders}
    assert names <= set(words)
    assert len(names) == 2


def _package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = folder / "src" / "whiteroom_monitoring"
    package.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", package)
    return package


def test_a_clone_is_preferred_to_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are those of the clone, else those in the package; what neither has is named."""
    package = _package(tmp_path, monkeypatch)
    (package / "share" / "catalogue").mkdir(parents=True)
    assert resources.repository_root() is None
    assert resources.share("catalogue") == package / "share" / "catalogue"
    (tmp_path / "catalogue").mkdir()
    assert resources.repository_root() is None
    (tmp_path / "pyproject.toml").touch()
    assert resources.repository_root() == tmp_path
    assert resources.share("catalogue") == tmp_path / "catalogue"
    (package / "share" / "docs").mkdir()
    assert resources.share("docs") == package / "share" / "docs"
    with pytest.raises(MonitoringError, match="runbooks: not found beside the package"):
        resources.share("runbooks")


def test_a_project_file_alone_is_no_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's project that the package is installed in is not our clone."""
    _package(tmp_path, monkeypatch)
    (tmp_path / "pyproject.toml").touch()
    assert resources.repository_root() is None


def test_an_old_name_is_named_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each old name costs one line, however often it is used."""
    monkeypatch.setattr(deprecations, "_named", set())
    for new in ("writers", "writers", "many"):
        deprecations.name_once("key", "thread", new)
    assert capsys.readouterr().err.splitlines() == [
        "whiteroom: key `thread` is now `writers`", "whiteroom: key `thread` is now `many`"
    ]  # fmt: skip


def test_moved_modules_are_found_first_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The finder stands before the others, and is installed a single time."""
    others = [f for f in sys.meta_path if not isinstance(f, _moved.MovedModules)]
    monkeypatch.setattr(sys, "meta_path", list(others))
    _moved.install()
    _moved.install()
    assert isinstance(sys.meta_path[0], _moved.MovedModules)
    assert sys.meta_path[1:] == others
    finder = sys.meta_path[0]
    spec = finder.find_spec("whiteroom_monitoring.testing", None)
    assert spec is not None
    assert spec.submodule_search_locations == []
    assert finder.find_spec("whiteroom_monitoring.cli", None) is None


def test_the_package_is_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m` ends with the command's status, and with 130 when it is interrupted before."""
    monkeypatch.setattr(main, "main", lambda: 7)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("whiteroom_monitoring", run_name="__main__")
    assert ended.value.code == 7

    class Interrupting:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "whiteroom_monitoring.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "whiteroom_monitoring.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("whiteroom_monitoring", run_name="__main__")
    assert ended.value.code == 130


# Debian 12's, on which everything is installed by start.sh.
OLDEST_PYTHON = "3.11.2"


def _dependencies() -> list[str]:
    requirements = map(Requirement, metadata.requires("whiteroom-monitoring") or ())
    return sorted({r.name for r in requirements if any(r.specifier)})


@pytest.mark.parametrize("name", _dependencies())
def test_the_oldest_python_has_every_dependency(name: str) -> None:
    """Each pinned dependency can be installed with the Python that Debian 12 has."""
    try:
        required = metadata.metadata(name).get("Requires-Python") or ""
    except metadata.PackageNotFoundError:
        pytest.skip("is not installed here")
    assert SpecifierSet(required).contains(OLDEST_PYTHON), required
