"""The catalogue's metrics in a registry of prometheus_client, and a registry's in ours."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import prometheus_client
import pytest
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families

from whiteroom_monitoring import client
from whiteroom_monitoring.client.exposition.request import ExpositionRequest
from whiteroom_monitoring.client.generated import business, http, security
from whiteroom_monitoring.client.prometheus_bridge import (
    CatalogueCollector,
    duplicates,
    with_registry,
)

TRACE = {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}
LOGGER = "whiteroom_monitoring.client.prometheus_bridge"


@pytest.fixture
def registry(segments: Path) -> Iterator[prometheus_client.CollectorRegistry]:
    """An empty registry, beside a program that has recorded a metric of every type."""
    client.prepare("business-metrics", segments)
    business.songs_created_total.inc(3)
    business.active_users.set(12.5)
    business.deployment_info.set(version='2.5 "beta"')
    business.instrument_assignments_total.inc(instrument="piano")
    http.http_active_connections.inc(2)
    http.http_request_duration_seconds.observe(0.2, exemplar=TRACE)
    http.http_request_duration_seconds.observe(0.1)
    http.http_errors_total.inc(type="database", exemplar={"trace_id": TRACE["trace_id"]})
    yield prometheus_client.CollectorRegistry()
    client.close()


def _samples(families) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return samples by name and labels, but those that each reading changes."""
    return {
        (sample.name, str(sorted(sample.labels.items()))): (
            family.name,
            family.type,
            family.documentation,
            family.unit,
            sample.value,
            sample.exemplar and (sample.exemplar.labels, sample.exemplar.value),
        )
        for family in families
        for sample in family.samples
        if not sample.name.startswith("monitoring_exposition")
    }


def test_a_registry_shows_what_our_own_exposition_shows(registry) -> None:
    """Names, types, units, helps, labels, values and exemplars are the same both ways."""
    registry.register(CatalogueCollector())
    ours = client.exposition(open_metrics=True).decode()
    theirs = openmetrics.generate_latest(registry).decode()
    parse = openmetrics_parser.text_string_to_metric_families
    assert _samples(parse(theirs)) == _samples(parse(ours))
    assert TRACE["span_id"] in theirs
    plain = text_string_to_metric_families
    theirs = generate_latest(registry).decode()
    assert _samples(plain(theirs)) == _samples(plain(client.exposition().decode()))


def test_a_registry_refuses_the_catalogue_while_it_has_one_of_its_names(registry) -> None:
    """A metric that both have is named when the collector is registered, and nothing is added."""
    prometheus_client.Counter("songs_created", "Mine.", registry=registry)
    with pytest.raises(ValueError, match=r"(?s)Duplicated.*songs_created"):
        registry.register(CatalogueCollector())
    assert b"active_users" not in generate_latest(registry)


def test_the_collector_needs_a_prepared_process() -> None:
    """Without prepare() there is nothing to show, and the error says what to call."""
    registry = prometheus_client.CollectorRegistry()
    with pytest.raises(client.PreparationError, match=r"call prepare\(\) first"):
        registry.register(CatalogueCollector())


@pytest.mark.parametrize("open_metrics", [False, True])
def test_what_is_left_in_a_registry_is_exposed_after_ours(
    registry, caplog: pytest.LogCaptureFixture, open_metrics: bool
) -> None:
    """An exposition of both parses as one; what both have is ours, served once and named once."""
    prometheus_client.Counter("renders", "Mine.", registry=registry).inc(5)
    prometheus_client.Gauge("active_users", "Twice.", registry=registry).set(1)
    prometheus_client.Gauge("http_request_duration_seconds_count", "So.", registry=registry).set(1)
    source = with_registry(registry)
    request = ExpositionRequest(open_metrics=open_metrics)
    with caplog.at_level(logging.WARNING, LOGGER):
        text = b"".join(source(request).blocks).decode()
        again = b"".join(source(request).blocks).decode()
    assert text.count("\nactive_users ") == again.count("\nactive_users ") == 1
    assert "\nactive_users 12.5\n" in text
    assert "\nrenders_total 5.0\n" in text
    named = [record.getMessage().split(":")[0] for record in caplog.records]
    assert named == ["active_users", "http_request_duration_seconds_count"]
    assert duplicates(registry) == named
    if open_metrics:
        assert text.endswith("# EOF\n")
        assert text.count("# EOF") == 1
        assert list(openmetrics_parser.text_string_to_metric_families(text))


def test_both_ways_at_once_serve_everything_once(registry, caplog) -> None:
    """A registry that shows the catalogue may be exposed after it: nothing is there twice."""
    registry.register(CatalogueCollector())
    with caplog.at_level(logging.WARNING, LOGGER):
        text = b"".join(
            with_registry(registry)(ExpositionRequest(open_metrics=True)).blocks
        ).decode()
    assert text.count("\nsongs_created_total 3\n") == 1
    assert list(openmetrics_parser.text_string_to_metric_families(text))
    assert caplog.records == []
    assert duplicates(registry) == []


def test_an_application_moves_metric_by_metric(segments: Path) -> None:
    """Each step serves the same names: all theirs, one moved, all moved."""
    registry = prometheus_client.CollectorRegistry()
    failures = prometheus_client.Counter(
        "authentication_failures", "Mine.", ["reason"], registry=registry
    )
    songs = prometheus_client.Counter("songs_created", "Mine.", registry=registry)
    failures.labels("expired").inc()
    songs.inc()
    client.prepare("business-metrics", segments)
    try:
        registry.unregister(songs)
        business.songs_created_total.inc()
        source = with_registry(registry)
        assert duplicates(registry) == ["authentication_failures"]
        registry.unregister(failures)
        security.authentication_failures_total.inc(reason="expired")
        assert duplicates(registry) == []
        text = b"".join(source(ExpositionRequest()).blocks).decode()
    finally:
        client.close()
    assert "\nsongs_created_total 1\n" in text
    assert '\nauthentication_failures_total{reason="expired"} 1\n' in text
