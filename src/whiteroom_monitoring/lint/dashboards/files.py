"""The dashboards' files as lints see them: the model of a dashboard, each part with its place."""

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
from whiteroom_monitoring.grafana.model import dashboard as model
from whiteroom_monitoring.grafana.model.dashboard import Dashboard
from whiteroom_monitoring.grafana.model.panel import Panel
from whiteroom_monitoring.grafana.model.variable import VariableDefinition
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
    panel: Panel | None

    def diagnostic(self, word: str, problem: str, remedy: str = "") -> Diagnostic:
        """Return a diagnostic where ``word`` stands in the expression."""
        placed = self.file.placed
        place = placed.word_place(self.pointer, word)
        return placed.diagnostic(place, problem, remedy, about=self.about)


@dataclass(frozen=True)
class DashboardFile:
    """A file with its ``text``, its JSON as ``data``, and the ``dashboard`` that it holds.

    The model says what a part means; the JSON is for checks of what is written, such as types.
    """

    path: Path
    text: str
    data: Mapping[str, Any]
    dashboard: Dashboard

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
        titles = (p.title for p in self.panels() if p.pointer == pointer[: len(p.pointer)])
        return self.placed.diagnostic(
            self.placed.place(pointer), found, remedy, expected, next(titles, "")
        )

    def panels(self) -> Iterator[Panel]:
        """Yield every panel that is not the heading of a row."""
        yield from self.dashboard.panels()

    def variables(self) -> Iterator[VariableDefinition]:
        """Yield every variable."""
        yield from self.dashboard.variables

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """Every query of panels and annotations that is of PromQL."""
        return tuple(self._queries())

    def _queries(self) -> Iterator[Query]:
        for panel in self.panels():
            if panel.type == "logs":
                continue
            for query in panel.queries:
                about = f"{panel.title}, query {query.ref_id}"
                yield self._query((*query.pointer, "expr"), about, query.expression, panel)
        for annotation in self.dashboard.annotations:
            if annotation.is_of_logs:
                continue
            about = f"annotation {annotation.name}"
            yield self._query(annotation.pointer, about, annotation.expression, None)

    def _query(self, pointer: Pointer, about: str, text: str, panel: Panel | None) -> Query:
        return Query(self, pointer, about, text, parse(text), panel)


def parse(text: str) -> Expr | None:
    """Return the expression with its macros and variables filled in, or None when it is broken."""
    try:
        return parse_promql(VARIABLE.sub(_stand_in, text))
    except ParseError:
        return None


def _stand_in(reference: re.Match[str]) -> str:
    macro = MACROS.get(reference[1])
    return f"{macro.seconds}s" if macro else ".*"


def read(folder: Path) -> tuple[tuple[DashboardFile, ...], tuple[Diagnostic, ...]]:
    """Return the dashboards in ``folder``, and the diagnostics of files that are none."""
    dashboards: list[DashboardFile] = []
    diagnostics: list[Diagnostic] = []
    for path in sorted(folder.glob("*.json")):
        try:
            text = path.read_text(encoding="utf-8")
            data = json.loads(text)
            dashboard = model.parse(text, path.stem)
        except (OSError, ValueError) as error:
            diagnostics.append(Diagnostic(FilePlace(path), str(error), "generate it"))
            continue
        if isinstance(data.get("panels"), list):
            dashboards.append(DashboardFile(path, text, data, dashboard))
        else:
            problem = "expected a dashboard with panels"
            diagnostics.append(Diagnostic(FilePlace(path), problem, "generate it"))
    return tuple(dashboards), tuple(diagnostics)
