"""The stages line_format and label_format."""

from __future__ import annotations

from collections.abc import Sequence

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.quoting import to_bytes, to_text
from whiteroom_monitoring.logs.logql.golang.times import Moment
from whiteroom_monitoring.logs.logql.stages.row import ERROR, SPECIAL, TEMPLATE_ERROR, Row
from whiteroom_monitoring.logs.logql.template.execute import Template, TemplateError, of_line
from whiteroom_monitoring.logs.logql.template.functions import Builtin
from whiteroom_monitoring.logs.logql.template.nodes import Action, Field, Pipe


def _functions(line: bytes, row: Row) -> dict[str, Builtin]:
    return of_line(lambda: to_text(line), lambda: Moment(row.time_ns))


class LineFormatter:
    """Writes the line anew. Raises QueryError."""

    def __init__(self, text: str) -> None:
        try:
            self._template = Template("line", text)
        except QueryError as error:
            raise QueryError(f"invalid line template: {error}") from error
        self.names = self._template.fields()
        self._label = _only_label(self._template)

    def format(self, line: bytes, row: Row) -> bytes:
        """Return the new line; where that fails, the old one."""
        if self._label:
            return to_bytes(row.get(self._label) or "")
        try:
            text = self._template.run(row.all(), _functions(line, row))
        except TemplateError as error:
            row.fail(TEMPLATE_ERROR, str(error))
            return line
        return to_bytes(text)


def _only_label(template: Template) -> str:
    """Return the name of the label that is all that a template writes; else nothing."""
    match template.tree.nodes:
        case (Action(pipe=Pipe(commands=(command,), variables=())),):
            match command.operands:
                case (Field(names=(name,)),) if name not in SPECIAL:
                    return name
    return ""


class LabelFormatter:
    """Writes and renames labels. Raises QueryError."""

    def __init__(self, formats: Sequence[tuple[str, str, bool]]) -> None:
        self._steps: list[tuple[str, str | Template]] = []
        self.names: set[str] | None = set()
        known: set[str] = set()
        for name, text, renames in formats:
            if name == ERROR:
                raise QueryError(f"{name} cannot be formatted")
            if name in known:
                raise QueryError(
                    f"multiple label name '{name}' not allowed in a single format operation"
                )
            known.add(name)
            if renames:
                self._look_at({text})
            self._steps.append((name, text if renames else self._template(name, text)))

    def _template(self, name: str, text: str) -> Template:
        try:
            template = Template("label", text)
        except QueryError as error:
            raise QueryError(f"invalid template for label '{name}': {error}") from error
        self._look_at(template.fields())
        return template

    def _look_at(self, names: set[str] | None) -> None:
        self.names = None if names is None or self.names is None else self.names | names

    def format(self, line: bytes, row: Row) -> bytes:
        """Set the labels; the line stays."""
        labels: dict[str, str] | None = None
        for name, step in self._steps:
            if isinstance(step, str):
                value = row.get(step)
                if value is not None:
                    row.set(name, value)
                    row.delete(step)
                continue
            labels = labels or row.all()
            try:
                value = step.run(labels, _functions(line, row))
            except TemplateError as error:
                row.fail(TEMPLATE_ERROR, str(error))
                continue
            row.set(name, value)
        return line
