"""Parses LogQL by recursive descent: a function for each rule of Loki's grammar.

Source: https://grafana.com/docs/loki/latest/query/ and grafana/loki pkg/logql/syntax/syntax.y
"""

from __future__ import annotations

from whiteroom_monitoring.logs.logql.lexer import ParseError, Token, tokens, unquote
from whiteroom_monitoring.logs.logql.regex import compile_regex
from whiteroom_monitoring.logs.logql.syntax import LabelFilter, LineFilter, LogQuery, Matcher, Stage

LINE_OPERATORS = ("|=", "!=", "|~", "!~")
MATCH_OPERATORS = ("=", "!=", "=~", "!~")
# Words of the grammar that can't be answered yet, so that their name is in the refusal.
_STAGES = frozenset(
    "json logfmt pattern regexp unpack decolorize line_format label_format drop keep".split()
)
_NAMES = {
    "{": "{", "}": "}", "string": "STRING", "name": "IDENTIFIER", "end": "$end",
    "number": "NUMBER", "duration": "DURATION", "bytes": "BYTES",
}  # fmt: skip


def parse(text: str) -> LogQuery:
    """Return the query that ``text`` is. Raises ParseError, and QueryError for an expression."""
    parser = _Parser(text)
    query = parser.log_query()
    parser.expect("end")
    return query


def parse_selector(text: str) -> LogQuery:
    """Return a selector of streams alone. Raises ParseError."""
    parser = _Parser(text)
    query = LogQuery(parser.selector())
    parser.expect("end")
    return query


def parse_labels(text: str) -> dict[str, str]:
    """Return the labels that a client pushes, such as ``{job="x"}``. Raises ParseError."""
    parser = _Parser(text)
    first = parser.token
    matchers = parser.selector(of_push=True)
    parser.expect("end")
    labels = {matcher.name: matcher.value for matcher in matchers}
    if len(labels) != len(matchers) or any(m.operator != "=" for m in matchers):
        raise first.error("syntax error: expected each label once, with =")
    return labels


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self.token: Token = next(self._tokens)

    def next(self) -> Token:
        """Return the current token and go on to the next one."""
        current = self.token
        if current.kind != "end":
            self.token = next(self._tokens)
        return current

    def unexpected(self, *expected: str) -> ParseError:
        """Return the error that the current token does not fit."""
        found = _NAMES.get(self.token.kind, self.token.text)
        hint = f", expecting {' or '.join(expected)}" if expected else ""
        return self.token.error(f"syntax error: unexpected {found}{hint}")

    def expect(self, kind: str) -> Token:
        """Return the current token, which has to be of a kind. Raises ParseError."""
        if self.token.kind != kind:
            raise self.unexpected(_NAMES.get(kind, kind)) if kind != "end" else self.unexpected()
        return self.next()

    def log_query(self) -> LogQuery:
        """selector { stage }, which may be in parentheses."""
        if self.token.kind == "(":
            self.next()
            inner = self.log_query()
            self.expect(")")
            return LogQuery(inner.matchers, (*inner.stages, *self.stages()))
        if self.token.kind == "name":
            raise self.token.error(
                f"syntax error: {self.token.text}: queries for metrics are not supported yet"
            )
        return LogQuery(self.selector(), self.stages())

    def selector(self, *, of_push: bool = False) -> tuple[Matcher, ...]:
        """{ name operator "value", ... }"""
        begin = self.expect("{")
        found: list[Matcher] = []
        while self.token.kind != "}":
            if found:
                if self.token.kind != ",":
                    raise self.unexpected("}", ",")
                self.next()
                if self.token.kind == "}":
                    break
            found.append(self.matcher())
        self.next()
        if not of_push:
            _require_selective(begin, found)
        return tuple(found)

    def matcher(self) -> Matcher:
        """name operator "value" """
        name = self.expect("name").text
        if self.token.kind not in MATCH_OPERATORS:
            raise self.unexpected("=", "=~", "!~", "!=")
        operator = self.next()
        value = unquote(self.expect("string"))
        if operator.kind in ("=~", "!~"):
            compile_regex(value)
        return Matcher(name, operator.kind, value)

    def stages(self) -> tuple[Stage, ...]:
        """Line filters, and what follows a |."""
        found: list[Stage] = []
        while self.token.kind in (*LINE_OPERATORS, "|", "|>", "!>"):
            found.append(self.stage())
        return tuple(found)

    def stage(self) -> Stage:
        """One filter."""
        if self.token.kind in LINE_OPERATORS:
            return self.line_filter()
        begin = self.next()
        if begin.kind != "|":
            raise begin.error(f"syntax error: {begin.text} is not supported yet")
        if self.token.kind == "name" and self.token.text in _STAGES:
            raise self.token.error(f"syntax error: {self.token.text} is not supported yet")
        return LabelFilter(self.matcher())

    def line_filter(self) -> LineFilter:
        """operator "value" { or "value" }"""
        operator = self.next().kind
        values = [self.filter_value(operator)]
        while self.token.kind == "name" and self.token.text == "or":
            self.next()
            values.append(self.filter_value(operator))
        return LineFilter(operator, tuple(values))

    def filter_value(self, operator: str) -> str:
        """A string; of a regular expression, one that compiles."""
        if self.token.kind == "name" and self.token.text == "ip":
            raise self.token.error("syntax error: ip is not supported yet")
        value = unquote(self.expect("string"))
        if operator.endswith("~"):
            compile_regex(value)
        return value


def _require_selective(begin: Token, matchers: list[Matcher]) -> None:
    """Raise ParseError, as Loki does, when a selector would select every stream."""
    if not any(not m.matches("") for m in matchers):
        raise begin.error(
            "queries require at least one regexp or equality matcher that does not have an "
            'empty-compatible value. For instance, app=~".*" does not meet this requirement, '
            'but app=~".+" will'
        )
