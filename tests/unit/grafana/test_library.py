"""The laws of a folder of dashboards: no file can hurt another."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.grafana.evaluation.errors import NotFoundError
from whiteroom_monitoring.grafana.model.library import Library

GOOD = '{"uid": "a", "title": "A", "panels": []}'


def names(library: Library) -> list[str]:
    """Return the names of files that hold no dashboard."""
    return [diagnostic.path.name for diagnostic in library.diagnostics if diagnostic.path]


def test_every_invalid_file_is_named_and_the_others_are_there(tmp_path: Path) -> None:
    """Files that hold no dashboard are all named, and keep nobody from starting."""
    (tmp_path / "a.json").write_text(GOOD)
    (tmp_path / "b.json").write_text("{")
    (tmp_path / "c.json").write_text(GOOD)
    (tmp_path / "d.json").write_text("[]")
    (tmp_path / "e.json").write_bytes(b"\xff\xfe")
    (tmp_path / "f.json").mkdir()
    library = Library(tmp_path)
    assert [dashboard.title for dashboard in library] == ["A"]
    assert names(library) == ["b.json", "c.json", "d.json", "e.json", "f.json"]
    assert "its uid a is that of a.json" in str(library.diagnostics[1])
    (tmp_path / "b.json").write_text('{"uid": "b", "title": "B"}')
    (tmp_path / "c.json").unlink()
    assert [dashboard.title for dashboard in library] == ["A", "B"]
    assert names(library) == ["d.json", "e.json", "f.json"]


def test_a_dashboard_is_found_by_its_uid_or_its_file(tmp_path: Path) -> None:
    """A uid comes before the name of another dashboard's file; what is neither is not found."""
    (tmp_path / "one.json").write_text('{"uid": "two", "title": "A"}')
    (tmp_path / "two.json").write_text('{"uid": "b", "title": "B"}')
    library = Library(tmp_path)
    assert [library.get(name).title for name in ("two", "b", "one")] == ["A", "B", "A"]
    with pytest.raises(NotFoundError, match="no dashboard 'three'"):
        library.get("three")


def test_a_file_that_is_being_written_stays_what_it_was(tmp_path: Path) -> None:
    """A file is named until it is whole; other files are read anew meanwhile."""
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    one.write_text('{"uid": "a", "title": "A"}')
    other.write_text('{"uid": "b", "title": "B"}')
    library = Library(tmp_path)
    assert {dashboard.title for dashboard in library} == {"A", "B"}
    one.write_text('{"uid": "a", "tit')
    other.write_text('{"uid": "b", "title": "Better"}')
    assert {dashboard.title for dashboard in library} == {"A", "Better"}
    [diagnostic] = library.diagnostics
    assert diagnostic.path == one
    assert "it is no JSON" in diagnostic.problem
    one.write_text('{"uid": "a", "title": "New"}')
    assert library.get("a").title == "New"
    assert library.diagnostics == ()
    one.unlink()
    assert [dashboard.title for dashboard in library] == ["Better"]
