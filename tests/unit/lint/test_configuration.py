"""A rendered configuration is judged before anything starts, wherever it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint import configuration
from whiteroom_monitoring.lint.configuration import Configuration
from whiteroom_monitoring.resources import share


@pytest.fixture
def diagnostics(infrastructure):
    """Return a function that judges the configuration as it is."""

    def judge() -> list[Diagnostic]:
        return configuration.diagnostics(
            Configuration(
                load(share("catalogue")),
                infrastructure.folder / "prometheus/prometheus.yml",
                sorted((infrastructure.folder / "prometheus/rules").glob("*.yml")),
                infrastructure.folder / "alertmanager/alertmanager.yml",
                WHITE_ROOM.alerts,
            )
        )

    return judge


def test_right_configuration_has_no_diagnostics(diagnostics) -> None:
    """What Prometheus and Alertmanager accept, and names what exists, passes."""
    assert diagnostics() == []


def test_diagnostics_of_all_files_are_found_at_once(diagnostics, infrastructure) -> None:
    """Each broken file is reported, and the reasons of one do not hide another."""
    infrastructure.change("prometheus/rules/audio.yml", "for: 1m", "for: soon")
    infrastructure.change("prometheus/prometheus.yml", "global:", "globe:")
    infrastructure.change("alertmanager/alertmanager.yml", "- name: inbox", "- name: outbox")
    names = {diagnostic.path.name for diagnostic in diagnostics()}
    assert {"audio.yml", "alertmanager.yml"} <= names


def test_broken_prometheus_yml_is_found_by_promtool(diagnostics, infrastructure) -> None:
    """What only Prometheus itself can judge is reported with its line."""
    infrastructure.change("prometheus/prometheus.yml", "  scrape_interval: 15s", "  retention: 1d")
    [diagnostic] = diagnostics()
    assert (diagnostic.path.name, diagnostic.line) == ("prometheus.yml", 2)
    assert "field retention not found" in diagnostic.problem


def test_missing_file_is_a_diagnostic(diagnostics, infrastructure) -> None:
    """A file that is not there is named, with the system's reason."""
    (infrastructure.folder / "alertmanager/alertmanager.yml").unlink()
    [diagnostic] = diagnostics()
    assert str(diagnostic).endswith(
        "alertmanager.yml: the file can't be read: No such file or directory"
    )


def test_recording_may_build_on_one_that_stands_after_it(infrastructure) -> None:
    """The labels of a recorded series are known, in whatever order the rules stand."""
    path = infrastructure.write(
        "rules.yml",
        "groups:\n"
        "  - name: g\n"
        "    rules:\n"
        "      - {record: 'a:a:a', expr: 'sum without (instance) (b:b:b)'}\n"
        "      - {record: 'b:b:b', expr: 'c:c:c', labels: {kind: x}}\n"
        "      - {record: 'c:c:c', expr: 'up'}\n"
        "      - {record: 'd:d:d', expr: 'd:d:d'}\n",
    )
    series = Configuration(
        Catalogue(()), Path("none"), [path], Path("none"), WHITE_ROOM.alerts
    ).series
    recorded = series.find("a:a:a")
    assert recorded is not None
    assert recorded.labels is not None
    assert set(recorded.labels) == {"job", "kind"}
    cyclic = series.find("d:d:d")
    assert cyclic is not None
    assert cyclic.labels is None


def test_labels_of_targets_are_those_of_the_configuration(infrastructure) -> None:
    """Static labels are known with their values, relabelled ones by name."""
    path = infrastructure.write(
        "prometheus.yml",
        "scrape_configs:\n"
        "  - job_name: a\n"
        "    static_configs: [{targets: [x], labels: {service: s}}]\n"
        "  - job_name: b\n"
        "    static_configs: [{targets: [y], labels: {service: t}}]\n"
        "    relabel_configs: [{target_label: zone, replacement: z}]\n",
    )
    up = Configuration(Catalogue(()), path, [], Path("none"), WHITE_ROOM.alerts).series.find("up")
    assert up is not None
    assert up.labels == {
        "job": {"a", "b"},
        "instance": None,
        "service": {"s", "t"},
        "zone": None,
    }
