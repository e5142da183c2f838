"""What panels show in a healthy system is read as it was declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.dashboards.expectation import FILE, Expectation, load
from whiteroom_monitoring.dashboards.load import load as load_boards
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.resources import share


def test_file_holds_what_is_declared() -> None:
    """The committed file, read back, is what stands beside the panels."""
    declared = {
        board.uid: {
            panel_id: Expectation(
                panel.meta.expect, panel.meta.needs or row.needs, panel.meta.waits_for
            )
            for panel_id, row, panel in board.panels()
            if panel.has_metrics
        }
        for board in load_boards(WHITE_ROOM.files.boards)
    }
    assert load(share("infrastructure/monitoring/grafana")) == declared


@pytest.mark.parametrize(
    "text", ["", "[]", '{"a": 1}', '{"a": {"b": {}}}', '{"a": {"1": {"expect": "x"}}}']
)
def test_file_of_another_form_is_a_diagnostic(text: str, tmp_path: Path) -> None:
    """Whatever is no file of ours is refused as a whole, with what to do."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(DiagnosticsError, match="found no expectations of panels"):
        load(tmp_path)


def test_missing_file_is_a_diagnostic(tmp_path: Path) -> None:
    """Without the file there is nothing to expect."""
    with pytest.raises(DiagnosticsError, match="whiteroom generate"):
        load(tmp_path)
