"""What the watcher's path has in the configuration: job, rule, route, and a job of the shipper.

They are added to whatever a project says, because a path that shared a rule or a route with alerts
would stop with the first mistake in them, and would notify people.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.pager_path import ADDRESS, ALERT, NAME, PREFIX, ROUND_S, ROUNDS, SAMPLE

COMPONENT = "watcher"
RULES = "pager_path.yml"
FOLLOWED = "watcher/followed.json"
# A hop takes an interval at most, and has to be seen within 25 s.
INTERVAL_S = 5
# That of the segment exporter.
SERVICE = "agent"
_TIMEOUT_S = 4
# All rounds are one group, so that Alertmanager keeps one entry of what it has sent, and not 8,640
# a day. A new round makes the group another one, which is a notification.
_ROUTE = {
    "receiver": NAME,
    "matchers": [f'alertname="{ALERT}"'],
    "group_by": ["alertname"],
    "group_wait": "0s",
    "group_interval": f"{INTERVAL_S}s",
    "repeat_interval": "1h",
}
_TEXT = f"{NAME}{{{{ range .Alerts.Firing }}}} {{{{ .Annotations.sample }}}}{{{{ end }}}}"


def add(
    contents: Mapping[str, dict[str, Any]],
    paths: StackPaths,
    selected: Collection[str],
    changes: list[str],
) -> dict[str, str]:
    """Add the path to the contents of Prometheus' and Alertmanager's files, and return its own."""
    if COMPONENT not in selected:
        return {}
    prometheus = contents["prometheus/prometheus.yml"]
    alertmanager = contents["alertmanager/alertmanager.yml"]
    prometheus["scrape_configs"] = [*(prometheus.get("scrape_configs") or ()), _job(paths)]
    alerting = _sends_to(paths, prometheus) and bool(alertmanager.get("route"))
    files = {FOLLOWED: json.dumps({"alerting": alerting, "logs": "shipper" in selected}) + "\n"}
    if not alerting:
        changes.append(
            f"{NAME}: the watcher follows samples up to Prometheus, because alerts go to an "
            "Alertmanager of another stack"
        )
        return files
    route = alertmanager["route"]
    alertmanager["route"] = {**route, "routes": [dict(_ROUTE), *(route.get("routes") or ())]}
    alertmanager["receivers"] = [*(alertmanager.get("receivers") or ()), _receiver(paths)]
    changes.append(
        f"{NAME}: a job, a rule, a route and a receiver of its own, by which the watcher follows a "
        "sample to each channel of the inbox every 10 s"
    )
    return files | {f"prometheus/rules/{RULES}": plain_yaml.dump(_rules())}


def services(descriptions: Iterable[Component]) -> dict[str, str]:
    """Return the path's job and its service, which rules may name; nothing without a watcher."""
    has_watcher = any(component.name == COMPONENT for component in descriptions)
    return {NAME: SERVICE} if has_watcher else {}


def add_log(text: str, paths: StackPaths, selected: Collection[str]) -> str:
    """Return the shipper's configuration with the job that reads the watcher's lines."""
    if not {COMPONENT, "shipper"} <= set(selected):
        return text
    content = plain_yaml.load(text)
    labels = {"job": NAME, "__path__": str(paths.data / "watcher/rounds.log")}
    job = {"job_name": NAME, "static_configs": [{"labels": labels}]}
    return plain_yaml.dump({**content, "scrape_configs": [*content["scrape_configs"], job]})


def _sends_to(paths: StackPaths, prometheus: Mapping[str, Any]) -> bool:
    """Return whether alerts go to this stack's Alertmanager alone: no other has the route."""
    own = [f"{LOOPBACK}:{paths.port('alertmanager')}"]
    managers = prometheus["alerting"].get("alertmanagers") or ()
    if any(key.endswith("_sd_configs") for manager in managers for key in manager):
        return False
    groups = [group for manager in managers for group in manager.get("static_configs") or [{}]]
    return all(group.get("targets") == own for group in groups)


def _job(paths: StackPaths) -> dict[str, Any]:
    """Return the job that scrapes the segment exporter, and keeps its time alone."""
    target = f"{LOOPBACK}:{paths.port('segment-exporter')}"
    keep = {"source_labels": ["__name__"], "regex": SAMPLE, "action": "keep"}
    return {
        "job_name": NAME,
        "scrape_interval": f"{INTERVAL_S}s",
        "scrape_timeout": f"{_TIMEOUT_S}s",
        "static_configs": [{"targets": [target], "labels": {"service": SERVICE}}],
        "metric_relabel_configs": [keep],
    }


def _rules() -> dict[str, Any]:
    sample = f'{SAMPLE}{{job="{NAME}"}}'
    text = f'{{{{ with query "max({sample.replace(chr(34), chr(92) + chr(34))})" }}}}'
    rule = {
        "alert": ALERT,
        # The label has a new value in each round, and the alert is a new one.
        "expr": f'count_values("round", floor({sample} / {ROUND_S}) % {ROUNDS})',
        "annotations": {
            "sample": f'{text}{{{{ . | first | value | printf "%.3f" }}}}{{{{ end }}}}'
        },
    }
    return {"groups": [{"name": NAME, "interval": f"{INTERVAL_S}s", "rules": [rule]}]}


def _receiver(paths: StackPaths) -> dict[str, Any]:
    """Return the receiver: the inbox, by each protocol that Alertmanager speaks to people."""
    inbox = paths.url("inbox", PREFIX)
    return {
        "name": NAME,
        "pagerduty_configs": [
            {
                "url": f"{inbox}/pagerduty/v2/enqueue",
                "routing_key": NAME,
                "severity": "info",
                "description": _TEXT,
                "send_resolved": False,
            }
        ],
        "slack_configs": [
            {
                "api_url": f"{inbox}/slack",
                "channel": f"#{NAME}",
                "title": _TEXT,
                "text": _TEXT,
                "send_resolved": False,
            }
        ],
        "email_configs": [
            {
                "to": ADDRESS,
                "from": ADDRESS,
                "smarthost": f"{LOOPBACK}:{paths.port('inbox-smtp')}",
                "require_tls": False,
                "headers": {"subject": _TEXT},
                "text": _TEXT,
                "html": "",
                "send_resolved": False,
            }
        ],
    }
