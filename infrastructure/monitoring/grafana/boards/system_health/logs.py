"""Whether logs reach the log store."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, logs, stat, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.promql.build import increase, quantile, rate

_READ = "log_shipper_lines_read_total"
_SENT = "log_shipper_lines_sent_total"
_BYTES = "log_shipper_read_bytes_total"
_REFUSED = increase("log_shipper_lines_refused_total")
_DROPPED = increase("log_shipper_lines_dropped_total", 'reason=~"receiver_full|too_long"')
_LOST = increase("log_shipper_lost_bytes_total")
_RETRIES = increase("log_shipper_retries_total")
_ERRORS = increase("log_shipper_read_errors_total")
_MISSING = increase("log_canary_missing_entries_total")
_LATE = increase("log_canary_late_entries_total")
_DOUBLED = increase("log_canary_duplicate_entries_total")
_SILENCE = "time() - max by (source) (log_canary_found_timestamp_seconds)"
_LATENCY = quantile(0.95, "log_canary_latency_seconds", by="source")
_TAIL_LATENCY = quantile(0.95, "log_canary_latency_seconds", 'read="tail"')
_LEVELS = rate("log_lines_total")
_CRASHES = increase("log_pattern_matches_total", 'pattern="crash"')
_KILLS = increase("log_pattern_matches_total", 'pattern="out_of_memory"')
_GRAVE = '{job=~".+", job!="canary"} | detected_level=~"warn|error|critical|fatal"'
_PUSH = quantile(0.95, "log_shipper_push_duration_seconds")

LOGS = Row(
    "Logs",
    (
        timeseries(
            PanelMeta(
                "Log lines shipped",
                "Lines that the shipper reads and that the log store acknowledges, by source. "
                "What is read and not shipped waits, is refused, or is left out by a stage.",
                ("LogShipperStuck",),
            ),
            [
                range_query(f"sum by (source) ({rate(_SENT)})", "{{source}}"),
                range_query(f"sum({rate(_READ)})", "read"),
            ],
            FieldStyle(units.CountsPerSecond, no_value="no line yet"),
            (12, 8),
        ),
        timeseries(
            PanelMeta(
                "Log delay",
                "How long lines that were read have not been acknowledged, by source, and how "
                "long the store takes for a push. Over 240 s, the source is stuck: nothing is "
                "lost, and nothing of it can be found.",
                ("LogShipperStuck",),
            ),
            [
                range_query("max by (source) (log_shipper_waiting_seconds)", "{{source}}"),
                range_query(f"{_PUSH} >= 0", "push (p95)"),
            ],
            FieldStyle(units.Seconds, Thresholds(60, 240)),
            (12, 8),
        ),
        bar_chart(
            PanelMeta(
                "Log lines lost",
                "Empty when all is well: lines that the store refused for good, which are in the "
                "file of dead letters, lines that came too fast, and bytes of files that were "
                "deleted before they were read.",
                ("LogLinesDropped",),
                Expected.EMPTY,
            ),
            [
                range_query(
                    f"sum by (source, status) ({_REFUSED}) > 0", "{{source}} refused, {{status}}"
                ),
                range_query(
                    f"sum by (source, reason) ({_DROPPED}) > 0", "{{source}} dropped, {{reason}}"
                ),
                range_query(f"sum({_LOST}) > 0", "bytes gone unread"),
            ],
            FieldStyle(units.NoUnit, no_value="none"),
            (10, 6),
        ),
        bar_chart(
            PanelMeta(
                "Log retries and read errors",
                "Pushes that were not taken and are tried again, and failures to read a source. "
                "The shipper's output says why. A machine without containers has failures at "
                "their socket.",
                ("LogShipperStuck",),
            ),
            [
                range_query(f"sum({_RETRIES}) or vector(0)", "pushes retried"),
                range_query(f"sum({_ERRORS}) or vector(0)", "read errors"),
            ],
            FieldStyle(units.NoUnit),
            (6, 6),
        ),
        stat(
            PanelMeta(
                "Log volume",
                "Bytes of logs that are read per second.",
                ("LogLinesDropped",),
            ),
            instant_query(f"sum({rate(_BYTES)})", "read"),
            FieldStyle(units.BytesPerSecondIEC),
            (4, 6),
        ),
        stat(
            PanelMeta(
                "Log sources",
                "Files, containers, journals and sockets that the shipper reads. "
                "`whiteroom verify` says of each job whether its lines arrive.",
                ("LogShipperStuck",),
            ),
            instant_query("max(log_shipper_sources)", "sources"),
            FieldStyle(units.NoUnit, Thresholds(1, 0.5)),
            (4, 6),
        ),
        timeseries(
            PanelMeta(
                "Log latency",
                "How long a line takes from being written at its source to being found in the log "
                "store, by canaries of every 10 s: 2 s are usual, 30 s are promised.",
                ("LogSourceSilent",),
            ),
            [
                range_query(f"{_LATENCY} >= 0", "{{source}} (p95)"),
                range_query(f"{_TAIL_LATENCY} >= 0", "all, by tail (p95)"),
            ],
            FieldStyle(units.Seconds, Thresholds(2, 30)),
            (10, 8),
        ),
        timeseries(
            PanelMeta(
                "Log silence",
                "How long ago the newest canary was written that came back, of sources that are "
                "there. Over 120 s, the source is silent: what it logs does not arrive.",
                ("LogSourceSilent",),
            ),
            [
                range_query(
                    f"{_SILENCE} and on (source) max by (source) (log_canary_live) == 1",
                    "{{source}}",
                )
            ],
            FieldStyle(units.Seconds, Thresholds(60, 120)),
            (8, 8),
        ),
        bar_chart(
            PanelMeta(
                "Log canaries lost",
                "Empty when all is well: canaries that were not found within 30 s, or within 10 "
                "min, by query and by tail, and those that are stored more than once.",
                ("LogSourceSilent",),
                Expected.EMPTY,
            ),
            [
                range_query(f"sum by (source, read) ({_LATE}) > 0", "{{source}} late, {{read}}"),
                range_query(
                    f"sum by (source, read) ({_MISSING}) > 0", "{{source}} missing, {{read}}"
                ),
                range_query(f"sum by (source) ({_DOUBLED}) > 0", "{{source}} doubled"),
            ],
            FieldStyle(units.NoUnit, no_value="none"),
            (6, 8),
        ),
        timeseries(
            PanelMeta(
                "Log lines by level",
                "Lines that were stored, by level; unknown are those without one. Errors and "
                "critical ones of a service are an alert where they rise to five times as many as "
                "usual.",
                ("LogErrorsRising",),
            ),
            [range_query(f"sum by (level) ({_LEVELS})", "{{level}}")],
            FieldStyle(units.CountsPerSecond, no_value="no line yet"),
            (12, 8),
        ),
        bar_chart(
            PanelMeta(
                "Crashes and kills in logs",
                "Empty when all is well: lines of processes that have crashed, and of those that "
                "were killed for want of memory, by the service that says so. One may be several "
                "lines.",
                ("LogCrashMessage", "OutOfMemoryKill"),
                Expected.EMPTY,
            ),
            [
                range_query(f"sum by (program) ({_CRASHES}) > 0", "{{program}}: crash"),
                range_query(f"sum by (program) ({_KILLS}) > 0", "{{program}}: out of memory"),
            ],
            FieldStyle(units.NoUnit, no_value="none"),
            (12, 8),
        ),
        logs(
            PanelMeta(
                "Warnings and errors",
                "What all sources have said at level warn or above, the newest first. A click "
                "opens a line to its fields, and to what all sources said in the same moment.",
                ("LogErrorsRising",),
                Expected.EMPTY,
            ),
            _GRAVE,
            (24, 10),
        ),
    ),
    needs="whiteroom-shipper",
)
