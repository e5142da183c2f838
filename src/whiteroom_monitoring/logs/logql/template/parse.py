"""Parses templates. Source: https://pkg.go.dev/text/template"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.numbers import parse_float
from whiteroom_monitoring.logs.logql.golang.quoting import quote, unquote
from whiteroom_monitoring.logs.logql.template.nodes import (
    Action,
    Branch,
    Call,
    Chain,
    Command,
    Constant,
    Dot,
    Field,
    Function,
    Leave,
    Node,
    Operand,
    Pipe,
    Text,
    Variable,
)

_ITEM = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?P<char>'(?:[^'\\\n]|\\.)+')
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+
    |(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)(?![\w.]))
    |(?P<field>\.[^\W\d]\w*)|(?P<variable>\$\w*)|(?P<word>[^\W\d]\w*)
    |(?P<symbol>:=|[=|(),.])""",
    re.VERBOSE,
)
_TRIM = " \t\r\n"
_MOST_NESTED = 100


@dataclass(frozen=True)
class Item:
    """A token of an action."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Tree:
    """A template: its nodes, and the templates that it defines."""

    name: str
    text: str
    nodes: tuple[Node, ...]
    defined: dict[str, tuple[Node, ...]]


def parse(name: str, text: str, functions: Collection[str]) -> Tree:
    """Return a template that may call functions. Raises QueryError."""
    parser = _Parser(name, text, functions)
    nodes, end = parser.nodes(0)
    if end:
        raise parser.error(parser.at, f"unexpected {{{{{end}}}}}")
    return Tree(name, text, nodes, parser.defined)


class _Parser:
    def __init__(self, name: str, text: str, functions: Collection[str]) -> None:
        self._name, self._text, self._functions = name, text, functions
        self.at = 0
        self._trims = False
        self._items: deque[Item] = deque()
        self._variables = ["$"]
        self._loops = 0
        self.defined: dict[str, tuple[Node, ...]] = {}

    def error(self, at: int, problem: str) -> QueryError:
        line = self._text.count("\n", 0, at) + 1
        return QueryError(f"template: {self._name}:{line}: {problem}")

    # Text and actions by turns.

    def _next_action(self) -> tuple[str, list[Item] | None]:
        """Return the text up to the next action, and the items of that; None at the end."""
        begin = self._text.find("{{", self.at)
        text = self._text[self.at : begin if begin >= 0 else len(self._text)]
        if self._trims:
            text = text.lstrip(_TRIM)
            self._trims = False
        if begin < 0:
            self.at = len(self._text)
            return text, None
        at = begin + 2
        if self._text[at : at + 1] == "-" and self._text[at + 1 : at + 2] in tuple(_TRIM):
            text, at = text.rstrip(_TRIM), at + 2
        return text, self._action(at, begin)

    def _action(self, at: int, begin: int) -> list[Item]:
        if self._text.startswith("/*", at):
            end = self._text.find("*/", at)
            close = re.compile(r"\*/([ \t\r\n]-)?\}\}").match(self._text, end) if end >= 0 else None
            if close is None:
                raise self.error(begin, "unclosed comment")
            self.at, self._trims = close.end(), bool(close[1])
            return []
        items: list[Item] = []
        while True:
            close = re.compile(r"[ \t\r\n]+-\}\}|\}\}").match(self._text, at)
            if close is not None:
                self.at, self._trims = close.end(), len(close[0]) > 2
                break
            item = _ITEM.match(self._text, at)
            if item is None:
                raise self.error(at, self._unreadable(at))
            items.append(Item(str(item.lastgroup), item[0], at))
            at = item.end()
        if not any(item.kind != "space" for item in items):
            raise self.error(begin, "missing value for command")
        return items

    def _unreadable(self, at: int) -> str:
        if at >= len(self._text):
            return "unclosed action"
        character = self._text[at]
        if character in '"`':
            return "unterminated quoted string"
        return f"unexpected bad character {quote(character)} in command"

    def nodes(self, depth: int, *ends: str) -> tuple[tuple[Node, ...], str]:
        """Return nodes up to an end, else or the end of the text, and which that is."""
        if depth > _MOST_NESTED:
            raise self.error(self.at, "too deeply nested")
        nodes: list[Node] = []
        while True:
            text, items = self._next_action()
            if text:
                nodes.append(Text(text))
            if items is None:
                if ends:
                    raise self.error(self.at, "unexpected EOF")
                return tuple(nodes), ""
            if not items:
                continue
            self._items = deque(items)
            word = self._skip_space().text
            if word in ("end", "else"):
                if word not in ends:
                    raise self.error(items[0].at, f"unexpected {{{{{word}}}}}")
                self._take()
                if word == "end" and self._rest():
                    raise self._unexpected("end")
                return tuple(nodes), word
            node = self._node(depth)
            if node is not None:
                nodes.append(node)

    def _node(self, depth: int) -> Node | None:
        item = self._skip_space()
        if item.kind == "word":
            match item.text:
                case "if" | "with" | "range":
                    self._take()
                    return self._branch(item.text, depth)
                case "break" | "continue":
                    self._take()
                    if not self._loops:
                        raise self.error(item.at, f"{{{{{item.text}}}}} outside {{{{range}}}}")
                    return Leave(item.text)
                case "define":
                    self._take()
                    self._define(self._string(), depth)
                    return None
                case "block":
                    self._take()
                    name, pipe = self._string(), self._pipe("block")
                    self._define(name, depth)
                    return Call(item.at, name, pipe)
                case "template":
                    self._take()
                    name = self._string()
                    return Call(item.at, name, self._pipe("template") if self._rest() else None)
        return Action(self._pipe("command"))

    def _define(self, name: str, depth: int) -> None:
        # Neither the variables nor the loops around it are those of what is defined.
        variables, self._variables = self._variables, ["$"]
        loops, self._loops = self._loops, 0
        self.defined[name], _ = self.nodes(depth + 1, "end")
        self._variables, self._loops = variables, loops

    def _string(self) -> str:
        item = self._skip_space()
        if item.kind != "string":
            raise self._unexpected("template clause")
        self._take()
        return self._unquoted(item)

    def _unquoted(self, item: Item) -> str:
        try:
            return unquote(item.text)
        except ValueError as error:
            raise self.error(item.at, str(error)) from error

    def _character(self, item: Item) -> int:
        text = self._unquoted(item)
        if len(text) != 1:
            raise self.error(item.at, f"malformed character constant: {item.text}")
        return ord(text)

    def _branch(self, kind: str, depth: int) -> Branch:
        known = len(self._variables)
        pipe = self._pipe(kind)
        self._loops += kind == "range"
        body, end = self.nodes(depth + 1, "end", "else")
        self._loops -= kind == "range"
        other: tuple[Node, ...] = ()
        if end == "else":
            word = self._skip_space()
            if kind in ("if", "with") and word.text == kind:
                self._take()
                other = (self._branch(kind, depth + 1),)
            elif self._rest():
                raise self._unexpected("else")
            else:
                other, _ = self.nodes(depth + 1, "end")
        del self._variables[known:]
        return Branch(kind, pipe, body, other)

    # Items of one action.

    def _skip_space(self) -> Item:
        while self._items and self._items[0].kind == "space":
            self._items.popleft()
        return self._items[0] if self._items else Item("end", "", self.at)

    def _rest(self) -> bool:
        return self._skip_space().kind != "end"

    def _take(self) -> Item:
        if not self._items:
            raise self._unexpected("command")
        return self._items.popleft()

    def _unexpected(self, context: str) -> QueryError:
        item = self._items[0] if self._items else Item("end", "}}", self.at)
        return self.error(item.at, f"unexpected {quote(item.text)} in {context}")

    def _pipe(self, context: str, closing: str = "end") -> Pipe:
        begin = self._skip_space().at
        variables, declares = self._declarations(context)
        commands: list[Command] = []
        while True:
            item = self._skip_space()
            if closing in (item.kind, item.text):
                if not commands:
                    raise self.error(item.at, f"missing value for {context}")
                break
            commands.append(self._command(context))
            if self._skip_space().text == "|":
                self._take()
                if not self._rest() or self._skip_space().text == closing:
                    raise self.error(self.at, f"missing value for {context}")
        self._check(commands)
        return Pipe(begin, tuple(commands), tuple(variables), declares)

    def _check(self, commands: list[Command]) -> None:
        for number, command in enumerate(commands[1:], 2):
            if isinstance(command.operands[0], Constant | Dot):
                raise self.error(command.at, f"non executable command in pipeline stage {number}")

    def _declarations(self, context: str) -> tuple[list[str], bool]:
        names: list[str] = []
        kept = self._items.copy()
        while (item := self._skip_space()).kind == "variable":
            names.append(self._take().text)
            sign = self._skip_space().text
            if sign in (":=", "="):
                self._take()
                if sign == "=":
                    for name in names:
                        self._known(name, item.at)
                else:
                    self._variables += names
                return names, sign == ":="
            if sign != "," or context != "range" or len(names) == 2:
                break
            self._take()
        self._items = kept
        return [], True

    def _known(self, name: str, at: int) -> None:
        if name not in self._variables:
            raise self.error(at, f"undefined variable {quote(name)}")

    def _command(self, context: str) -> Command:
        begin = self._skip_space().at
        operands: list[Operand] = []
        while True:
            item = self._skip_space()
            if item.kind == "end" or item.text in ("|", ")"):
                break
            operands.append(self._operand(context))
            after = self._items[0] if self._items else Item("end", "", self.at)
            if after.kind not in ("space", "end") and after.text not in ("|", ")"):
                raise self._unexpected("operand")
        if not operands:
            raise self.error(begin, "empty command")
        return Command(begin, tuple(operands))

    def _operand(self, context: str) -> Operand:  # noqa: PLR0911 - one a kind
        item = self._take()
        match item.kind:
            case "string":
                return Constant(item.at, self._unquoted(item), item.text)
            case "char":
                return Constant(item.at, self._character(item), item.text)
            case "number":
                return Constant(item.at, self._number(item), item.text)
            case "field":
                return Field(item.at, (item.text[1:], *self._members()))
            case "variable":
                self._known(item.text, item.at)
                return Variable(item.at, item.text, self._members())
            case "word":
                return self._word(item)
        if item.text == ".":
            return Dot(item.at)
        if item.text == "(":
            pipe = self._pipe("parenthesized pipeline", ")")
            if not self._items:
                raise self.error(item.at, "unclosed left paren")
            self._take()
            return Chain(item.at, pipe, self._members())
        self._items.appendleft(item)
        raise self._unexpected(context)

    def _members(self) -> tuple[str, ...]:
        names: list[str] = []
        while self._items and self._items[0].kind == "field":
            names.append(self._take().text[1:])
        return tuple(names)

    def _word(self, item: Item) -> Operand:
        if item.text in ("true", "false"):
            return Constant(item.at, item.text == "true", item.text)
        if item.text == "nil":
            return Constant(item.at, None, "nil")
        if item.text not in self._functions:
            raise self.error(item.at, f"function {quote(item.text)} not defined")
        return Function(item.at, item.text)

    def _number(self, item: Item) -> int | float:
        text = item.text.replace("_", "")
        try:
            number = int(text, 8 if re.fullmatch(r"[+-]?0[0-7]+", text) else 0)
        except ValueError:
            pass
        else:
            if not -(2**63) <= number < 2**63:
                raise self.error(item.at, f"integer overflow: {quote(item.text[:40])}")
            return number
        try:
            return parse_float(text)
        except ValueError:
            raise self.error(item.at, f"bad number syntax: {quote(item.text)}") from None
