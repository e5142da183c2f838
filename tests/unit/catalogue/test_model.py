"""How a metric is stored and how many series it may have follow from its entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from whiteroom_monitoring.catalogue.model import Catalogue, Domain, Label, Metric


def _metric(**changes: Any) -> Metric:
    fields: dict[str, Any] = {
        "name": "audio_calls_total",
        "type": "counter",
        "unit": None,
        "help": "Calls that have ended.",
        "labels": (),
        "buckets": (),
        "writers": "many",
        "program": "juce-backend",
        "aggregation": None,
        "updates": "set",
        "replaces": (),
        "exemplars": False,
        "path": Path("audio.yaml"),
        "line": 4,
    }
    return Metric(**{**fields, **changes})


@pytest.mark.parametrize(
    ("kind", "updates", "unit", "number", "scale"),
    [
        ("counter", "set", None, "u64", 1),
        ("counter", "set", "seconds", "u64", 1_000_000_000),
        ("counter", "set", "bytes", "u64", 1),
        ("histogram", "set", "ratio", "u64", 1_000_000_000),
        ("summary", "set", "seconds", "u64", 1_000_000_000),
        ("gauge", "add", None, "i64", 1),
        ("gauge", "add", "seconds", "i64", 1_000_000_000),
        ("gauge", "set", "seconds", "f64", 1),
        ("info", "set", None, "u64", 1),
    ],
)
def test_cell_follows_from_type_and_unit(
    kind: str, updates: str, unit: str | None, number: str, scale: int
) -> None:
    """What is added to is an integer, of billionths where the unit has fractions."""
    metric = _metric(type=kind, updates=updates, unit=unit)
    assert (metric.number, metric.scale) == (number, scale)


@pytest.mark.parametrize(
    ("kind", "buckets", "exposed"),
    [("counter", (), 6), ("summary", (), 12), ("histogram", (1.0, 2.0), 30)],
)
def test_series_are_the_product_of_the_labels(
    kind: str, buckets: tuple[float, ...], exposed: int
) -> None:
    """A metric has a series for each combination; exposed ones count buckets, sum and count."""
    labels = (Label("cause", ("a", "b")), Label("channel", None, 3))
    metric = _metric(type=kind, buckets=buckets, labels=labels)
    assert (metric.series_limit, metric.exposed_series_limit) == (6, exposed)


def test_metrics_and_domains_are_found_by_name() -> None:
    """A catalogue finds metrics and domains by name, and says when there is no such domain."""
    metric = _metric()
    domain = Domain("audio", "juce-backend", (metric,))
    catalogue = Catalogue((domain,))
    assert catalogue.by_name == {"audio_calls_total": metric}
    assert list(catalogue) == [metric]
    assert catalogue.domain("audio") is domain
    with pytest.raises(KeyError):
        catalogue.domain("video")
