"""The committed dashboards are the golden files of all that builds them."""

from __future__ import annotations

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.dashboards import output
from whiteroom_monitoring.resources import repository_root


def test_what_is_built_is_what_is_committed() -> None:
    """Every option, id and place of every panel is built as it was looked at and committed."""
    root = repository_root()
    assert root is not None
    built = output.generate(WHITE_ROOM)
    assert len(built) > 1
    for path, text in built.items():
        assert (root / path).read_text(encoding="utf-8") == text, path
