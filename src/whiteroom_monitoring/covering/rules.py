"""Writes the table of what covers what into the rules.

The end of an alert's expression is generated in its place, so that a file of rules stays what
Prometheus reads. What is covered is recorded beside it: it is no alert any more, and still to be
seen.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.covering.clauses import MARK, clauses
from whiteroom_monitoring.covering.model import Covering
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.generated_files import head
from whiteroom_monitoring.promql.parse import BinaryExpr, ParseError, parse

TABLE = "covering.yml"
PREFIX = "covered_"
RECORDED = "alert:alerts_covered:value"

_NOTE = """\
# What holds and is no alert, because another one that fires explains it.
"""


class CoveringError(MonitoringError):
    """A rule can't be covered as it is written."""


@dataclass(frozen=True)
class _Alert:
    """An alert as its lines say it: ``start`` and ``end`` are those of its expression."""

    name: str
    labels: Mapping[str, str]
    written: str
    start: int
    end: int
    indent: int


def apply(texts: Mapping[str, str], covering: Covering, table: str = TABLE) -> dict[str, str]:
    """Return the rule files ``texts``, by path, with what covers their alerts.

    ``table`` is the path of the table, as messages and generated files name it.

    For each with a covered alert there is one more, ``covered_<name>``, which records what is
    covered. Raises CoveringError when an expression needs parentheses, or when the table names an
    alert that there is not.
    """
    files: dict[str, str] = {}
    names: set[str] = set()
    for path, text in texts.items():
        alerts = list(_alerts(path, text))
        names.update(alert.name for alert in alerts)
        files[path] = _with_clauses(path, text, alerts, covering, table)
        if recorded := "".join(_records(alerts, covering)):
            name = PurePosixPath(path)
            files[str(name.with_name(PREFIX + name.name))] = (
                head("#", f"{table} and {name.name}")
                + _NOTE
                + f"groups:\n  - name: {PREFIX}{name.stem}\n    rules:\n"
                + textwrap.indent(recorded, " " * 6)
            )
    _require_known(covering, names, table)
    return files


def _require_known(covering: Covering, alerts: set[str], table: str) -> None:
    named = {name for pair in covering.pairs() for name in (pair.by, pair.covered)}
    if unknown := sorted(named - alerts):
        raise CoveringError(f"{table}: {', '.join(unknown)}: no rule alerts by this name")


def _alerts(path: str, text: str) -> Iterator[_Alert]:
    rules = [
        rule
        for group in plain_yaml.load(text)["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if line.lstrip().startswith("- alert:")]
    for rule, first in zip(rules, starts, strict=True):
        start = next(n for n in range(first, len(lines)) if lines[n].lstrip().startswith("expr:"))
        indent = len(lines[start]) - len(lines[start].lstrip())
        end = start + 1
        while end < len(lines) and (
            not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent
        ):
            end += 1
        written = rule["expr"].partition(MARK)[0].rstrip()
        yield _Alert(rule["alert"], rule.get("labels", {}), written, start, end, indent)


def _with_clauses(
    path: str, text: str, alerts: list[_Alert], covering: Covering, table: str
) -> str:
    lines = text.splitlines()
    # From the last one on, so that the numbers of lines before it stay true.
    for alert in reversed(alerts):
        ends = clauses(alert.name, alert.labels, covering)
        if not ends and MARK not in "\n".join(lines[alert.start : alert.end]):
            continue
        expression = [alert.written]
        if ends:
            _require_parentheses(path, alert, table)
            expression += [MARK, *(f"unless {clause}" for clause in ends)]
        inner = textwrap.indent("\n".join(expression), " " * (alert.indent + 2))
        lines[alert.start : alert.end] = [" " * alert.indent + "expr: |", *inner.splitlines()]
    return "\n".join(lines) + "\n"


def _require_parentheses(path: str, alert: _Alert, table: str) -> None:
    """Raise CoveringError for `a or b`, of which `unless` would take only b."""
    try:
        expression = parse(alert.written)
    except ParseError as error:
        raise CoveringError(f"{path}: {alert.name}: {error}") from error
    if isinstance(expression, BinaryExpr) and str(expression.op) == "or":
        raise CoveringError(
            f"{path}: {alert.name}: `or` outside of parentheses, and {table} covers the alert; put "
            "the expression into parentheses"
        )


def _records(alerts: list[_Alert], covering: Covering) -> Iterator[str]:
    for alert in alerts:
        ends = clauses(alert.name, alert.labels, covering)
        if ends:
            terms = [f"(\n{textwrap.indent(alert.written, '  ')}\n) and {end}" for end in ends]
            expression = "\nor ".join(terms)
            fixed_labels = {
                k: v for k, v in alert.labels.items() if "{{" not in v and k != "incident"
            }
            labels = "".join(f"{key}: {value}\n" for key, value in fixed_labels.items())
            yield (
                f"- record: {RECORDED}\n"
                f"  expr: |\n{textwrap.indent(expression, '    ')}\n"
                f"  labels:\n    alert: {alert.name}\n{textwrap.indent(labels, '    ')}"
            )
