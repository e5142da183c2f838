"""Queries go where the variable says."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_data_sources

FIXED = {"type": "prometheus", "uid": "abc"}
BROKEN = [
    lambda d: d["panels"][1]["targets"][0].update(datasource=FIXED),
    lambda d: d["panels"][1].update(datasource=FIXED),
    lambda d: d["panels"][1]["targets"][0].pop("datasource"),
    lambda d: d["annotations"]["list"][0].update(datasource=FIXED),
    lambda d: d["templating"]["list"][-1].update(datasource=FIXED),
]


def test_right_data_sources_have_no_diagnostics(written) -> None:
    """What goes to the variable is right."""
    assert not list(dashboard_data_sources.diagnostics([written()]))


@pytest.mark.parametrize("change", BROKEN)
def test_fixed_data_source_is_a_diagnostic(change, written) -> None:
    """A panel, query, annotation or variable of a fixed data source would be empty elsewhere."""
    [diagnostic] = dashboard_data_sources.diagnostics([written(change)])
    assert "found the data source" in diagnostic.problem


def test_an_annotation_may_be_of_logs(written) -> None:
    """Lines are marked by the data source of logs; panels stay with the variable."""
    logs = {"type": "loki", "uid": "loki"}

    def change(dashboard) -> None:
        dashboard["annotations"]["list"][0].update(datasource=logs, expr='{a="b"} | json')

    dashboard = written(change)
    assert not list(dashboard_data_sources.diagnostics([dashboard]))
    assert not [query for query in dashboard.queries if "json" in query.text]
    [diagnostic] = dashboard_data_sources.diagnostics(
        [written(lambda d: d["panels"][1].update(datasource=logs))]
    )
    assert "loki" in diagnostic.problem


def test_missing_variable_is_a_diagnostic(written) -> None:
    """Without the variable nothing leads anywhere."""
    [diagnostic] = dashboard_data_sources.diagnostics(
        [written(lambda d: d["templating"]["list"].pop(0))]
    )
    assert diagnostic.problem == "there is no variable datasource of the type datasource"
