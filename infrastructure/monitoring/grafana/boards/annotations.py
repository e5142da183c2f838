"""What is marked on the time axes of every panel: deployments and firing alerts."""

from __future__ import annotations

from whiteroom_monitoring.dashboards.template_variables import AnnotationQuery, annotation

from .priorities import NEEDING_ACTION

_DEPLOYMENTS = 'ALERTS{alertname=~"DeploymentCompleted|EngineVersionChanged", alertstate="firing"}'
_TROUBLE = f'ALERTS{{alertstate="firing", priority=~"{"|".join(sorted(NEEDING_ACTION))}"}}'

ANNOTATIONS: tuple[AnnotationQuery, ...] = (
    annotation("Deployments", _DEPLOYMENTS, "blue", "version {{version}}"),
    annotation("Firing alerts", _TROUBLE, "red", "{{priority}} {{service}}"),
)
