"""The monitoring itself."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, FieldStyle, Thresholds, ValueText
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, stat, table, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query, table_query
from whiteroom_monitoring.promql.build import increase, rate

_LOST = "monitoring_observations_lost_total"
_ANSWER = "monitoring_exposition_duration_seconds"

MONITORING = Row(
    "Monitoring",
    (
        stat(
            PanelMeta(
                "Observations lost",
                "Observations that programs could not record, because a segment or a series "
                "limit was full or the value was not a number. If there are any, panels are "
                "incomplete.",
                ("MonitoringObservationsLost",),
                Expected.ZERO,
            ),
            instant_query(f"max({_LOST})", "lost"),
            FieldStyle(units.NoUnit, Thresholds(1, 1), mappings=(ValueText("none", GOOD, 0, 0),)),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Configuration",
                "Whether Prometheus and Alertmanager loaded their configuration. If not, they "
                "continue with the last valid one: `whiteroom check` says what is wrong.",
                ("MonitoringConfigRejected",),
            ),
            instant_query(
                "min(prometheus_config_last_reload_successful)"
                " * min(alertmanager_config_last_reload_successful)",
                "in force",
            ),
            FieldStyle(
                units.NoUnit,
                Thresholds(1, 0.5),
                mappings=(ValueText("rejected", BAD, 0, 0), ValueText("in force", GOOD, 1, 1)),
            ),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Series",
                "Series that Prometheus holds in memory, at least 1 kB each. A jump means "
                "that a label has too many values: *Recording programs* shows whose.",
                ("MonitoringObservationsLost",),
            ),
            instant_query("sum(prometheus_tsdb_head_series)", "series"),
            FieldStyle(units.Short),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Crashed processes",
                "Processes that were killed or crashed within the time range. Their counters "
                "are kept.",
                ("EngineCrashed",),
                Expected.ZERO,
            ),
            instant_query(
                "max(max by (program) (monitoring_processes_lost_total)"
                " - min by (program) (min_over_time(monitoring_processes_lost_total[$__range])))",
                "ended",
            ),
            FieldStyle(units.NoUnit, Thresholds(1, 5), mappings=(ValueText("none", GOOD, 0, 0),)),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Samples",
                "Samples that Prometheus stores per second. At 0 it stores nothing, and every "
                "panel stands still.",
                ("ServiceDown",),
            ),
            instant_query(f"sum({rate('prometheus_tsdb_head_samples_appended_total')})", "samples"),
            FieldStyle(units.CountsPerSecond, Thresholds(1, 0.1)),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Slowest rule group",
                "Duration of the slowest rule group's last evaluation. Rules are evaluated "
                "every 10 s: near that, alerts come late.",
                ("PrometheusRuleFailures",),
            ),
            instant_query("max(prometheus_rule_group_last_duration_seconds)", "slowest group"),
            FieldStyle(units.Seconds, Thresholds(1, 5)),
            (4, 4),
        ),
        table(
            PanelMeta(
                "Recording programs",
                "Processes, series, used share of the segment, crashed processes, and whether "
                "the segment's pages are locked in memory. A full segment loses observations. "
                "Unlocked pages may be written out, and a store may then wait for a disk.",
                ("MonitoringObservationsLost", "EngineCrashed"),
            ),
            [
                table_query("max by (program) (monitoring_processes)"),
                table_query("max by (program) (monitoring_series)"),
                table_query("max by (program) (monitoring_segment_used_ratio)"),
                table_query("max by (program) (monitoring_processes_lost_total)"),
                table_query("min by (program) (monitoring_pages_locked)"),
            ],
            FieldStyle(units.NoUnit),
            (12, 8),
            {
                "program": "Program",
                "Value #A": "Processes",
                "Value #B": "Series",
                "Value #C": "Segment used",
                "Value #D": "Crashed",
                "Value #E": "Pages locked (1: yes)",
            },
            units={"Segment used": units.PercentUnit},
        ),
        timeseries(
            PanelMeta(
                "Scrape duration of programs",
                "Mean time in which programs read their segments and answer. Over 100 ms, the "
                "machine is too busy or a program has far too many series.",
                ("ServiceDown",),
            ),
            [
                range_query(
                    f"sum by (program) ({rate(f'{_ANSWER}_sum')})"
                    f" / sum by (program) ({rate(f'{_ANSWER}_count')})",
                    "{{program}}",
                )
            ],
            FieldStyle(units.Seconds),
            (12, 8),
        ),
        bar_chart(
            PanelMeta(
                "Failed rule evaluations",
                "Empty when all is well. An alert whose rule fails does not fire.",
                ("PrometheusRuleFailures",),
                Expected.EMPTY,
            ),
            [
                range_query(
                    f"sum({increase('prometheus_rule_evaluation_failures_total')}) > 0",
                    "failed",
                ),
                range_query(
                    f"sum({increase('prometheus_rule_group_iterations_missed_total')}) > 0",
                    "left out",
                ),
            ],
            FieldStyle(
                units.NoUnit, no_value="none", colors={"failed": "red", "left out": "orange"}
            ),
            (12, 6),
        ),
        timeseries(
            PanelMeta(
                "Console requests",
                "Panels that the console evaluates, and its queries to data sources. Viewers "
                "who look at the same panel share one query. *failed*: a source is down, "
                "slow, or refuses a query; the panel says why.",
                ("MonitoringPartDown",),
                needs="whiteroom-console",
            ),
            [
                range_query(
                    f"sum by (outcome) ({rate('console_evaluations_total')})", "panels {{outcome}}"
                ),
                range_query(
                    f"sum by (source, outcome) ({rate('console_source_requests_total')})",
                    "{{source}} {{outcome}}",
                ),
            ],
            FieldStyle(units.OpsPerSecond, no_value="no console is watched"),
            (12, 6),
        ),
        stat(
            PanelMeta(
                "Broken hops of the pager path",
                "Hops from the exporter to the channels, and from the shipper to the log store, "
                "that pass nothing. `whiteroom status` names them and says why, also without "
                "Prometheus.",
                ("PagerPathBroken",),
                Expected.ZERO,
                needs="whiteroom-watcher",
            ),
            instant_query("sum(max by (hop) (watcher_hop_broken))", "broken"),
            FieldStyle(
                units.NoUnit,
                Thresholds(1, 1),
                mappings=(ValueText("none", GOOD, 0, 0),),
                no_value="no watcher is watched",
            ),
            (6, 6),
        ),
        timeseries(
            PanelMeta(
                "Pager path",
                "Age of the newest sample that each hop has passed on: up to 10 s at the "
                "exporter, up to 30 s at the channels. One that grows is at a broken hop, or "
                "behind it.",
                ("PagerPathBroken",),
                needs="whiteroom-watcher",
            ),
            [
                range_query(
                    "time() - max by (hop) (watcher_hop_passed_timestamp_seconds)", "{{hop}}"
                )
            ],
            FieldStyle(units.Seconds, no_value="no watcher is watched"),
            (18, 6),
        ),
    ),
)
