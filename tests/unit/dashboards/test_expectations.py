"""What panels show in a healthy system is read as it was declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.dashboards.assembly import expectations
from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.expectations import FILE, Expectation, load
from whiteroom_monitoring.dashboards.registry import DASHBOARDS
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.locations import share


def test_file_holds_what_is_declared() -> None:
    """The committed file, read back, is what stands beside the panels."""
    declared = {
        uid: {
            int(number): Expectation(Shows(raw.pop("shows")), **raw) for number, raw in of.items()
        }
        for uid, of in expectations(DASHBOARDS).items()
    }
    assert load(share("infrastructure/monitoring/grafana")) == declared


@pytest.mark.parametrize(
    "text", ["", "[]", '{"a": 1}', '{"a": {"b": {}}}', '{"a": {"1": {"shows": "x"}}}']
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
