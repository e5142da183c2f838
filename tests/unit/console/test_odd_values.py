"""A dashboard may hold anything anywhere: no value in it hurts more than its own panel."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.data_sources import CannedSources
from whiteroom_monitoring.console.presentation import encoded_panel
from whiteroom_monitoring.grafana.display import layout
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.dashboard import parse
from whiteroom_monitoring.resources import share

ODD = [None, 5, -1, 1e300, True, "x", "", "$v", "[[[", [], [5], ["x"], {}, {"a": None}]
BOARDS = ("alerts", "application-performance", "business-metrics", "system-health")
CHANGES = 60


def _pointers(node: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if pointer:
        yield pointer
    members = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node if isinstance(node, list) else [])
    )
    for key, value in members:
        yield from _pointers(value, (*pointer, key))


def _with(content: Any, pointer: tuple[Any, ...], value: object) -> Any:
    changed = copy.deepcopy(content)
    parent = changed
    for key in pointer[:-1]:
        parent = parent[key]
    parent[pointer[-1]] = value
    return changed


def show(content: Any) -> int:
    """Evaluate and encode every panel of a dashboard; return how many there are."""
    evaluator = Evaluator(CannedSources())
    view = evaluator.view(parse(json.dumps(content), "odd"), TimeRange(1.7e9, 1.7e9 + 3600), {})
    panels = layout.by_key(view).values()
    for panel in panels:
        assert encoded_panel(evaluator.panel(view, panel.panel, panel.scope), panel.scope)
    return len(panels)


@pytest.mark.parametrize("board", BOARDS)
def test_no_odd_value_ends_a_dashboard(board: str) -> None:
    """Whatever stands in one place of a dashboard, every panel shows data or a sentence."""
    file = share(f"infrastructure/monitoring/grafana/dashboards/{board}.json")
    content = json.loads(file.read_text(encoding="utf-8"))
    chance = random.Random(board)
    for _ in range(CHANGES):
        few = {**content, "panels": chance.sample(content["panels"], 3)}
        changed = _with(few, chance.choice(list(_pointers(few))), chance.choice(ODD))
        assert show(changed) >= 0


def test_every_panel_is_shown() -> None:
    """A dashboard as it is written shows as many panels as it has."""
    file = share("infrastructure/monitoring/grafana/dashboards/alerts.json")
    content = json.loads(file.read_text(encoding="utf-8"))
    rows = [panel for panel in content["panels"] if panel["type"] == "row"]
    assert show(content) == len(content["panels"]) - len(rows)
