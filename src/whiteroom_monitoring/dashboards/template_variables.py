"""What surrounds the panels of a dashboard: template variables and annotations."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from whiteroom_monitoring.dashboards.queries import LOKI, PROMETHEUS

Variable = Builder[model.VariableModel]
AnnotationQuery = Builder[model.AnnotationQuery]


def common(runbooks: str) -> list[Variable]:
    """Return the variables that every dashboard has: where metrics and runbooks are."""
    prometheus = model.VariableOption(text="Prometheus", value="prometheus", selected=True)
    return [
        dashboard.DatasourceVariable("datasource")
        .label("Data source")
        .type("prometheus")
        .current(prometheus),
        dashboard.ConstantVariable("runbooks").label("Runbooks").value(runbooks),
    ]


def label_values(name: str, metric: str, *, every: str | None = ".*") -> Variable:
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


def annotation(name: str, expression: str, color: str, text: str) -> AnnotationQuery:
    """Return an annotation at each moment at which ``expression`` begins to have a series."""
    return (
        dashboard.AnnotationQuery()
        .name(name)
        .datasource(PROMETHEUS)
        .enable(True)
        .icon_color(color)
        .expr(expression)
        .title_format("{{alertname}}")
        .text_format(text)
        .step("60s")
    )


def log_annotation(name: str, query: str, color: str, title: str, text: str) -> AnnotationQuery:
    """Return an annotation at each line that a query of LogQL finds."""
    return (
        dashboard.AnnotationQuery()
        .name(name)
        .datasource(LOKI)
        .enable(True)
        .icon_color(color)
        .expr(query)
        .title_format(title)
        .text_format(text)
    )
