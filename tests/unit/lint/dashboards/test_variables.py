"""Variables exist, are used, and are matched as what may be several values."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_variables


def _expression(text: str):
    return lambda d: d["panels"][1]["targets"][0].update(expr=text)


def _query(text: str):
    return lambda d: d["templating"]["list"][-1].update(query=text)


BROKEN = [
    (_expression('up{job=~"$jobs"}'), "there is no variable $jobs"),
    (_expression('up{job=~"${jobs:regex}"}'), "there is no variable $jobs"),
    (_expression("rate(up[$__rate])"), "there is no variable $__rate"),
    (_expression('up{job="$job"}'), "$job may be several values, which = never finds"),
    (_expression('up{job!="${job}"}'), "$job may be several values, which = never finds"),
    (_query("label_values(ups, job)"), "no metric is named ups"),
    (_query("label_values(up, jobb)"), "up has no label jobb"),
    (_query("query_result(up)"), "expected label_values(METRIC, LABEL)"),
]


def test_right_variables_have_no_diagnostics(written, known) -> None:
    """Each variable is defined, filled and used."""
    assert not list(dashboard_variables.diagnostics([written()], known))


@pytest.mark.parametrize(("change", "problem"), BROKEN)
def test_broken_variable_is_a_diagnostic(change, problem: str, written, known) -> None:
    """What Grafana would leave as it stands, or fill with nothing, is a diagnostic."""
    [diagnostic] = dashboard_variables.diagnostics([written(change)], known)
    assert problem in diagnostic.problem


def test_idle_variable_is_a_diagnostic(written, known) -> None:
    """A choice that changes nothing misleads."""

    def idle(dashboard) -> None:
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                target["expr"] = "up"

    [diagnostic] = dashboard_variables.diagnostics([written(idle)], known)
    assert diagnostic.problem == "nothing uses the variable $job"
