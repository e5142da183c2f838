"""Writes into rules when their alerts were last proven, so that each page says it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.proofs import ledger
from whiteroom_monitoring.proofs.ledger import Proof

ANNOTATION = "proven"


def annotated(project: Project, paths: Sequence[Path]) -> dict[str, str]:
    """Return the texts of the files that have proven alerts, by name; comments stay."""
    standings = ledger.standings(project, rule_files.read(paths))
    insertions: dict[Path, list[tuple[int, str]]] = {}
    for rule, _, proof in standings.alerts:
        if proof is None or not rule.annotations or ANNOTATION in rule.annotations:
            continue
        line, column = _place(rule)
        before = rule.document.text.splitlines()[line - 1][: column - 1]
        # Annotations that stand in one line have no line of their own to stand before.
        if not before.strip():
            insertion = f"{before}{ANNOTATION}: {json.dumps(text(proof))}"
            insertions.setdefault(rule.document.path, []).append((line, insertion))
    return {path.name: _inserted(path, lines) for path, lines in insertions.items()}


def _place(rule: Rule) -> tuple[int, int]:
    """Return line and column of the first annotation."""
    first = next(iter(rule.annotations))
    return rule.document.key_place((*rule.pointer, "annotations", first))


def text(proof: Proof) -> str:
    """Return what a page says, as a template of Prometheus: how long ago it was, and how fast.

    >>> from datetime import UTC, datetime
    >>> text(Proof("A", "d", datetime(2026, 1, 1, tzinfo=UTC), 3.6, 30.0, True))
    'last proven {{ with query "time() - 1767225600" }}{{ . | first | value | humanizeDuration }}\
{{ end }} ago, 4 s at 30 times the speed'
    """
    age = f'{{{{ with query "time() - {proof.moment:.0f}" }}}}'
    value = "{{ . | first | value | humanizeDuration }}{{ end }}"
    return f"last proven {age}{value} ago, {proof.words}"


def _inserted(path: Path, lines: Sequence[tuple[int, str]]) -> str:
    texts = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in sorted(lines, reverse=True):
        texts.insert(number - 1, line + "\n")
    return "".join(texts)
