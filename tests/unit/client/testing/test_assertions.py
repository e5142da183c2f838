"""Assertions about recorded metrics hold when they should, and otherwise say what changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import audio, business, http, ui
from whiteroom_monitoring.client.testing import RecordedMetrics, recorded_metrics


@pytest.fixture
def recorded():
    with recorded_metrics() as made:
        yield made


def record_one_of_each() -> None:
    business.songs_created_total.inc(2)
    business.feature_usage_total.inc(feature="mixer")
    business.instrument_assignments_total.inc(instrument="piano")
    business.active_users.set(12.5)
    business.user_retention_ratio.set(0.5, after="7d")
    business.deployment_info.set(version="2.5")
    business.session_duration_seconds.observe(60)
    business.session_duration_seconds.observe(0.25)
    http.http_active_connections.inc(3)
    http.http_active_connections.dec()
    audio.audio_channel_render_seconds_total.inc(0.5, channel="bass")


def test_what_was_recorded_can_be_asserted(recorded: RecordedMetrics) -> None:
    """An assertion of what was recorded holds for every type of metric, and nothing is left."""
    record_one_of_each()
    recorded.assert_increased(business.songs_created_total, 2)
    recorded.assert_increased(business.feature_usage_total, feature="mixer")
    recorded.assert_increased(business.instrument_assignments_total, instrument="piano")
    recorded.assert_increased(audio.audio_channel_render_seconds_total, 0.5, channel="bass")
    recorded.assert_set(business.active_users, 12.5)
    recorded.assert_set(business.user_retention_ratio, 0.5, after="7d")
    recorded.assert_stated(business.deployment_info, version="2.5")
    recorded.assert_observed(business.session_duration_seconds, 2, total=60.25)
    recorded.assert_increased(http.http_active_connections, 2)
    recorded.assert_set(http.http_active_connections, 2)
    recorded.assert_unchanged(business.user_signups_total, http.http_requests_total)
    recorded.assert_nothing_else()


FAILURES = {
    "assert_increased(business.songs_created_total)": (
        "songs_created_total: expected to increase by 1, found +2"
    ),
    "assert_increased(business.user_signups_total)": (
        "user_signups_total: expected to increase by 1, found no change"
    ),
    "assert_increased(business.feature_usage_total, feature='export')": (
        'feature_usage_total{feature="export"}: expected to increase by 1, found no change'
    ),
    "assert_increased(business.instrument_assignments_total, instrument='organ')": (
        'instrument_assignments_total{instrument="organ"}: expected to increase by 1, found no'
    ),
    "assert_observed(business.session_duration_seconds)": (
        "session_duration_seconds: expected 1 observation, found +2 observations, their sum +60.25"
    ),
    "assert_observed(business.session_duration_seconds, 2, total=60)": (
        "expected 2 observations with the sum 60, found +2 observations, their sum +60.25"
    ),
    "assert_set(business.active_users, 12)": (
        "active_users: expected the value 12, found not set -> 12.5"
    ),
    "assert_set(business.registered_users, 0)": (
        "registered_users: expected the value 0, found no change (not set)"
    ),
    "assert_stated(business.deployment_info, version='2.6')": (
        'deployment_info{version="2.6"}: expected to be stated, found no change'
    ),
    "assert_unchanged(business.songs_created_total)": (
        "expected no change, found:\n  songs_created_total +2"
    ),
    "assert_nothing_else()": "expected no other change, found:\n  active_users not set -> 12.5",
}


@pytest.mark.parametrize("assertion", FAILURES)
def test_a_failure_says_what_was_found_and_what_changed_instead(
    recorded: RecordedMetrics, assertion: str
) -> None:
    """An assertion that does not hold fails with series, expectation, finding, and the rest."""
    record_one_of_each()
    with pytest.raises(AssertionError) as failure:
        eval(f"recorded.{assertion}")
    message = str(failure.value)
    assert FAILURES[assertion] in message
    if "unchanged" not in assertion:
        assert '\n  feature_usage_total{feature="mixer"} +1\n' in message
        assert '\n  deployment_info{version="2.5"} is stated\n' in message


@pytest.mark.parametrize(
    ("assertion", "message"),
    [
        ("assert_set(business.songs_created_total, 1)", "is a counter, expected a gauge"),
        ("assert_increased(business.session_duration_seconds)", "is a histogram, expected a count"),
        ("assert_increased(business.feature_usage_total)", r"found the labels \[\], expected feat"),
        ("assert_stated(business.deployment_info, v='1')", r"labels \['v'\], expected version"),
    ],
)
def test_a_mistake_in_a_test_is_told(
    recorded: RecordedMetrics, assertion: str, message: str
) -> None:
    """An assertion that can't hold for this metric is a TypeError, not a failure."""
    with pytest.raises(TypeError, match=message):
        eval(f"recorded.{assertion}")


def test_without_any_other_change_the_message_says_so(recorded: RecordedMetrics) -> None:
    """There may be nothing that changed instead."""
    with pytest.raises(AssertionError, match=r"found no change\nnothing else changed$"):
        recorded.assert_increased(ui.ui_errors_total, type="engine")


def test_a_test_sees_nothing_of_the_one_before() -> None:
    """Neither counts nor gauges come from before the block, or from before `forget`."""
    with recorded_metrics():
        record_one_of_each()
    with recorded_metrics() as recorded:
        assert recorded.changes() == []
        with pytest.raises(AssertionError, match="not set"):
            recorded.assert_set(business.active_users, 12.5)
        record_one_of_each()
        recorded.forget()
        recorded.assert_nothing_else()
        business.songs_created_total.inc()
        recorded.assert_increased(business.songs_created_total)


def test_a_process_that_prepares_itself_does_so_in_a_folder_that_is_removed() -> None:
    """The application's own prepare() reaches no segment of the machine, and is undone."""
    usual = os.environ["WHITEROOM_SEGMENTS"]
    business.songs_created_total.inc(100)
    with recorded_metrics() as recorded:
        business.songs_created_total.inc()
        path = client.prepare("business-metrics").path
        business.songs_created_total.inc()
        recorded.assert_increased(business.songs_created_total, 2)
        assert "\nsongs_created_total 2\n" in client.exposition().decode()
    assert path is not None
    assert str(path.parent) != usual
    assert not path.parent.exists()
    assert client.program() is None
    assert os.environ["WHITEROOM_SEGMENTS"] == usual


def test_a_process_that_is_prepared_goes_on_undisturbed(segments: Path) -> None:
    """What it has counted stays counted and is not taken for the test's; nothing is closed."""
    client.prepare("business-metrics", segments)
    try:
        business.songs_created_total.inc(5)
        with recorded_metrics() as recorded:
            business.songs_created_total.inc()
            recorded.assert_increased(business.songs_created_total)
            recorded.assert_nothing_else()
        assert client.program() == "business-metrics"
        assert "\nsongs_created_total 6\n" in client.exposition().decode()
    finally:
        client.close()
