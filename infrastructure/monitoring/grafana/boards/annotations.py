"""What is marked on the time axes of every panel: deployments, firing alerts and dropouts."""

from __future__ import annotations

from whiteroom_monitoring.dashboards.template_variables import (
    AnnotationQuery,
    annotation,
    log_annotation,
)

from .priorities import NEEDING_ACTION

_DEPLOYMENTS = 'ALERTS{alertname=~"DeploymentCompleted|EngineVersionChanged", alertstate="firing"}'
# The engine logs each as it begins; its line leads to what all sources have said in that moment.
_DROPOUTS = '{service="engine", level="warn"} | json | event="dropout_began"'
_TROUBLE = f'ALERTS{{alertstate="firing", priority=~"{"|".join(sorted(NEEDING_ACTION))}"}}'

ANNOTATIONS: tuple[AnnotationQuery, ...] = (
    annotation("Deployments", _DEPLOYMENTS, "blue", "version {{version}}"),
    log_annotation("Dropouts", _DROPOUTS, "purple", "{{cause}}", "{{plugin}}"),
    annotation("Firing alerts", _TROUBLE, "red", "{{priority}} {{service}}"),
)
