"""The loader reads every file, and raises all that is wrong at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import Catalogue, Label
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.resources import share

# What White Room's dashboards and alerts name.
NAMED_BY_WHITE_ROOM = """
    audio_engine_render_time_seconds audio_engine_xruns_total audio_channel_cpu_usage
    ffi_calls_total ffi_errors_total ffi_call_duration_seconds http_requests_total
    http_request_duration_seconds http_active_connections ui_render_time_seconds ui_frame_rate
    ui_interaction_time_seconds active_users_total user_signups_total user_sessions_total
    session_duration_seconds songs_created_total performances_switched_total feature_usage_total
    feature_errors_total instrument_assignments_total authentication_failures_total
    security_vulnerabilities_total deployment_version
""".split()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue of this repository."""
    return load(share("catalogue"))


@pytest.mark.parametrize("name", NAMED_BY_WHITE_ROOM)
def test_every_name_of_white_room_is_found(name: str, catalogue: Catalogue) -> None:
    """A name that White Room uses is a metric's name, or the name that one replaces."""
    metrics = [metric for metric in catalogue if name in (metric.name, *metric.replaces)]
    assert len(metrics) == 1


def test_domains_are_sorted_and_owned(catalogue: Catalogue) -> None:
    """Domains come sorted by name, each with the program that owns all of its metrics."""
    names = [domain.name for domain in catalogue.domains]
    assert names == sorted(names)
    for domain in catalogue.domains:
        assert {metric.program for metric in domain.metrics} <= {domain.program}


def test_entry_becomes_a_metric(catalogue: Catalogue) -> None:
    """A metric has what its entry says, and where that stands."""
    metric = catalogue.by_name["audio_channel_render_seconds_total"]
    assert metric.labels == (Label("channel", None, 64),)
    assert (metric.type, metric.unit, metric.writers) == ("counter", "seconds", "one")
    assert metric.replaces == ("audio_channel_cpu_usage", "audio_channel_cpu_seconds_total")
    lines = metric.path.read_text().splitlines()
    assert lines[metric.line - 1] == f"  - name: {metric.name}"


def test_diagnostics_of_all_files_are_raised_at_once(tmp_path: Path) -> None:
    """One broken file does not hide what is wrong in another."""
    (tmp_path / "audio.yaml").write_text("domain: [\n")
    (tmp_path / "ffi.yaml").write_text("domain: ffi\nprogram: x\nmetrics: 1\n")
    (tmp_path / "ui.yaml").write_bytes(b"\xff")
    with pytest.raises(DiagnosticsError) as caught:
        load(tmp_path)
    names = [diagnostic.path.name for diagnostic in caught.value.diagnostics]
    assert names == ["audio.yaml", "ffi.yaml", "ui.yaml"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("audio.yml", "found the extension .yml, expected .yaml"),
        ("README.md", "the folder has no files *.yaml"),
    ],
)
def test_folder_without_catalogue_is_a_diagnostic(name: str, problem: str, tmp_path: Path) -> None:
    """A folder whose files would be overlooked is a diagnostic."""
    (tmp_path / name).write_text("domain: audio\n")
    with pytest.raises(DiagnosticsError, match=problem.replace("*", r"\*")):
        load(tmp_path)


def test_missing_folder_is_a_diagnostic(tmp_path: Path) -> None:
    """A folder that does not exist is named."""
    with pytest.raises(DiagnosticsError, match="nowhere: there is no such folder"):
        load(tmp_path / "nowhere")


def test_a_metric_is_what_it_says_wherever_it_stands(catalogue: Catalogue) -> None:
    """Two entries that say the same are equal, in whatever file and line."""
    metric = next(iter(catalogue))
    assert metric == replace(metric, path=Path("elsewhere.yaml"), line=metric.line + 1)
    assert metric != replace(metric, help="Another.")


def test_a_label_is_limited() -> None:
    """A closed label has as many values as are listed, an open one its limit, and one at least."""
    limits = [Label("a", ("x", "y")).limit, Label("a", max_series=7).limit, Label("a").limit]
    assert limits == [2, 7, 1]
