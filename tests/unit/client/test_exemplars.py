"""Traces beside values: recorded in Python, shown in OpenMetrics."""

from __future__ import annotations

import re

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import business, http

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


@pytest.fixture(autouse=True)
def prepared(segments):
    """Record in a folder of the test's own."""
    client.prepare("business-metrics", segments)
    yield
    client.close()


def _exemplars() -> dict[str, dict[str, str]]:
    text = client.exposition(open_metrics=True).decode()
    return {
        sample.name + sample.labels.get("le", "") + sample.labels.get("type", ""): (
            sample.exemplar.labels
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.exemplar
    }


def test_the_bucket_of_a_value_shows_its_trace() -> None:
    """Each bucket keeps the trace of its latest value."""
    duration = http.http_request_duration_seconds
    duration.observe(0.007, exemplar={"trace_id": "f" * 32})
    duration.observe(0.008, exemplar={"trace_id": TRACE, "span_id": SPAN})
    duration.observe(99, exemplar={"trace_id": TRACE})
    duration.observe(0.009)
    name = "http_request_duration_seconds_bucket"
    assert _exemplars() == {
        f"{name}0.01": {"trace_id": TRACE, "span_id": SPAN},
        f"{name}+Inf": {"trace_id": TRACE},
    }


def test_a_labelled_counter_shows_a_trace() -> None:
    """A counter keeps one for each series, by keyword labels and by a handle."""
    http.http_errors_total.inc(type="cache", exemplar={"trace_id": TRACE})
    http.http_errors_total.labels(type="database").inc(2, exemplar={"trace_id": "1" * 32})
    http.http_errors_total.inc(type="internal", exemplar=None)
    assert _exemplars() == {
        "http_errors_totalcache": {"trace_id": TRACE},
        "http_errors_totaldatabase": {"trace_id": "1" * 32},
    }


def test_text_has_no_exemplars() -> None:
    """Text format 0.0.4, which knows none, stays as it was."""
    http.http_errors_total.inc(type="cache", exemplar={"trace_id": TRACE})
    assert TRACE.encode() not in client.exposition()


@pytest.mark.parametrize(
    "exemplar",
    [
        {},
        {"trace_id": "short"},
        {"trace_id": "0" * 32},
        {"trace_id": "g" * 32},
        {"trace_id": 7},
        {"trace_id": TRACE, "span_id": "1"},
        "trace",
    ],
)
def test_what_is_no_trace_is_refused_in_words(exemplar) -> None:
    """The error shows what was found and what was expected, and nothing is recorded."""
    expected = re.escape(f"exemplar: found {exemplar!r}, expected")
    with pytest.raises(ValueError, match=expected):
        http.http_request_duration_seconds.observe(0.1, exemplar=exemplar)
    assert "http_request_duration_seconds_count 0" in client.exposition().decode()


def test_a_metric_without_exemplars_refuses_them() -> None:
    """Where the catalogue keeps none, the keyword is a label that does not exist."""
    with pytest.raises(TypeError, match="user_signups_total: expected the labels: no labels"):
        business.user_signups_total.inc(exemplar={"trace_id": TRACE})  # type: ignore[call-arg]
