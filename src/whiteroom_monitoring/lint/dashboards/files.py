"""The dashboards' files as lints see them: panels and queries, each with its place."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.diagnostics import Diagnostic, FilePlace
from whiteroom_monitoring.promql.parse import Expr, ParseError
from whiteroom_monitoring.promql.parse import parse as parse_promql

# What a macro stands for while an expression is looked at: lengths that nobody would write.
MACROS = {
    "__rate_interval": datetime.timedelta(seconds=61),
    "__interval": datetime.timedelta(seconds=17),
    "__range": datetime.timedelta(seconds=3607),
}
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)(?::\w+)?\}?")


@dataclass(frozen=True)
class Query:
    """An expression of a dashboard; ``about`` says whose, and ``parsed`` is None if it is broken.

    ``panel`` is that of a panel's query, else None.
    """

    file: DashboardFile
    pointer: Pointer
    about: str
    text: str
    parsed: Expr | None
    panel: Mapping[str, Any] | None

    def diagnostic(self, word: str, problem: str, remedy: str = "") -> Diagnostic:
        """Return a diagnostic where ``word`` stands in the expression."""
        placed = self.file.placed
        place = placed.word_place(self.pointer, word)
        return placed.diagnostic(place, problem, remedy, about=self.about)


@dataclass(frozen=True)
class DashboardFile:
    """One dashboard's JSON: its ``text`` and its ``data``."""

    path: Path
    text: str
    data: Mapping[str, Any]

    @cached_property
    def placed(self) -> Document:
        """The file with the place of each part, which takes long and only diagnostics need."""
        return document.read(self.path)

    def mappings(self, pointer: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:
        """Yield the objects in the list at ``pointer``; nothing when there is no such list."""
        yield from Document(self.path, self.text, self.data, {}, {}).mappings(pointer)

    def diagnostic(
        self, pointer: Pointer, found: str, remedy: str = "", expected: str = ""
    ) -> Diagnostic:
        """Return a diagnostic at ``pointer``; within a panel it is about that panel."""
        panel = next((panel for at, panel in self.panels() if at == pointer[:2]), {})
        return self.placed.diagnostic(
            self.placed.place(pointer), found, remedy, expected, str(panel.get("title") or "")
        )

    def panels(self) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
        """Yield every panel that is not the heading of a row."""
        for pointer, panel in self.mappings(("panels",)):
            if panel.get("type") != "row":
                yield pointer, panel

    def variables(self) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
        """Yield every variable."""
        yield from self.mappings(("templating", "list"))

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """Every query of panels and annotations."""
        return tuple(self._queries())

    def _queries(self) -> Iterator[Query]:
        for pointer, panel in self.panels():
            for target, query in self.mappings((*pointer, "targets")):
                about = f"{panel.get('title')}, query {query.get('refId')}"
                yield self._query((*target, "expr"), about, query.get("expr"), panel)
        for pointer, mark in self.mappings(("annotations", "list")):
            about = f"annotation {mark.get('name')}"
            yield self._query((*pointer, "expr"), about, mark.get("expr"), None)

    def _query(
        self, pointer: Pointer, about: str, text: Any, panel: Mapping[str, Any] | None
    ) -> Query:
        return Query(self, pointer, about, str(text), parse(str(text)), panel)


def parse(text: str) -> Expr | None:
    """Return the expression with its macros and variables filled in, or None when it is broken."""
    try:
        return parse_promql(VARIABLE.sub(_stand_in, text))
    except ParseError:
        return None


def _stand_in(found: re.Match[str]) -> str:
    macro = MACROS.get(found[1])
    return f"{macro.seconds}s" if macro else ".*"


def read(folder: Path) -> tuple[tuple[DashboardFile, ...], tuple[Diagnostic, ...]]:
    """Return the dashboards in ``folder``, and the diagnostics of files that are none."""
    dashboards: list[DashboardFile] = []
    diagnostics: list[Diagnostic] = []
    for path in sorted(folder.glob("*.json")):
        try:
            text = path.read_text(encoding="utf-8")
            data = json.loads(text)
        except (OSError, ValueError) as error:
            diagnostics.append(Diagnostic(FilePlace(path), f"not JSON: {error}", "generate it"))
            continue
        if isinstance(data, dict) and isinstance(data.get("panels"), list):
            dashboards.append(DashboardFile(path, text, data))
        else:
            problem = "expected a dashboard with panels"
            diagnostics.append(Diagnostic(FilePlace(path), problem, "generate it"))
    return tuple(dashboards), tuple(diagnostics)
