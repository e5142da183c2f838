"""Vocabularies are read from expositions, and from the files that were recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.promql import durations, vocabulary
from whiteroom_monitoring.promql.vocabulary import Family
from whiteroom_monitoring.resources import share

EXPOSITION = """\
# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{code="200",path="a\\"}b"} 3 1700000000000
calls_total{code="500"} 1
# TYPE wait_seconds histogram
wait_seconds_bucket{job_kind="x",le="0.1"} 1
wait_seconds_bucket{job_kind="x",le="+Inf"} 2
wait_seconds_sum{job_kind="x"} 2.5
wait_seconds_count{job_kind="x"} 2
# TYPE gc_seconds summary
gc_seconds{quantile="0.5"} 0.1
gc_seconds_sum 1
gc_seconds_count 2
# TYPE never_seen gauge
plain 1
"""

FAMILIES = [
    Family("calls_total", "counter", ("code", "path")),
    Family("gc_seconds", "summary", ()),
    Family("plain", "untyped", ()),
    Family("wait_seconds", "histogram", ("job_kind",)),
]


def test_families_have_the_labels_of_all_their_samples() -> None:
    """Each family is listed once, sorted, with every label that one of its samples has."""
    assert vocabulary.families(EXPOSITION) == FAMILIES


def test_a_suffix_belongs_to_a_histogram_only() -> None:
    """A gauge whose name ends as a part of a histogram does keeps its name."""
    text = "# TYPE users_count gauge\nusers_count 1\n# TYPE a_sum counter\na_sum 1\n"
    assert [family.name for family in vocabulary.families(text)] == ["a_sum", "users_count"]


def test_damaged_line_is_a_diagnostic(tmp_path: Path) -> None:
    """A line that is not a name, a type and labels is reported with its number."""
    (tmp_path / "example.txt").write_text("# recorded\nup gauge\n\nup meter\nup\n")
    with pytest.raises(DiagnosticsError) as caught:
        vocabulary.read(tmp_path)
    places = [(diagnostic.line, diagnostic.column) for diagnostic in caught.value.diagnostics]
    assert places == [(4, 1), (5, 1)]


def test_folder_without_vocabulary_is_a_diagnostic(tmp_path: Path) -> None:
    """Without any vocabulary, rules about exporters could not be held against anything."""
    with pytest.raises(DiagnosticsError, match=r"no vocabulary \*\.txt"):
        vocabulary.read(tmp_path)


@pytest.mark.parametrize("program", ["prometheus", "alertmanager", "node-exporter"])
def test_recorded_files_are_sorted_and_whole(program: str) -> None:
    """The committed files are as the recorder writes them: sorted, each family once."""
    families = vocabulary.read(share("catalogue/vocabulary"))[program]
    assert families == sorted(families)
    assert len({family.name for family in families}) == len(families)


def test_families_of_series_have_the_labels_of_their_parts() -> None:
    """Series of a known type are its family, by all labels but the name and those of parts."""
    series = [
        {"__name__": "wait_seconds_bucket", "job": "a", "le": "1"},
        {"__name__": "wait_seconds_sum", "job": "a", "path": "/"},
        {"__name__": "job:wait:rate5m", "job": "a"},
    ]
    assert vocabulary.families_of({"wait_seconds": "histogram"}, series) == [
        Family("wait_seconds", "histogram", ("job", "path"))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2h", 7200), ("1d", 86400), ("1w", 604800), ("1y", 31536000), ("3m", 180)],
)
def test_durations_are_prometheus_own(text: str, expected: float) -> None:
    """Each unit of a duration is as long as Prometheus says."""
    assert durations.seconds(text) == expected
    if text in ("2h", "3m"):
        assert durations.duration(expected) == text
