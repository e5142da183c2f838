"""Routes for marked messages: to everybody who hears of alerts, and in nobody's way."""

from __future__ import annotations

from typing import Any

import yaml

from whiteroom_monitoring.deploy.configuration import probe_routes

CONTENT = """\
route:
  receiver: root
  routes:
    - {receiver: dog, matchers: ['alertname="Watchdog"']}
    - receiver: team
      matchers: ['team="a"']
      routes: [{receiver: nested}]
receivers:
  - {name: root, webhook_configs: [{url: x}]}
  - {name: dog, slack_configs: [{channel: d}]}
  - {name: team, pagerduty_configs: [{routing_key: k}]}
  - {name: nested, email_configs: [{to: a@b.example}]}
  - {name: unused, slack_configs: [{channel: u}]}
"""


def _added() -> tuple[dict[str, Any], list[str]]:
    content, changes = yaml.safe_load(CONTENT), list[str]()
    probe_routes.add(content, "Watchdog", changes)
    return content, changes


def test_each_receiver_of_people_has_one() -> None:
    """Also one that a nested route names; none that only programs hear of, or nobody."""
    content, changes = _added()
    first, second, *others = content["route"]["routes"]
    assert (first["receiver"], second["receiver"]) == ("team", "nested")
    assert others == yaml.safe_load(CONTENT)["route"]["routes"]
    assert len(changes) == 1


def test_they_take_marked_messages_alone_and_at_once() -> None:
    """A route is about the probe of its own receiver, ends there, and waits for nothing."""
    route = _added()[0]["route"]["routes"][0]
    assert route["matchers"] == ['alertname="PagerProbe"', 'probed_receiver="team"']
    assert (route["group_wait"], route["group_interval"]) == ("0s", "1s")
    # Each probe is an incident of its own.
    assert route["group_by"] == ["probe"]
    assert "continue" not in route


def test_without_people_nothing_is_added() -> None:
    """A configuration in which only programs hear stays as it is."""
    content = {"route": {"receiver": "r"}, "receivers": [{"name": "r", "webhook_configs": [{}]}]}
    before, changes = yaml.safe_dump(content), list[str]()
    probe_routes.add(content, "Watchdog", changes)
    assert (yaml.safe_dump(content), changes) == (before, [])
