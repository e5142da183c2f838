"""The committed dashboards are the golden files of all that builds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.dashboards import output
from whiteroom_monitoring.dashboards.allowed_features import unsupported
from whiteroom_monitoring.dashboards.load import BoardsError, load
from whiteroom_monitoring.resources import repository_root, share


def test_what_is_built_is_what_is_committed() -> None:
    """Every option, id and place of every panel is built as it was looked at and committed."""
    root = repository_root()
    assert root is not None
    built = output.generate(WHITE_ROOM)
    assert len(built) > 1
    for path, text in built.items():
        assert (root / path).read_text(encoding="utf-8") == text, path


def test_what_is_committed_is_allowed() -> None:
    """Everything that our dashboards use stands in the list of what the console shows."""
    files = sorted(share("infrastructure/monitoring/grafana/dashboards").glob("*.json"))
    panels = [p for file in files for p in json.loads(file.read_text())["panels"]]
    assert len(panels) > 50
    features = [(p["id"], one) for p in panels if p["type"] != "row" for one in unsupported(p)]
    assert features == []


@pytest.mark.parametrize("text", [None, "", "DASHBOARDS = 1\n"])
def test_a_folder_that_declares_nothing_is_named(tmp_path: Path, text: str | None) -> None:
    """Boards are a package with DASHBOARDS; what is missing is said with the path."""
    if text is not None:
        (tmp_path / "__init__.py").write_text(text)
    with pytest.raises(BoardsError, match=f"{tmp_path}.*expected a"):
        load(tmp_path)
