"""What the home page says where the pager path is broken, with and without Prometheus."""

from __future__ import annotations

from typing import Any

import pytest

from whiteroom_monitoring.console.overview import Overview, with_broken_path
from whiteroom_monitoring.grafana.evaluation import alert_list
from whiteroom_monitoring.pager_path import ALERT
from whiteroom_monitoring.project.model import DEFAULT_ALERTS

PROBLEM = "The pager path is broken at email: it refuses what Alertmanager sends"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            Overview("well", "A is well.", ("3 targets scraped, nobody is paged.",)),
            Overview("degraded", "Alerts may not reach people.", (PROBLEM,)),
        ),
        (
            Overview("unknown", "Status unknown.", ("Prometheus can't be reached.",)),
            Overview("unknown", "Status unknown.", (PROBLEM, "Prometheus can't be reached.")),
        ),
        (
            Overview("trouble", "A is in trouble: 1 alert pages.", ("P0 ServiceDown",)),
            Overview("trouble", "A is in trouble: 1 alert pages.", (PROBLEM, "P0 ServiceDown")),
        ),
    ],
)
def test_a_broken_path_is_the_first_reason(before: Overview, after: Overview) -> None:
    """Nobody reads that all is well while alerts may not arrive, and trouble stays trouble."""
    assert with_broken_path(before, [PROBLEM]) == after
    assert with_broken_path(before, []) == before


class _Prometheus:
    """One that has the alert of a round, and another."""

    def get(self, path: str) -> dict[str, Any]:
        assert path == "alerts"
        names = (ALERT, "AudioXruns")
        return {"alerts": [_alert(name) for name in names]}


def _alert(name: str) -> dict[str, Any]:
    since = "2026-12-01T12:00:00.123456789Z"
    labels = {"alertname": name}
    return {"labels": labels, "annotations": {}, "state": "firing", "activeAt": since}


class _Sources:
    """Data sources of a project without settings."""

    prometheus = _Prometheus()
    alerts = DEFAULT_ALERTS


def test_rounds_are_in_no_list_of_alerts() -> None:
    """The alert of the pager path fires always, and asks nothing of anybody."""
    sources: Any = _Sources()
    assert [alert.name for alert in alert_list.active(sources)] == ["AudioXruns"]
    assert DEFAULT_ALERTS.level({"alertname": ALERT}) == "news"
