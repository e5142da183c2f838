"""What the rules of the grammar have in common: tokens one by one, and what is unexpected."""

from __future__ import annotations

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.lexer import (
    CONVERSIONS,
    RANGE_OPERATIONS,
    VECTOR_OPERATIONS,
    Lexer,
    ParseError,
    Token,
    invalid,
)
from whiteroom_monitoring.logs.logql.syntax import Matcher

MATCH_OPERATORS = ("=", "!=", "=~", "!~")
# Loki says the name of the token's kind here, not how it is written.
_SHOUTED = RANGE_OPERATIONS | VECTOR_OPERATIONS | CONVERSIONS | {"vector"}


class TokenReader:
    """Reads the next token when it is asked for, not before: so errors come in Loki's order."""

    def __init__(self, text: str) -> None:
        self._lexer = Lexer(text)
        self._ahead: Token | None = None

    @property
    def token(self) -> Token:
        """The current token."""
        if self._ahead is None:
            self._ahead = self._lexer.next()
        return self._ahead

    @property
    def kind(self) -> str:
        """The kind of the current token."""
        return self.token.kind

    def next(self) -> Token:
        """Return the current token and go on."""
        current, self._ahead = self.token, None
        return current

    def skip(self, kind: str) -> bool:
        """Go on when the current token is of a kind; tell whether it was."""
        if self.kind != kind:
            return False
        self.next()
        return True

    def unexpected(self, *expected: str) -> ParseError:
        """Return the error that the current token does not fit."""
        kind = self.kind.upper() if self.kind in _SHOUTED else self.kind
        hint = f", expecting {' or '.join(expected)}" if expected else ""
        return self.token.error(f"syntax error: unexpected {kind}{hint}")

    def expect(self, kind: str, *others: str) -> Token:
        """Return the current token, which has to be of a kind, and go on. Raises ParseError."""
        if self.kind != kind:
            raise self.unexpected(kind, *others)
        return self.next()

    def names(self) -> tuple[str, ...]:
        """name { , name }, up to a closing parenthesis; there may be none."""
        self.expect("(")
        if self.skip(")"):
            return ()
        names = [self.expect("IDENTIFIER", ")").text]
        while not self.skip(")"):
            self.expect(",", ")")
            names.append(self.expect("IDENTIFIER").text)
        return tuple(names)

    def matcher(self) -> Matcher:
        """name operator "value" """
        name = self.expect("IDENTIFIER").text
        if self.kind not in MATCH_OPERATORS:
            raise self.unexpected(*MATCH_OPERATORS)
        return self.matcher_of(name)

    def matcher_of(self, name: str) -> Matcher:
        """operator "value", after the name."""
        operator = self.next().kind
        matcher = Matcher(name, operator, self.expect("STRING").text)
        if operator in ("=~", "!~"):
            try:
                matcher.matches("")
            except QueryError as error:
                raise invalid(str(error)) from error
        return matcher

    def selector(self) -> tuple[Matcher, ...]:
        """{ name operator "value", ... }"""
        self.expect("{")
        if self.skip("}"):
            return ()
        matchers = [self.matcher()]
        while not self.skip("}"):
            self.expect(",", "}")
            matchers.append(self.matcher())
        return tuple(matchers)
