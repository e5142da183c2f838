"""Counters are shown by how they grow, over an interval that follows the zoom."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_rates

RIGHT = [
    "rate(audio_callbacks_total[$__rate_interval])",
    "increase(audio_callbacks_total[$__rate_interval])",
    "increase(audio_callbacks_total[$__range])",
    "count(audio_callbacks_total)",
    "max(monitoring_processes_lost_total)",
    "avg_over_time(audio_buffer_frames[5m])",
    "histogram_quantile(0.9, sum by (le) (rate(ui_render_time_seconds_bucket[$__rate_interval])))",
]
WRONG = [
    ("rate(audio_callbacks_total[5m])", "rate() over a fixed range"),
    ("rate(audio_callbacks_total[$__range])", "rate() over a fixed range"),
    ("rate(audio_callbacks_total[$__interval])", "rate() over a fixed range"),
    ("increase(audio_callbacks_total[1h])", "increase() over a fixed range"),
    ("sum(audio_callbacks_total)", "audio_callbacks_total only grows"),
    ("max_over_time(audio_callbacks_total[$__range])", "audio_callbacks_total only grows"),
    ("ui_render_time_seconds_sum", "ui_render_time_seconds_sum only grows"),
    ("histogram_quantile(0.9, ui_render_time_seconds_bucket)", "_bucket only grows"),
]


@pytest.mark.parametrize("text", RIGHT)
def test_right_use_of_a_counter_has_no_diagnostic(text: str, written, known) -> None:
    """Rates over Grafana's intervals, gauges, and counts of series are fine."""
    file = written(lambda d: d["panels"][1]["targets"][0].update(expr=text))
    assert not list(dashboard_rates.diagnostics([file], known))


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_wrong_use_of_a_counter_is_a_diagnostic(text: str, problem: str, written, known) -> None:
    """A fixed range is wrong when zoomed, and a counter's value says nothing."""
    file = written(lambda d: d["panels"][1]["targets"][0].update(expr=text))
    [diagnostic] = dashboard_rates.diagnostics([file], known)
    assert problem in diagnostic.problem
