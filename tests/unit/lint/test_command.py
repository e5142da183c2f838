"""`whiteroom check` holds on what is right, and fails on each thing that is broken."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from whiteroom_monitoring import lint as package
from whiteroom_monitoring.cli import check as command
from whiteroom_monitoring.cli.main import main
from whiteroom_monitoring.diagnostics.registry import discover
from whiteroom_monitoring.lint.checks import checks
from whiteroom_monitoring.resources import repository_root, share

SCHEMA = Path(package.__file__).parent.parent / "schemas" / "checks.schema.json"

PROMETHEUS_YML = "prometheus/prometheus.yml"
RULES = "prometheus/rules/audio.yml"
TESTS = "prometheus/tests/audio.yml"
ALERTMANAGER_YML = "alertmanager/alertmanager.yml"
RUNBOOK = "runbooks/AudioDropouts.md"
# The small infrastructure has no dashboards; tests/unit/lint/dashboards breaks these.
OF_DASHBOARDS = {check.id for check in discover("whiteroom_monitoring.lint.dashboards")}


@dataclass(frozen=True)
class Break:
    """In ``file``, ``old`` is replaced by ``new``: ``check`` fails at line and column."""

    check: str
    file: str
    old: str
    new: str
    place: tuple[int, int]
    problem: str
    remedy: str = ""


_COUNTER = "increase(audio_dropouts_total{"

BREAKS = [
    Break("rule-files", RULES, "groups:", "groups: [", (2, 3), "not valid YAML"),
    Break("rule-files", RULES, "for: 1m", "for: 1x", (11, 14), "found '1x', expected a duration"),
    Break("rule-files", RULES, "for:", "fro:", (11, 9), "unknown key fro", "did you mean for?"),
    Break("rule-files", RULES, "alert: Audio", "alerts: Audio", (6, 9), "unknown key alerts"),
    Break("rule-files", RULES, ") > 0", "> 0", (7, 15), "does not parse: unclosed left paren"),
    Break(
        "rule-files",
        RULES,
        "sum by (cause) (rate(audio_dropouts_total[5m]))",
        "rate(audio_dropouts_total[5m]) by (cause)",
        (5, 15),
        "cause:audio_dropouts:rate5m: the expression does not parse",
    ),
    Break(
        "rule-metrics",
        RULES,
        f"            {_COUNTER}",
        f"            {_COUNTER.replace('dropouts', 'dropout')}",
        (9, 22),
        "AudioDropouts: no metric is named audio_dropout_total",
        "did you mean audio_dropouts_total?",
    ),
    Break(
        "rule-metrics",
        RULES,
        f"            {_COUNTER}",
        "            increase(audio_channel_cpu_usage{",
        (9, 22),
        "no metric is named audio_channel_cpu_usage",
        "it is now audio_channel_render_seconds_total",
    ),
    Break(
        "rule-labels",
        RULES,
        'cause!="device"',
        'reason!="device"',
        (9, 43),
        "audio_dropouts_total has no label reason",
    ),
    Break(
        "rule-labels",
        RULES,
        'cause!="device"',
        'cause!="devices"',
        (9, 51),
        "the label cause of audio_dropouts_total is never 'devices'",
        "did you mean device?",
    ),
    Break(
        "rule-labels",
        RULES,
        'cause!="device"',
        'job="juce-bakend"',
        (9, 48),
        "the label job of audio_dropouts_total is never 'juce-bakend'",
        "did you mean juce-backend?",
    ),
    Break(
        "rule-labels",
        RULES,
        "sum by (service, cause)",
        "sum by (service, cuase)",
        (8, 28),
        "sum(...) has no label cuase",
        "did you mean cause?",
    ),
    Break(
        "rule-functions",
        RULES,
        "rate(audio_dropouts_total",
        "rate(audio_buffer_frames",
        (5, 31),
        "rate() needs a counter; audio_buffer_frames is a gauge",
    ),
    Break(
        "recording-names",
        RULES,
        "record: cause:audio_dropouts:rate5m",
        "record: audio_dropouts_rate",
        (4, 17),
        "audio_dropouts_rate: expected a name of the form level:metric:operations",
    ),
    Break(
        "keep-firing",
        RULES,
        "for: 1m",
        "for: 1m\n        keep_firing_for: 5m",
        (12, 26),
        "found keep_firing_for, which Prometheus forgets",
        "let the expression hold",
    ),
    Break("alert-labels", RULES, "priority: P1, ", "", (6, 9), "the label priority is missing"),
    Break("alert-labels", RULES, "severity: high, ", "", (6, 9), "the label severity is missing"),
    Break("alert-labels", RULES, ", team: audio", "", (6, 9), "the label team is missing"),
    Break("alert-labels", RULES, "P1", "P7", (12, 28), "found the priority 'P7', expected one of"),
    Break(
        "alert-labels",
        RULES,
        "severity: high",
        "severity: critical",
        (12, 42),
        "found the severity 'critical', expected high for P1",
    ),
    Break(
        "alert-labels", RULES, "sum by (service, ", "sum by (", (6, 9), "label service is missing"
    ),
    Break(
        "alert-labels",
        RULES,
        "alert: AudioDropouts",
        "alert: audio_dropouts",
        (6, 16),
        "expected a name in CamelCase",
    ),
    Break(
        "alert-annotations",
        RULES,
        "          summary: Sound is lost.\n",
        "",
        (6, 9),
        "the annotation summary is missing",
    ),
    Break(
        "alert-annotations",
        RULES,
        "$labels.cause",
        "$labels.channel",
        (15, 24),
        "its expression has no label channel",
    ),
    Break(
        "runbooks",
        RULES,
        "runbooks/AudioDropouts.md",
        "runbooks/Audio.md",
        (16, 24),
        "found the runbook https://example.com/runbooks/Audio.md, expected one that ends in",
    ),
    Break(
        "alert-annotations",
        RULES,
        'query "cause:audio_dropouts:rate5m"',
        'query "cause:audio_dropout:rate5m"',
        (23, 24),
        "MetricsMissing: no metric is named cause:audio_dropout:rate5m",
        "did you mean cause:audio_dropouts:rate5m?",
    ),
    Break(
        "runbooks",
        RULES,
        "runbooks/AudioDropouts.md",
        "runbooks/AudioDropuots.md",
        (16, 24),
        "AudioDropouts: found the runbook https://example.com/runbooks/AudioDropuots.md",
        "did you mean AudioDropouts?",
    ),
    Break(
        "runbook-contents",
        RUNBOOK,
        "   cause:audio_dropouts:rate5m",
        "   cause:audio_dropouts:rate1m",
        (14, 1),
        "no metric is named cause:audio_dropouts:rate1m",
        "did you mean cause:audio_dropouts:rate5m?",
    ),
    Break(
        "runbook-contents",
        RUNBOOK,
        "## When it is over",
        "## When it is done",
        (0, 0),
        "the part 'When it is over' is missing",
        "did you mean When it is done?",
    ),
    Break(
        "runbook-contents",
        RUNBOOK,
        "# AudioDropouts\n",
        "# Dropouts\n",
        (1, 1),
        "found the title 'Dropouts', expected the alert's name",
    ),
    Break(
        "runbook-contents",
        RUNBOOK,
        "**Condition:**",
        "Condition:",
        (0, 0),
        "nothing begins with **Condition:**",
    ),
    Break(
        "missing-data",
        RULES,
        "absent(audio_dropouts_total",
        "absent(audio_callbacks_total",
        (7, 15),
        "AudioDropouts: nobody notices when audio_dropouts_total is missing",
        "ask for it by absent()",
    ),
    Break(
        "alert-tests",
        TESTS,
        "alertname: AudioDropouts",
        "alertname: AudioDropout",
        (10, 20),
        "no alert is named AudioDropout",
        "did you mean AudioDropouts?",
    ),
    Break(
        "alert-drills",
        RULES,
        "alert: AudioDropouts",
        "alert: AudioDropout",
        (6, 16),
        "AudioDropout: no scenario expects it",
    ),
    Break(
        "routes",
        ALERTMANAGER_YML,
        'priority=~"P0|P1"',
        'priority="P0|P1"',
        (4, 18),
        "compares with the text 'P0|P1', not with a pattern",
        "use =~ for a regular expression",
    ),
    Break(
        "routes",
        ALERTMANAGER_YML,
        'team="audio"',
        'taem="audio"',
        (4, 39),
        "an alert has no label taem",
        "did you mean team?",
    ),
    Break(
        "routes",
        ALERTMANAGER_YML,
        'severity="high"',
        'severity="hihg"',
        (10, 23),
        "the label severity of an alert is never 'hihg'",
        "did you mean high?",
    ),
    Break(
        "routes",
        ALERTMANAGER_YML,
        "equal: [service]",
        "equal: [servcie]",
        (11, 13),
        "an alert has no label servcie",
        "did you mean service?",
    ),
    Break(
        "routes", ALERTMANAGER_YML, 'team="audio"', "audio", (4, 39), "found the matcher 'audio'"
    ),
    Break("routes", ALERTMANAGER_YML, "route:", "route: [", (3, 9), "not valid YAML"),
    Break("promtool-config", PROMETHEUS_YML, "global:", "globe:", (1, 1), "field globe not found"),
    Break("promtool-rules", RULES, "$labels.cause", "$cause", (0, 0), "undefined variable"),
    Break("promtool-tests", TESTS, "0+1x10", "0x10", (0, 0), "promtool test rules rejects it"),
    Break(
        "amtool-config",
        ALERTMANAGER_YML,
        "  - name: inbox",
        "  - name: outbox",
        (0, 0),
        'undefined receiver "inbox" used in route',
    ),
]


def test_what_is_right_passes(check) -> None:
    """Where everything is right, every check is made and holds, but those of missing parts."""
    status, results = check()
    states = {name: result["state"] for name, result in results.items()}
    missing = OF_DASHBOARDS | {"alert-drills"}
    assert states == dict.fromkeys(results, "ok") | dict.fromkeys(missing, "skipped")
    never = "never drilled: AudioDropouts, MetricsMissing"
    assert results["alert-drills"]["seen"] == never
    assert status == 0


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.check}: {case.new[:30]}")
def test_break_fails_its_check(case: Break, check, infrastructure) -> None:
    """What is broken fails its check, at its place, with what was found and what to do."""
    infrastructure.change(case.file, case.old, case.new)
    status, results = check()
    assert status == 1
    assert results[case.check]["state"] == "failed", results[case.check]
    diagnostic = results[case.check]["diagnostics"][0]
    assert diagnostic["path"] == str(infrastructure.folder / case.file)
    assert (diagnostic["line"], diagnostic["column"]) == case.place, diagnostic
    assert case.problem in diagnostic["problem"]
    assert diagnostic["remedy"].startswith(case.remedy)


def test_every_check_has_a_break() -> None:
    """No check is without a test that makes it fail."""
    broken_elsewhere = {"catalogue", "generated-files"} | OF_DASHBOARDS
    names = {known.id for known in checks()}
    assert names - {case.check for case in BREAKS} == broken_elsewhere


def test_missing_runbook_fails(check, infrastructure) -> None:
    """An alert whose runbook does not exist fails, and the file to write is named."""
    path = infrastructure.folder / "runbooks/AudioDropouts.md"
    path.unlink()
    status, results = check()
    [diagnostic] = results["runbooks"]["diagnostics"]
    assert (status, diagnostic["line"], diagnostic["column"]) == (1, 16, 24)
    assert diagnostic["remedy"] == f"there is none like it; or write {path}"


def test_orphan_runbook_fails(check, infrastructure) -> None:
    """A runbook of no alert fails, and the alert that it may be meant for is named."""
    orphan = infrastructure.write("runbooks/AudioDropout.md", "# AudioDropout\n")
    status, results = check()
    [diagnostic] = results["runbooks"]["diagnostics"]
    assert (status, diagnostic["path"]) == (1, str(orphan))
    assert diagnostic["problem"] == "no alert is named AudioDropout"
    assert diagnostic["remedy"] == "did you mean AudioDropouts?"


@pytest.mark.parametrize("tests", ["tests: []\n", "tests: 7\n", "- tests\n", "tests: [{}]\n"])
def test_alert_that_no_test_sees_firing_fails(tests: str, check, infrastructure) -> None:
    """An alert without a unit test fails, whatever the test file holds instead."""
    infrastructure.write(TESTS, tests)
    status, results = check()
    diagnostic, other = results["alert-tests"]["diagnostics"]
    assert (status, diagnostic["line"], diagnostic["column"]) == (1, 6, 16)
    assert diagnostic["problem"] == "AudioDropouts: no unit test sees it fire"
    assert other["problem"] == "MetricsMissing: no unit test sees it fire"


def test_alert_that_is_only_seen_silent_fails(check, infrastructure) -> None:
    """A unit test that expects no alert does not prove that the alert fires."""
    text = (infrastructure.folder / TESTS).read_text()
    infrastructure.write(TESTS, text[: text.index("exp_alerts:")] + "exp_alerts: []\n")
    _, results = check()
    assert (
        results["alert-tests"]["diagnostics"][0]["problem"]
        == "AudioDropouts: no unit test sees it fire"
    )


def test_invalid_catalogue_fails_and_skips_what_needs_it(check, tmp_path_factory) -> None:
    """With an invalid catalogue, what needs it is skipped, not held against nothing."""
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "audio.yaml").write_text("domain: audio\nprogram: juce-backend\nmetrics: 7\n")
    status, results = check("--catalogue", str(folder))
    [diagnostic] = results["catalogue"]["diagnostics"]
    assert (status, diagnostic["line"], diagnostic["column"]) == (1, 3, 10)
    for name in ("generated-files", "rule-metrics", "rule-labels", "rule-functions"):
        assert results[name]["state"] == "skipped"
        assert results[name]["reason"] == "the catalogue does not load"


def test_drifted_generated_file_fails(check, tmp_path_factory) -> None:
    """A generated file that the catalogue does not give fails, with the command that mends it."""
    folder = tmp_path_factory.mktemp("catalogue")
    for path in share("catalogue").glob("*.yaml"):
        text = path.read_text().replace("Render callbacks that have ended.", "Render callbacks.")
        (folder / path.name).write_text(text)
    status, results = check("--catalogue", str(folder))
    diagnostics = results["generated-files"]["diagnostics"]
    assert status == 1
    assert "docs/reference/metrics.md" in {
        str(Path(f["path"]).relative_to(repository_root())) for f in diagnostics
    }
    assert {diagnostic["remedy"] for diagnostic in diagnostics} == {"run `whiteroom generate`"}


def test_installed_package_skips_generated_files(check, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a clone there is nothing generated to compare: skipped, with the reason."""
    monkeypatch.setattr(command, "repository_root", lambda: None)
    monkeypatch.chdir("/")
    status, results = check()
    assert results["generated-files"]["state"] == "skipped"
    assert results["generated-files"]["reason"] == "only a clone has them"
    assert status == 0


def test_missing_tool_is_skipped_with_its_package(
    check, infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without promtool and amtool, their checks are skipped and say what to install."""
    monkeypatch.setenv("PATH", "/nonexistent")
    status, results = check()
    skipped = {name: result["reason"] for name, result in results.items() if "reason" in result}
    promtool = "promtool is not installed"
    none = f"{infrastructure.folder}/grafana/dashboards has none"
    assert skipped == dict.fromkeys(OF_DASHBOARDS, none) | {
        "alert-drills": "never drilled: AudioDropouts, MetricsMissing",
        "promtool-config": promtool,
        "promtool-rules": promtool,
        "promtool-tests": promtool,
        "amtool-config": "amtool is not installed",
    }
    remedy = "apt-get install prometheus"
    assert {results[name]["remedy"] for name in skipped if name.startswith("promtool")} == {remedy}
    assert results["amtool-config"]["remedy"] == "apt-get install prometheus-alertmanager"
    assert status == 0


def test_folder_without_rules_fails(check, infrastructure) -> None:
    """No rules at all is a diagnostic, not a success."""
    (infrastructure.folder / RULES).unlink()
    status, results = check()
    assert (status, results["rule-files"]["state"]) == (1, "failed")


@pytest.mark.parametrize("file", [RULES, ALERTMANAGER_YML, None])
def test_json_keeps_its_schema(file: str | None, check, infrastructure, capsys) -> None:
    """What --json prints is what its schema documents, with diagnostics and without."""
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    if file is not None:
        infrastructure.write(file, "x: [\n")
    main(["check", "--json", "--infrastructure", str(infrastructure.folder)])
    jsonschema.validate(json.loads(capsys.readouterr().out), schema)


def test_table_has_a_line_for_each_check_and_every_diagnostic(infrastructure, capsys) -> None:
    """The table shows every check, and below it each diagnostic as file:line:column."""
    infrastructure.change(RULES, "rate(audio_dropouts_total", "rate(audio_buffer_frames")
    assert main(["check", "--infrastructure", str(infrastructure.folder)]) == 1
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()[1 : len(checks()) + 1]] == [
        known.id for known in checks()
    ]
    path = infrastructure.folder / RULES
    assert f"\nrule-functions:\n  {path}:5:31: cause:audio_dropouts:rate5m: rate() needs" in said
