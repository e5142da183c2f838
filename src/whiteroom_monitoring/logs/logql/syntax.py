"""What a query of LogQL consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from whiteroom_monitoring.logs.logql.lexer import quote
from whiteroom_monitoring.logs.logql.regex import compile_regex


@dataclass(frozen=True)
class Matcher:
    """A condition on a label: ``operator`` is one of = != =~ !~. A missing label is empty."""

    name: str
    operator: str
    value: str

    @cached_property
    def _regex(self) -> Any:
        return compile_regex(f"^(?s:{self.value})$")

    def matches(self, value: str) -> bool:
        """Tell whether a value of the label meets the condition."""
        if self.operator in ("=", "!="):
            return (value == self.value) == (self.operator == "=")
        is_found = self._regex.search(value) is not None
        return is_found == (self.operator == "=~")

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{quote(self.value)}"


@dataclass(frozen=True)
class LineFilter:
    """A condition on the line: |= != |~ !~, with one of the values (or none, where negated)."""

    operator: str
    values: tuple[str, ...]

    @property
    def negated(self) -> bool:
        """Whether none of the values may be found."""
        return self.operator.startswith("!")

    @property
    def is_regex(self) -> bool:
        """Whether the values are regular expressions."""
        return self.operator.endswith("~")

    def __str__(self) -> str:
        return f"{self.operator} {' or '.join(quote(value) for value in self.values)}"


@dataclass(frozen=True)
class LabelFilter:
    """A condition on a label or a field of structured metadata, after the line filters."""

    matcher: Matcher

    def __str__(self) -> str:
        return f"| {self.matcher}"


Stage = LineFilter | LabelFilter


@dataclass(frozen=True)
class LogQuery:
    """The lines of the streams that all ``matchers`` select, through all ``stages``."""

    matchers: tuple[Matcher, ...]
    stages: tuple[Stage, ...] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Tell whether a stream is selected."""
        return all(matcher.matches(labels.get(matcher.name, "")) for matcher in self.matchers)

    def __str__(self) -> str:
        selector = "{" + ", ".join(str(matcher) for matcher in self.matchers) + "}"
        return " ".join([selector, *(str(stage) for stage in self.stages)])
