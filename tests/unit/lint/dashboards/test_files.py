"""Files of dashboards are read with the place of each part."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.lint.dashboards import files


def test_file_that_is_no_dashboard_is_a_diagnostic(tmp_path: Path) -> None:
    """A file that can't be read, or has no panels, is named, and the others are read."""
    (tmp_path / "a.json").write_text('{"panels": ')
    (tmp_path / "b.json").write_text('{"title": "B"}')
    (tmp_path / "c.json").write_text('{"title": "C", "panels": []}')
    dashboards, diagnostics = files.read(tmp_path)
    assert [file.data["title"] for file in dashboards] == ["C"]
    assert [diagnostic.path.name for diagnostic in diagnostics] == ["a.json", "b.json"]


def test_diagnostic_has_the_place_of_its_word(written) -> None:
    """A diagnostic in an expression stands at the line and column of the word."""
    file = written()
    diagnostic = file.queries[0].diagnostic("audio_callbacks_total", "a problem")
    line = file.text.splitlines()[diagnostic.line - 1]
    assert line[diagnostic.column - 1 :].startswith("audio_callbacks_total{")
