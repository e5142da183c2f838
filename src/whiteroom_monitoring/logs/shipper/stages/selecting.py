"""Stages that choose lines: match, drop, limit."""

from __future__ import annotations

import time
from collections.abc import Callable

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.parser import parse_log_query
from whiteroom_monitoring.logs.logql.syntax import LineFilter
from whiteroom_monitoring.logs.shipper import durations
from whiteroom_monitoring.logs.shipper.config import DropStage, LimitStage, MatchStage
from whiteroom_monitoring.logs.shipper.entry import SECOND_NS, Entry, text_of
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.expressions import compiled
from whiteroom_monitoring.logs.shipper.stages import stage as stages
from whiteroom_monitoring.logs.shipper.stages.parsing import Apply
from whiteroom_monitoring.logs.shipper.stages.stage import Context, Stage


class Match:
    """Stages for the lines that a selector means; the others pass in their order."""

    def __init__(self, config: MatchStage, inner: list[Stage], context: Context) -> None:
        self._config, self._inner, self._context = config, inner, context
        self._means = _selector(config.selector)

    def process(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries that go on."""
        out: list[Entry] = []
        for entry in entries:
            if not self._means(entry):
                out.append(entry)
            elif self._config.action == "drop":
                self._context.drop(self._config.drop_counter_reason)
            else:
                out += stages.run(self._inner, [entry])
        return out

    def flush(self, idle_s: float | None) -> list[Entry]:
        """Return what the stages within have held back."""
        return stages.flush(self._inner, idle_s)

    def held(self) -> list[object]:
        """Return what is held back within."""
        return [position for stage in self._inner for position in stage.held()]


def _selector(text: str) -> Callable[[Entry], bool]:
    try:
        query = parse_log_query(text)
    except QueryError as error:
        raise StageError(f"match: selector: {error}") from error
    filters = [_line_filter(stage, text) for stage in query.stages]

    def means(entry: Entry) -> bool:
        matches = all(m.matches(entry.labels.get(m.name, "")) for m in query.matchers)
        return matches and all(is_met(entry.line) for is_met in filters)

    return means


def _line_filter(stage: object, text: str) -> Callable[[str], bool]:
    values = stage.values if isinstance(stage, LineFilter) else ()
    texts = [value for value in values if isinstance(value, str)]
    if not isinstance(stage, LineFilter) or not texts or not (stage.is_text or stage.is_regex):
        raise StageError(f"match: {text}: only a selector and filters by text are supported")
    is_negated = stage.negated
    if stage.is_regex:
        expressions = [compiled(value) for value in texts]
        return lambda line: any(e.search(line) for e in expressions) != is_negated
    return lambda line: any(value in line for value in texts) != is_negated


def drop(stage: DropStage, context: Context) -> Apply:
    """Leave lines out that meet every condition."""
    conditions = list(_conditions(stage))
    if not conditions:
        raise StageError("drop: expected source, value, expression, older_than or longer_than")

    def apply(entry: Entry) -> bool:
        if not all(is_met(entry) for is_met in conditions):
            return True
        context.drop(stage.drop_counter_reason)
        return False

    return apply


def _conditions(stage: DropStage) -> list[Callable[[Entry], bool]]:
    made: list[Callable[[Entry], bool]] = []
    if stage.longer_than is not None:
        most = durations.size(stage.longer_than)
        made.append(lambda entry: len(entry.line.encode()) > most)
    if stage.older_than is not None:
        age_ns = round(durations.seconds(stage.older_than) * SECOND_NS)
        made.append(lambda entry: (entry.time_ns or entry.origin_ns) < time.time_ns() - age_ns)
    names = [stage.source] if isinstance(stage.source, str) else stage.source
    if stage.expression is not None and stage.value is not None:
        raise StageError("drop: expected expression or value, not both")
    if stage.expression is not None:
        regex = compiled(stage.expression)
        made.append(lambda entry: regex.search(_joined(entry, names, stage.separator)) is not None)
    elif stage.value is not None:
        made.append(lambda entry: _joined(entry, names, stage.separator) == stage.value)
    elif names != [""]:
        made.append(lambda entry: all(name in entry.extracted for name in names))
    return made


def _joined(entry: Entry, names: list[str], separator: str) -> str:
    if names == [""]:
        return entry.line
    return separator.join(text_of(entry.extracted.get(name)) for name in names)


class _Bucket:
    """Tokens that come back at a rate, ``burst`` at the most; they may be owed."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = float(burst), time.monotonic()

    def is_empty(self) -> bool:
        """Tell whether there is none left."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return self._tokens < 1

    def take(self) -> float:
        """Take one, and return how long the source is to wait for those that it owes."""
        self.is_empty()
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)


def limit(stage: LimitStage, context: Context) -> Apply:
    """Hold a source to a rate. One whose lines wait is read no further; others are not held up."""
    if stage.by_label_name and not stage.drop:
        raise StageError("limit: by_label_name needs drop: true")
    buckets: dict[str, _Bucket] = {}

    def apply(entry: Entry) -> bool:
        name = entry.labels.get(stage.by_label_name, "") if stage.by_label_name else ""
        if stage.by_label_name and not name:
            return True
        if name not in buckets and len(buckets) >= stage.max_distinct_labels:
            buckets.clear()
        bucket = buckets.setdefault(name, _Bucket(stage.rate, stage.burst))
        if stage.drop and bucket.is_empty():
            context.drop("ratelimit_drop_stage")
            return False
        context.delay_s = max(context.delay_s, bucket.take())
        return True

    return apply
