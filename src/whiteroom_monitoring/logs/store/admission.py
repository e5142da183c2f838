"""Which lines of a push are accepted, and why the others are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.limits import SECOND_NS, Limits
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.store.streams import Stream, StreamCatalog, canonical, with_service

REASONS = (
    "greater_than_max_sample_age", "too_far_in_future", "line_too_long",
    "structured_metadata_too_large", "structured_metadata_too_many", "too_far_behind",
)  # fmt: skip
MAX_MESSAGES = 10
# Labels as clients write them are parsed once.
_CACHED = 20_000


@dataclass
class PushResult:
    """How many lines were new, how many were there already, and why others were refused."""

    stored: int = 0
    repeated: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    status: int = 400

    def refuse(self, reason: str, message: str, lines: int = 1) -> None:
        """Count refused lines."""
        self.refused[reason] = self.refused.get(reason, 0) + lines
        if len(self.messages) < MAX_MESSAGES:
            self.messages.append(message)


class Admission:
    """Holds pushes to the limits. Used by one thread."""

    def __init__(self, limits: Limits, streams: StreamCatalog) -> None:
        self._limits, self._streams = limits, streams
        self._known: dict[bytes, str] = {}

    def admit(
        self, pushed: Sequence[tuple[bytes, _native.Rows]], now_ns: int, result: PushResult
    ) -> list[tuple[Stream, _native.Rows]]:
        """Return the streams with the rows that may be stored; the rest goes to ``result``."""
        admitted = []
        for labels, rows in pushed:
            stream = self._stream(labels, len(rows), result)
            if stream is None:
                continue
            admitted_rows = self._admit_rows(stream, rows, now_ns, result)
            if len(admitted_rows):
                admitted.append((stream, admitted_rows))
        return admitted

    def _admit_rows(
        self, stream: Stream, rows: _native.Rows, now_ns: int, result: PushResult
    ) -> _native.Rows:
        limits = self._limits
        oldest = now_ns - round(limits.reject_old_samples_max_age * SECOND_NS)
        latest = now_ns + round(limits.creation_grace_period * SECOND_NS)
        admitted, refused, _ = rows.admit(
            oldest if limits.reject_old_samples else -(2**63),
            latest if limits.creation_grace_period > 0 else 2**63 - 1,
            limits.max_line_size or 2**62,
            limits.max_structured_metadata_size,
            limits.max_structured_metadata_entries_count,
            round(limits.out_of_order_window * SECOND_NS),
            stream.newest_ns,
            limits.discover_log_levels,
            stream.level,
        )
        for row, reason in refused:
            if len(result.messages) < MAX_MESSAGES:
                text = self._told(stream, rows, row, reason, now_ns)
                result.refuse(REASONS[reason], text)
            else:
                result.refuse(REASONS[reason], "")
        return admitted

    def _told(self, stream: Stream, rows: _native.Rows, row: int, reason: int, now_ns: int) -> str:
        time_ns, line, _, _ = rows[row]
        name, limits = f"'{stream.labels}'", self._limits
        oldest = now_ns - round(limits.reject_old_samples_max_age * SECOND_NS)
        behind = stream.newest_ns - round(limits.out_of_order_window * SECOND_NS)
        return (
            f"entry for stream {name} has timestamp too old: {_time(time_ns)}, oldest acceptable "
            f"timestamp is: {_time(oldest)}",
            f"entry for stream {name} has timestamp too new: {_time(time_ns)}",
            f"Max entry size '{limits.max_line_size}' bytes exceeded for stream {name} while "
            f"adding an entry with length '{len(line)}' bytes",
            f"stream {name} has structured metadata too large; limit: "
            f"'{limits.max_structured_metadata_size}' bytes",
            f"stream {name} has too many structured metadata labels; limit: "
            f"'{limits.max_structured_metadata_entries_count}'",
            f"entry with timestamp {_time(time_ns)} ignored, reason: 'entry too far behind, entry "
            f"timestamp is: {_time(time_ns)}, oldest acceptable timestamp is: {_time(behind)}' "
            f"for stream: {stream.labels}",
        )[reason]

    def _stream(self, labels: bytes, lines: int, result: PushResult) -> Stream | None:
        known = self._known.get(labels)
        if known is None:
            known = self._canonical(labels, lines, result)
            if known is None:
                return None
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[labels] = known
        stream = self._streams.get(known)
        if stream is None:
            if len(self._streams) >= self._limits.max_global_streams_per_user:
                result.status = 429
                text = (
                    "Maximum active stream limit exceeded when trying to create stream "
                    f"{known}, reduce the number of active streams (reduce labels or reduce label "
                    "values)"
                )
                result.refuse("stream_limit", text, lines)
                return None
            stream = self._streams.add(known)
        return stream

    def _canonical(self, labels: bytes, lines: int, result: PushResult) -> str | None:
        excerpt = labels[:200].decode(errors="replace")
        try:
            fields: Mapping[str, str] = parse_labels(labels.decode())
        except (QueryError, UnicodeDecodeError) as error:
            text = f"Error parsing labels '{excerpt}' with error: {error}"
            result.refuse("invalid_labels", text, lines)
            return None
        fields = {name: value for name, value in fields.items() if value}
        if not fields:
            text = "error at least one label pair is required per stream"
            result.refuse("missing_labels", text, lines)
            return None
        problem = self._problem(fields, excerpt)
        if problem is not None:
            result.refuse(*problem, lines)
            return None
        if self._limits.discover_service_name:
            fields = with_service(fields)
        return canonical(fields)

    def _problem(self, fields: Mapping[str, str], excerpt: str) -> tuple[str, str] | None:
        limits = self._limits
        if len(fields) > limits.max_label_names_per_series:
            return (
                "max_label_names_per_series",
                f"entry for stream '{excerpt}' has {len(fields)} label names; limit "
                f"{limits.max_label_names_per_series}",
            )
        for name, value in fields.items():
            if len(name) > limits.max_label_name_length:
                text = f"stream '{excerpt}' has label name too long: '{name[:100]}'"
                return "label_name_too_long", text
            if len(value) > limits.max_label_value_length:
                text = f"stream '{excerpt}' has label value too long: '{value[:100]}'"
                return "label_value_too_long", text
        return None


def _time(time_ns: int) -> str:
    """Return a time as RFC 3339 has it, or the number where no calendar has it.

    >>> _time(1_700_000_000_123_456_789)
    '2023-11-14T22:13:20Z'
    """
    try:
        moment = datetime.fromtimestamp(time_ns // SECOND_NS, UTC)
    except (ValueError, OverflowError):
        return str(time_ns)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
