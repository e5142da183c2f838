"""The list of what dashboards may use decides about every value of a panel."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.dashboards.allowed_features import Unsupported, unsupported

CASES = [
    ({"type": "stat", "title": "A"}, []),
    ({"type": "stat", "links": []}, []),
    ({"type": "stat", "links": [{"url": "/d/x/y"}]}, []),
    ({"type": "stat", "options": {"graphMode": "none"}}, []),
    (
        {"type": "stat", "options": {"graphMode": "area"}},
        [Unsupported("options.graphMode", "area", frozenset({"none"}))],
    ),
    ({"type": "stat", "options": {"reduceOptions": {"values": False}}}, []),
    (
        {"type": "stat", "options": {"reduceOptions": {"values": True}}},
        [Unsupported("options.reduceOptions.values", True, frozenset({False}))],
    ),
    ({"type": "stat", "options": {"sound": 1}}, [Unsupported("options.sound", 1, None)]),
    ({"type": "stat", "repeat": "job"}, [Unsupported("repeat", "job", None)]),
    ({"type": "stat", "transformations": []}, [Unsupported("transformations", None, None)]),
]


@pytest.mark.parametrize(("panel", "expected"), CASES)
def test_each_value_is_allowed_or_named(panel, expected) -> None:
    """What is on the list passes, what is not is named with its place and what may stand there."""
    assert list(unsupported(panel)) == expected


@pytest.mark.parametrize("panel", [{"type": "piechart"}, {}])
def test_panel_of_another_type_is_unsupported_as_a_whole(panel) -> None:
    """The type alone is named, not everything within."""
    [feature] = unsupported(panel)
    assert (feature.place, feature.value) == ("type", panel.get("type"))
