"""Recording in Python: what is recorded is exposed, and mistakes are told at the call."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring import client
from whiteroom_monitoring.client import _native


def exposed(segments: Path) -> dict[str, str]:
    """Return the samples that an endpoint would serve, by series."""
    exposition = _native.expose(str(segments), "business-metrics")
    text, problems = exposition.text(), exposition.problems
    assert problems == []
    lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
    return dict(line.rsplit(" ", 1) for line in lines)


def test_every_kind_of_metric_is_exposed_as_recorded(segments, record) -> None:
    """What a process has counted is what is exposed after its end."""
    record("""
        business.songs_created_total.inc()
        business.songs_created_total.inc(2)
        business.feature_usage_total.inc(feature="mixer")
        handle = business.feature_usage_total.labels(feature="mixer")
        handle.inc(4)
        business.instrument_assignments_total.inc(instrument="a \\"quoted\\" piano")
        business.session_duration_seconds.observe(60)
        business.session_duration_seconds.observe(60.5)
        http.http_requests_total.inc(status="404", method="GET")
    """)
    samples = exposed(segments)
    expected = {
        "songs_created_total": "3",
        'feature_usage_total{feature="mixer"}': "5",
        'feature_usage_total{feature="editor"}': "0",
        'instrument_assignments_total{instrument="a \\"quoted\\" piano"}': "1",
        'session_duration_seconds_bucket{le="60.0"}': "1",
        'session_duration_seconds_bucket{le="300.0"}': "2",
        "session_duration_seconds_sum": "120.5",
        'http_requests_total{method="GET",status="404"}': "1",
        'monitoring_processes_lost_total{program="business-metrics"}': "0",
    }
    assert {name: samples.get(name) for name in expected} == expected


def test_gauges_live_as_long_as_their_process(segments, record) -> None:
    """A gauge is exposed while its process lives, and not after."""
    seen = record("""
        business.active_users.set(12.5)
        http.http_active_connections.inc(3)
        http.http_active_connections.dec()
        business.deployment_info.set(version="1.2.3")
        print(client.exposition().decode())
    """).stdout.splitlines()
    assert "active_users 12.5" in seen
    assert "http_active_connections 2" in seen
    assert 'deployment_info{version="1.2.3"} 1' in seen
    assert "active_users" not in exposed(segments)


def test_an_info_states_one_fact(segments, record) -> None:
    """A fact replaces the one before it, also one that was stated before prepare()."""
    seen = record("""
        client.close()
        business.deployment_info.set(version="1")
        client.prepare("business-metrics", preparation.path.parent)
        first = client.exposition().decode()
        business.deployment_info.set(version="2")
        print(first + "---" + client.exposition().decode())
    """).stdout
    before, _, after = seen.partition("---")
    assert 'deployment_info{version="1"} 1' in before
    assert [line for line in after.splitlines() if line.startswith("deployment_info")] == [
        'deployment_info{version="2"} 1'
    ]


def test_what_is_recorded_before_prepare_is_kept(segments, record) -> None:
    """Observations before prepare() are carried into the segment."""
    record(f"""
        client.close()
        handle = business.instrument_assignments_total.labels(instrument="piano")
        handle.inc(2)
        business.songs_created_total.inc(7)
        client.prepare("business-metrics", {str(segments)!r})
        handle.inc()
    """)
    samples = exposed(segments)
    assert samples["songs_created_total"] == "7"
    assert samples['instrument_assignments_total{instrument="piano"}'] == "3"


def test_beyond_its_limit_an_open_label_records_into_other(segments, record) -> None:
    """Label values beyond max_series share the series `other`, and the loss is counted."""
    record("""
        for number in range(130):
            business.instrument_assignments_total.inc(instrument=f"i{number}")
    """)
    samples = exposed(segments)
    assert samples['instrument_assignments_total{instrument="other"}'] == "2"
    lost = 'monitoring_observations_lost_total{program="business-metrics",reason="series_limit"}'
    assert samples[lost] == "2"


def test_an_observation_that_is_no_number_is_counted_as_lost(segments, record) -> None:
    """NaN and infinity change no bucket and no sum."""
    record("""
        for value in (float("nan"), float("inf"), 1e300):
            business.session_duration_seconds.observe(value)
    """)
    samples = exposed(segments)
    assert samples["session_duration_seconds_count"] == "0"
    lost = 'monitoring_observations_lost_total{program="business-metrics",reason="not_a_number"}'
    assert samples[lost] == "3"


def test_whole_numbers_and_ints_are_taken_as_they_are_meant(segments, record) -> None:
    """A float without a fraction is a whole number, and an int is a label by its digits."""
    record("""
        business.songs_created_total.inc(2.0)
        business.instrument_assignments_total.inc(instrument=5)
    """)
    samples = exposed(segments)
    assert samples["songs_created_total"] == "2"
    assert samples['instrument_assignments_total{instrument="5"}'] == "1"


def test_an_int_of_ones_own_is_a_label_by_its_digits(record) -> None:
    """An int's subclass with a text of its own, such as an Enum's member, gives digits as well."""
    record("""
        import enum
        from whiteroom_monitoring.client import _native

        class Status(int, enum.Enum):
            OK = 200

        class Loud(int):
            def __str__(self):
                return "LOUD"
            __repr__ = __str__

        status = _native.Counter(name="a_total", help="", labels=(("status", ("200", "404")),))
        status.inc(status=Status.OK)
        status.inc(status=Loud(404))
        assert [series[:2] for series in _native.recorded(status)[6]] == [
            (("200",), (1.0,)), (("404",), (1.0,))]
        business.instrument_assignments_total.inc(instrument=Loud(5))
        business.instrument_assignments_total.inc(instrument=Status.OK)
        text = client.exposition().decode()
        assert 'instrument_assignments_total{instrument="5"} 1' in text
        assert 'instrument_assignments_total{instrument="200"} 1' in text
    """)


def test_a_label_may_be_called_value_or_amount(record) -> None:
    """Wrong labels of such a metric are told as labels; an amount by name is told as one."""
    record("""
        from whiteroom_monitoring.client import _native

        kinds = _native.Counter(name="a_total", help="", labels=(("value", ("x",)),))
        kinds.inc(value="x")
        for labels, message in (
            ({"value": "x", "kind": "y"}, "a_total: expected the labels: value"),
            ({"value": "x", "amount": 2}, "a_total: the amount is given by position"),
        ):
            try:
                kinds.inc(**labels)
            except TypeError as error:
                assert str(error).startswith(message), error
            else:
                raise AssertionError(labels)
    """)


def test_a_gauge_is_asked_for_at_the_scrape(record) -> None:
    """Its function is called at each exposition; one that fails takes nothing from the others."""
    record("""
        def fail():
            raise ValueError("broken")
        values = [4, 7]
        client.at_scrape(business.user_retention_ratio.labels(after="1d"), fail)
        client.at_scrape(business.active_users, values.pop)
        assert b"active_users 7" in client.exposition()
        assert b"active_users 4" in client.exposition()
    """)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ("songs_created_total.inc(-1)", "ValueError", "songs_created_total: a counter never"),
        ("songs_created_total.inc(0.5)", "TypeError", "found 0.5, expected a whole number"),
        ("songs_created_total.inc(feature='x')", "TypeError", "expected the labels: no labels"),
        ("songs_created_total.inc(amount=2)", "TypeError", "given by position, as in inc(2)"),
        ("feature_usage_total.inc()", "TypeError", "expected the labels: feature"),
        ("feature_usage_total.inc(feature='x')", "ValueError", "found 'x', expected one of mixer"),
        ("feature_usage_total.inc(featur='mixer')", "TypeError", "expected the labels: feature"),
        (
            "instrument_assignments_total.inc(instrument=True)",
            "TypeError",
            "must be a str or an int",
        ),
        ("active_users.set('many')", "TypeError", "active_users: found 'many'"),
        ("session_duration_seconds.observe()", "TypeError", "expected 1"),
    ],
)
def test_a_mistake_is_told_at_the_call_and_changes_nothing(
    segments, record, call: str, error: str, message: str
) -> None:
    """A programming error raises with the entry's name, and no count moves."""
    record(f"""
        try:
            business.{call}
        except {error} as raised:
            assert {message!r} in str(raised), raised
        else:
            raise AssertionError("nothing was raised")
    """)
    moved = {
        name: value
        for name, value in exposed(segments).items()
        if value != "0" and not name.startswith("monitoring_")
    }
    assert moved == {}


def test_a_process_is_prepared_once_and_for_a_known_program() -> None:
    """An unknown program is refused with the names of the known ones."""
    with pytest.raises(client.PreparationError, match="expected one of business-metrics"):
        client.prepare("business")


def test_without_a_memory_file_system_recording_works_and_the_reason_is_said(
    record, tmp_path
) -> None:
    """A folder on a disk is refused in words, and the process still counts for itself."""
    record(f"""
        client.close()
        preparation = client.prepare("business-metrics", {str(tmp_path)!r})
        assert not preparation.shared
        assert preparation.path is None
        business.songs_created_total.inc()
        assert b"songs_created_total 1\\n" in client.exposition()
    """)
