"""What is marked on the time axes of every panel: deployments and firing alerts."""

from __future__ import annotations

from whiteroom_monitoring.dashboards.template_variables import AnnotationQuery, annotation

_DEPLOYMENTS = 'ALERTS{alertname=~"DeploymentCompleted|EngineVersionChanged", alertstate="firing"}'
_TROUBLE = 'ALERTS{alertstate="firing", priority=~"P0|P1|P2"}'

ANNOTATIONS: tuple[AnnotationQuery, ...] = (
    annotation("Deployments", _DEPLOYMENTS, "blue", "version {{version}}"),
    annotation("Firing alerts", _TROUBLE, "red", "{{priority}} {{service}}"),
)
