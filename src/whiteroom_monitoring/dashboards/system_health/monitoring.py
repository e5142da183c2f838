"""Who watches the watchers?"""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, Limits, Look, Word
from whiteroom_monitoring.dashboards.panels import About, bars, figure, lines, listing
from whiteroom_monitoring.dashboards.queries import line, now, rows
from whiteroom_monitoring.promql.build import increase, rate

_LOST = "monitoring_observations_lost_total"
_ANSWER = "monitoring_exposition_duration_seconds"

MONITORING = Row(
    "Monitoring itself",
    (
        figure(
            About(
                "Observations lost",
                "What programs could not record, for lack of room or because it was no number. "
                "Any means that panels are incomplete.",
                ("MonitoringObservationsLost",),
                Shows.ZERO,
            ),
            now(f"max({_LOST})", "lost"),
            Look(units.NoUnit, Limits(1, 1), words=(Word("none", GOOD, 0, 0),)),
            (4, 4),
        ),
        figure(
            About(
                "Configuration",
                "Whether Prometheus and Alertmanager took their configuration. If not, they run "
                "on with the last good one: `whiteroom check` says what is wrong.",
                ("MonitoringConfigRejected",),
            ),
            now(
                "min(prometheus_config_last_reload_successful)"
                " * min(alertmanager_config_last_reload_successful)",
                "in force",
            ),
            Look(
                units.NoUnit,
                Limits(1, 0.5),
                words=(Word("rejected", BAD, 0, 0), Word("in force", GOOD, 1, 1)),
            ),
            (4, 4),
        ),
        figure(
            About(
                "Series",
                "Series that Prometheus holds in memory: 1 kB each at least. A jump is a label "
                "with too many values: *Programs* says whose.",
                ("MonitoringObservationsLost",),
            ),
            now("sum(prometheus_tsdb_head_series)", "series"),
            Look(units.Short),
            (4, 4),
        ),
        figure(
            About(
                "Ended without a word",
                "Processes that were killed or crashed within the time shown. Their counts are "
                "kept; what they did is over.",
                ("EngineCrashed",),
                Shows.ZERO,
            ),
            now(
                "max(max by (program) (monitoring_processes_lost_total)"
                " - min by (program) (min_over_time(monitoring_processes_lost_total[$__range])))",
                "ended",
            ),
            Look(units.NoUnit, Limits(1, 5), words=(Word("none", GOOD, 0, 0),)),
            (4, 4),
        ),
        figure(
            About(
                "Samples",
                "Samples that Prometheus stores in a second. None: it stores nothing, and every "
                "panel stands still.",
                ("ServiceDown",),
            ),
            now(f"sum({rate('prometheus_tsdb_head_samples_appended_total')})", "samples"),
            Look(units.CountsPerSecond, Limits(1, 0.1)),
            (4, 4),
        ),
        figure(
            About(
                "Slowest rules",
                "Time that the slowest group of rules took last. Rules are judged every 10 s: "
                "near that, alerts come late.",
                ("PrometheusRuleFailures",),
            ),
            now("max(prometheus_rule_group_last_duration_seconds)", "slowest group"),
            Look(units.Seconds, Limits(1, 5)),
            (4, 4),
        ),
        listing(
            About(
                "Programs that record",
                "Processes now, series, room in the segment that is taken, processes that ended "
                "without a word, and whether the segment's pages are locked in memory. A segment "
                "that is full loses observations; pages that are not locked may be written out, "
                "and a store may then wait for a disk.",
                ("MonitoringObservationsLost", "EngineCrashed"),
            ),
            [
                rows("max by (program) (monitoring_processes)"),
                rows("max by (program) (monitoring_series)"),
                rows("max by (program) (monitoring_segment_used_ratio)"),
                rows("max by (program) (monitoring_processes_lost_total)"),
                rows("min by (program) (monitoring_pages_locked)"),
            ],
            Look(units.NoUnit),
            (12, 8),
            {
                "program": "Program",
                "Value #A": "Processes",
                "Value #B": "Series",
                "Value #C": "Room taken",
                "Value #D": "Lost",
                "Value #E": "Locked (1: yes)",
            },
            units={"Room taken": units.PercentUnit},
        ),
        lines(
            About(
                "Answering a scrape",
                "Mean time in which programs read their segments and answer. Over 100 ms the "
                "machine is too busy, or a program has far too many series.",
                ("ServiceDown",),
            ),
            [
                line(
                    f"sum by (program) ({rate(f'{_ANSWER}_sum')})"
                    f" / sum by (program) ({rate(f'{_ANSWER}_count')})",
                    "{{program}}",
                )
            ],
            Look(units.Seconds),
            (12, 8),
        ),
        bars(
            About(
                "Rules that failed",
                "Empty when all is well. An alert that isn't judged doesn't fire.",
                ("PrometheusRuleFailures",),
                Shows.EMPTY,
            ),
            [
                line(
                    f"sum({increase('prometheus_rule_evaluation_failures_total')}) > 0",
                    "failed",
                ),
                line(
                    f"sum({increase('prometheus_rule_group_iterations_missed_total')}) > 0",
                    "left out",
                ),
            ],
            Look(units.NoUnit, nothing="none", fixed={"failed": "red", "left out": "orange"}),
            (12, 6),
        ),
        lines(
            About(
                "What the console is asked",
                "Panels that the console evaluates, and what it asks data sources for them. "
                "Viewers who look at the same share what is asked. *failed*: a source is down, "
                "slow, or refuses a query; the panel says why.",
                ("MonitoringPartDown",),
                needs="whiteroom-console",
            ),
            [
                line(
                    f"sum by (outcome) ({rate('console_evaluations_total')})", "panels {{outcome}}"
                ),
                line(
                    f"sum by (source, outcome) ({rate('console_source_requests_total')})",
                    "{{source}} {{outcome}}",
                ),
            ],
            Look(units.OpsPerSecond, nothing="no console is watched"),
            (12, 6),
        ),
    ),
)
