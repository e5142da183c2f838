"""The console survives whatever stands in a dashboard's file: seeded mutations of real ones."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.data_sources import CannedSources
from tests.support.paths import ROOT
from tests.support.projects import project_of
from whiteroom_monitoring.console import http, service
from whiteroom_monitoring.console.service import DashboardService
from whiteroom_monitoring.console.workers import Workers
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator
from whiteroom_monitoring.grafana.model.library import Library

SOURCES = (
    *sorted((ROOT / "infrastructure/monitoring/grafana/dashboards").glob("*.json")),
    ROOT / "tests/integration/console/dashboards/kinds.json",
)
MUTATIONS = 16
DELETED = object()
REPLACEMENTS = (
    *(DELETED, None, True, 0, -1, 1e300, 2**70, "", "x", "$__user", "/(/", "*", "now/d"),
    *([], [None], [[]], ["x", 1], {}, {"a": None}, [{}], {"uid": []}),
)
NOW_S = 1_767_225_600.0
NEIGHBOUR = {"uid": "neighbour", "title": "Neighbour", "panels": [{"type": "text"}]}

Place = tuple[str | int, ...]


def places(node: Any, at: Place = ()) -> Iterator[Place]:
    """Yield the place of every value below ``node``."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from places(value, (*at, key))


def mutated(content: Any, place: Place, replacement: object) -> Any:
    """Return a copy in which another value stands at ``place``, or none."""
    copied = copy.deepcopy(content)
    node = copied
    for key in place[:-1]:
        node = node[key]
    if replacement is DELETED:
        del node[place[-1]]
    else:
        node[place[-1]] = replacement
    return copied


class Console:
    """A console in this process, over a folder with one dashboard and its neighbour."""

    def __init__(self, folder: Path, content: Any) -> None:
        self._folder = folder
        (folder / "neighbour.json").write_text(json.dumps(NEIGHBOUR))
        self.before = self.show(content)

    def show(self, content: Any) -> list[dict[str, Any]]:
        """Return the panels of a dashboard as the console answers them, wherever its uid went."""
        (self._folder / "mutated.json").write_text(json.dumps(content))
        workers = Workers()
        dashboards = DashboardService(
            Library(self._folder),
            Evaluator(CannedSources()),
            project_of(self._folder),
            lambda: NOW_S,
        )
        transport = httpx.ASGITransport(http.make(dashboards, workers, {"console"}))
        try:
            return asyncio.run(self._panels(transport))
        finally:
            workers.close()

    async def _panels(self, transport: httpx.ASGITransport) -> list[dict[str, Any]]:
        async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
            home = json.loads(await get(client, "/api/home"))
            listed = {dashboard["slug"]: dashboard["uid"] for dashboard in home["dashboards"]}
            assert listed["neighbour"] == "neighbour"
            if "mutated" not in listed:
                assert any("mutated.json" in reason for reason in home["reasons"])
                return []
            uid = listed["mutated"]
            assert await get(client, f"/d/{uid}/mutated")
            dashboard = json.loads(await get(client, f"/api/dashboards/{uid}"))
            keys = [p["key"] for section in dashboard["sections"] for p in section["panels"]]
            assert len(keys) == len(set(keys))
            query = "&".join(f"panel=20:{key}" for key in keys)
            lines = await get(client, f"/api/dashboards/{uid}/panels?{query}&annotations=")
            return [panel for panel in map(json.loads, lines.splitlines()) if "key" in panel]


async def get(client: httpx.AsyncClient, path: str) -> str:
    """Return the text of an answer, which must be one."""
    answer = await client.get(path)
    assert answer.status_code == 200, f"{path[:80]}: {answer.status_code} {answer.text[:300]}"
    return answer.text


def contents(panels: list[dict[str, Any]]) -> list[str]:
    """Return what panels show, without their keys."""
    return sorted(json.dumps({**panel, "key": ""}, sort_keys=True) for panel in panels)


def lost(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> set[str]:
    """Return the ids of panels that are not there any more as they were."""
    left = contents(after)
    ids = set()
    for panel in before:
        [text] = contents([panel])
        if text in left:
            left.remove(text)
        else:
            # What is repeated has its number behind the id.
            ids.add(panel["key"].partition("-")[0])
    return ids


def panel_of(place: Place) -> bool:
    """Tell whether a place is within one panel."""
    return place[0] == "panels" and len(place) > 1


def assert_survives(console: Console, content: Any, seed: int) -> None:
    """Show a dashboard with one value replaced, and hold it against what it showed before."""
    randomly = random.Random(seed)
    place = randomly.choice([pointer for pointer in places(content) if pointer not in (("uid",),)])
    replacement = randomly.choice(REPLACEMENTS)
    what = f"seed {seed}: {'.'.join(map(str, place))} = {replacement!r}"
    panels = console.show(mutated(content, place, replacement))
    failed = [panel["problem"] for panel in panels if "The console failed" in panel["problem"]]
    assert failed == [], what
    if panel_of(place):
        assert len(lost(console.before, panels)) <= 1, what


def _rounds() -> int:
    return int(os.environ.get("WHITEROOM_MUTATIONS", MUTATIONS))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_no_value_hurts_another_panel(source: Path, tmp_path: Path) -> None:
    """Whatever replaces one value of a file, every page answers and every other panel stays."""
    content = json.loads(source.read_text(encoding="utf-8"))
    console = Console(tmp_path, content)
    assert len(console.before) > 10
    for seed in range(_rounds()):
        assert_survives(console, content, seed)


def test_the_comparison_notices_a_lost_panel(tmp_path: Path) -> None:
    """A panel that is gone, and one that shows something else, are both lost."""
    panels = Console(tmp_path, json.loads(SOURCES[0].read_text(encoding="utf-8"))).before
    assert lost(panels, panels) == set()
    changed = [{**panels[0], "notice": "else"}, *panels[2:]]
    assert lost(panels, changed) == {panels[0]["key"], panels[1]["key"]}


def test_a_panel_that_fails_is_named_among_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the console itself takes the place of one panel, and the others are drawn."""
    content = json.loads(SOURCES[0].read_text(encoding="utf-8"))
    encoded = service.encoded_panel
    broken: list[int] = []

    def fail_once(*arguments: Any) -> dict[str, Any]:
        if not broken:
            broken.append(1)
            raise KeyError("gone")
        return encoded(*arguments)

    monkeypatch.setattr(service, "encoded_panel", fail_once)
    problems = [panel["problem"] for panel in Console(tmp_path, content).before]
    assert sorted(set(problems)) == ["", "The console failed: KeyError 'gone'"]
    assert problems.count("") == len(problems) - 1
