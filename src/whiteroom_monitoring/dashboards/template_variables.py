"""What surrounds the panels of each dashboard: variables and annotations."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from whiteroom_monitoring.dashboards.queries import PROMETHEUS

Variable = Builder[model.VariableModel]

# Where people read the repository; an operator changes it in alertmanager/templates, too.
REPOSITORY = "https://git.whiteroom.example/white-room/blob/main/"
DEPLOYMENTS = 'ALERTS{alertname=~"DeploymentCompleted|EngineVersionChanged", alertstate="firing"}'
TROUBLE = 'ALERTS{alertstate="firing", priority=~"P0|P1|P2"}'


def of_all() -> list[Variable]:
    """Return the variables that every dashboard has: where metrics and the repository are."""
    prometheus = model.VariableOption(text="Prometheus", value="prometheus", selected=True)
    return [
        dashboard.DatasourceVariable("datasource")
        .label("Data source")
        .type("prometheus")
        .current(prometheus),
        dashboard.ConstantVariable("repository").label("Repository").value(REPOSITORY),
    ]


def choice(name: str, metric: str, *, every: str | None = ".*") -> Variable:
    """Return a variable whose values are those of the label ``name`` of ``metric``.

    "All" means ``every``; None stands for each value that there is.
    """
    builder = (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .query(f"label_values({metric}, {name})")
        .datasource(PROMETHEUS)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .current(model.VariableOption(text=["All"], value=["$__all"], selected=True))
    )
    return builder if every is None else builder.all_value(every)


def marks() -> list[Builder[model.AnnotationQuery]]:
    """Return what is marked on every panel's time axis: deployments and firing alerts."""
    return [
        _annotation("Deployments", DEPLOYMENTS, "blue", "version {{version}}"),
        _annotation("Firing alerts", TROUBLE, "red", "{{priority}} {{service}}"),
    ]


def _annotation(
    name: str, expression: str, colour: str, text: str
) -> Builder[model.AnnotationQuery]:
    return (
        dashboard.AnnotationQuery()
        .name(name)
        .datasource(PROMETHEUS)
        .enable(True)
        .icon_color(colour)
        .expr(expression)
        .title_format("{{alertname}}")
        .text_format(text)
        .step("60s")
    )
