"""Makes what a query does to each line: its stages in Loki's order, ready to be run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.lexer import ParseError, invalid
from whiteroom_monitoring.logs.logql.stages import conditions
from whiteroom_monitoring.logs.logql.stages.formats import LabelFormatter, LineFormatter
from whiteroom_monitoring.logs.logql.stages.json_parser import JsonExpressions, parse_json, unpack
from whiteroom_monitoring.logs.logql.stages.lines import line_test
from whiteroom_monitoring.logs.logql.stages.logfmt_parser import LogfmtExpressions, LogfmtParser
from whiteroom_monitoring.logs.logql.stages.patterns import Pattern
from whiteroom_monitoring.logs.logql.stages.regexp_parser import RegexpParser
from whiteroom_monitoring.logs.logql.stages.row import NO_CHECKS, Check, Row
from whiteroom_monitoring.logs.logql.stages.selections import drop, keep
from whiteroom_monitoring.logs.logql.syntax import (
    PARSERS,
    Both,
    Decolorize,
    Json,
    LabelFilter,
    LabelFormat,
    LineFilter,
    LineFormat,
    LineParser,
    Logfmt,
    Selection,
    Stage,
    StringCondition,
)

# What a stage does: the line as it goes on, or None where it is left.
Process = Callable[[bytes, Row], bytes | None]
# Colours, cursors and titles of terminals: control sequences (5.4 of ECMA-48), commands of the
# operating system (8.3.89), which xterm ends by BEL, too, and other escapes.
_COLOURS = re.compile(
    rb"(?:\x1b\[|\xc2\x9b)[0-?]*[ -/]*[@-~]"
    rb"|(?:\x1b\]|\xc2\x9d)[^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1b[ -/]*[0-Z\\^-~]"
)


def ordered(stages: Sequence[Stage]) -> list[Stage]:
    """Return stages in the order in which they run: line filters before parsers.

    They stay behind what leaves lines or writes them anew: label filters, formats, unpack.
    """
    result: list[Stage] = []
    filters: list[Stage] = []
    others: list[Stage] = []
    for stage in stages:
        if isinstance(stage, LineFilter):
            filters.append(stage)
            continue
        if isinstance(stage, LabelFilter):
            result += [*filters, *others, stage]
            filters, others = [], []
            continue
        others.append(stage)
        if isinstance(stage, LineFormat) or stage == LineParser("unpack"):
            result += [*filters, *others]
            filters, others = [], []
    return [*result, *filters, *others]


def split(stages: Sequence[Stage]) -> tuple[list[Stage], list[Stage]]:
    """Return what looks at the stored line and at stored labels, and the rest, in its order."""
    early: list[Stage] = []
    late: list[Stage] = []
    is_stored = True
    for stage in ordered(stages):
        changes_line = isinstance(stage, LineFormat | Decolorize) or stage == LineParser("unpack")
        is_stored = is_stored and not changes_line
        is_early = isinstance(stage, LineFilter) and is_stored
        # A condition on text has no error that a line would be told of.
        if isinstance(stage, LabelFilter) and isinstance(stage.condition, StringCondition):
            is_early = not late
        (early if is_early else late).append(stage)
    return early, late


def processes(stages: Sequence[Stage], after: Sequence[Stage] = ()) -> list[tuple[Stage, Process]]:
    """Return stages, already ordered, with what they do.

    Stages ``after`` them are done elsewhere. Raises ParseError.
    """
    made = []
    for at, stage in enumerate(stages):
        if _is_always_true(stage):
            continue
        with told_of(stage):
            process = _process(stage)
        # What stands behind other stages may see another value than the parser has found.
        by_name = checks([*stages[at + 1 :], *after]) if isinstance(stage, PARSERS) else {}
        made.append((stage, _checked(process, by_name) if by_name else process))
    return made


def through(steps: Iterable[Process], line: bytes, row: Row) -> bytes | None:
    """Return what steps make of a line and its labels, one after the other; None leaves it."""
    for step in steps:
        after = step(line, row)
        if after is None:
            return None
        line = after
    return line


@contextmanager
def told_of(stage: Stage) -> Iterator[None]:
    """Say which stage it is that can't be. Raises ParseError."""
    try:
        yield
    except ParseError:
        raise
    except QueryError as error:
        raise invalid(f"stage '{stage}' : {error}") from error


def _is_always_true(stage: Stage) -> bool:
    if not isinstance(stage, LabelFilter) or not isinstance(stage.condition, StringCondition):
        return False
    matcher = stage.condition.matcher
    return matcher.operator == "=~" and matcher.value in conditions.MATCH_ALL


def _process(stage: Stage) -> Process:  # noqa: PLR0911, PLR0912 - one a kind
    match stage:
        case LineFilter():
            test = line_test(stage)
            return lambda line, _: line if test(line) else None
        case LabelFilter(condition=condition):
            is_met = conditions.check(condition)
            return lambda line, row: line if is_met(row) else None
        case Json(expressions=expressions):
            return JsonExpressions(expressions).parse if expressions else parse_json
        case Logfmt(expressions=expressions, flags=flags):
            if expressions:
                return LogfmtExpressions(expressions, flags).parse
            return LogfmtParser(flags).parse
        case LineParser(name="regexp", parameter=parameter):
            return RegexpParser(parameter).parse
        case LineParser(name="pattern", parameter=parameter):
            return Pattern.for_captures(parameter).parse
        case LineParser():
            return unpack
        case LineFormat(template=template):
            return LineFormatter(template).format
        case LabelFormat(formats=formats):
            return LabelFormatter(formats).format
        case Decolorize():
            return lambda line, _: _COLOURS.sub(b"", line)
        case Selection(name="drop", labels=labels):
            return drop(labels)
        case Selection(labels=labels):
            return keep(labels)


def label_names(stages: Sequence[Stage]) -> set[str] | None:
    """Return the labels that stages look at; None where they may look at all."""
    names: set[str] = set()
    for stage in stages:
        looked_at: set[str] | None = set()
        match stage:
            case LabelFilter(condition=condition):
                looked_at = set(conditions.names(condition))
            case LineFormat(template=template):
                looked_at = LineFormatter(template).names
            case LabelFormat(formats=formats):
                looked_at = LabelFormatter(formats).names
        if looked_at is None:
            return None
        names |= looked_at
    return names


def checks(stages: Sequence[Stage]) -> dict[str, Check]:
    """Return the conditions on one label each that stages begin with, by its name."""
    by_name: dict[str, Check] = {}
    for stage in stages:
        if not isinstance(stage, LabelFilter):
            break
        if not isinstance(stage.condition, Both):
            name = next(conditions.names(stage.condition))
            by_name.setdefault(name, conditions.unchecked(stage.condition))
    return by_name


def _checked(parse: Process, by_name: dict[str, Check]) -> Process:
    """Return a parser that leaves a line as soon as a label that it finds fails its condition."""

    def process(line: bytes, row: Row) -> bytes | None:
        row.checks = by_name
        parsed = parse(line, row)
        row.checks = NO_CHECKS
        return parsed

    return process
