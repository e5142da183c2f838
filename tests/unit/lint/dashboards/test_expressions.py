"""Expressions of panels and annotations are held against what exists."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_expressions

BROKEN = [
    ("sum(rate(audio_callbacks_total[$__rate_interval])", "not PromQL: sum(rate("),
    ("sum(audio_callback_total)", "no metric is named audio_callback_total"),
    ('up{jobb=~"$job"}', "up has no label jobb"),
    ('audio_dropouts_total{cause="bad_luck"}', "cause of audio_dropouts_total is never 'bad_luck'"),
    ("rate(audio_buffer_frames[$__rate_interval])", "rate() needs a counter"),
    ("sum by (cause) (up)", "has no label cause"),
]


def test_right_expressions_have_no_diagnostics(written, known) -> None:
    """Macros and variables stand for what Grafana puts in their place."""
    assert not list(dashboard_expressions.diagnostics([written()], known))


@pytest.mark.parametrize(("text", "problem"), BROKEN)
def test_broken_expression_is_a_diagnostic(text: str, problem: str, written, known) -> None:
    """A diagnostic names the panel and its query, and what is wrong."""
    file = written(lambda d: d["panels"][1]["targets"][0].update(expr=text))
    [diagnostic] = dashboard_expressions.diagnostics([file], known)
    assert diagnostic.problem.startswith("Callbacks, query A: ")
    assert problem in diagnostic.problem
    assert diagnostic.line > 1


def test_annotations_are_checked_too(written, known) -> None:
    """The metrics of an annotation must exist as well."""
    file = written(lambda d: d["annotations"]["list"][0].update(expr="deployments"))
    [diagnostic] = dashboard_expressions.diagnostics([file], known)
    assert diagnostic.problem == "annotation Firing: no metric is named deployments"
