"""Runs templates on the labels of a line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.quoting import quote, to_bytes
from whiteroom_monitoring.logs.logql.template.fmt import MOST_CHARACTERS, kind, show
from whiteroom_monitoring.logs.logql.template.functions import (
    BUILTINS,
    Builtin,
    FunctionError,
    is_true,
)
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
    fields,
)
from whiteroom_monitoring.logs.logql.template.parse import Tree, parse

_KINDS = {"s": "string", "i": "int", "f": "float64", "t": "time.Time"}
_MOST_DEPTH = 100
# Nodes and turns of loops, and characters that functions give, for one line.
_MOST_STEPS = 20_000
_MOST_MADE = 16 * MOST_CHARACTERS
# What a template of a stranger, or his line, may lead to where nobody has thought of it.
_UNFORESEEN = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)
_NONE = object()
LINE, TIMESTAMP = "__line__", "__timestamp__"


def of_line(line: Callable[[], str], moment: Callable[[], Any]) -> dict[str, Builtin]:
    """Return the functions that tell the line and its time."""
    return {LINE: Builtin(line, ""), TIMESTAMP: Builtin(moment, "")}


class TemplateError(Exception):
    """What went wrong while a template was run."""


class _LeavingError(Exception):
    """Ends a turn of a range, or all of it."""


def _problem(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


class Template:
    """A template that is parsed; ``more`` are names of functions that it may call, too.

    Raises QueryError.
    """

    def __init__(self, name: str, text: str, more: Collection[str] = (LINE, TIMESTAMP)) -> None:
        try:
            self.tree: Tree = parse(name, text, {*BUILTINS, *more})
        except _UNFORESEEN as error:
            raise QueryError(f"template: {name}: {_problem(error)}") from error

    def fields(self) -> set[str] | None:
        """Return the names of the labels that it looks at; None where it may look at all."""
        return fields(self.tree.nodes, *self.tree.defined.values())

    def run(self, labels: Mapping[str, Any], more: Mapping[str, Builtin]) -> str:
        """Return what the template writes. Raises TemplateError."""
        run = _Run(self.tree, {**BUILTINS, **more}, labels)
        try:
            run.walk(self.tree.nodes, labels)
        except _UNFORESEEN as error:
            raise TemplateError(f"template: {self.tree.name}: {_problem(error)}") from error
        return "".join(run.written)


class _Run:
    def __init__(self, tree: Tree, functions: Mapping[str, Builtin], data: Any) -> None:
        self._tree, self._functions = tree, functions
        self._variables: list[tuple[str, Any]] = [("$", data)]
        self.written: list[str] = []
        self._size = self._made = self._steps = self._depth = 0

    def _error(self, node: Any, problem: str) -> TemplateError:
        before = self._tree.text[: node.at]
        line = before.count("\n") + 1
        column = len(to_bytes(before[before.rfind("\n") + 1 :]))
        name = self._tree.name
        place = f"template: {name}:{line}:{column}: executing {quote(name)} at <{node}>"
        return TemplateError(f"{place}: {problem}")

    def _write(self, text: str) -> None:
        self._size += len(text)
        if self._size > MOST_CHARACTERS:
            raise TemplateError(f"the text has more than {MOST_CHARACTERS} characters")
        self.written.append(text)

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TemplateError(f"the template takes more than {_MOST_STEPS} steps")

    def walk(self, nodes: Sequence[Node], dot: Any) -> None:
        """Write nodes."""
        for node in nodes:
            self._count()
            match node:
                case Text(text=text):
                    self._write(text)
                case Action(pipe=pipe):
                    value = self._pipe(pipe, dot)
                    if not pipe.variables:
                        self._write("<no value>" if value is None else show(value))
                case Branch():
                    known = len(self._variables)
                    self._branch(node, dot)
                    del self._variables[known:]
                case Leave(kind=word):
                    raise _LeavingError(word)
                case Call():
                    self._call_template(node, dot)

    def _call_template(self, node: Call, dot: Any) -> None:
        nodes = self._tree.defined.get(node.name)
        if nodes is None:
            raise self._error(node, f"template {quote(node.name)} not defined")
        if self._depth >= _MOST_DEPTH:
            raise self._error(node, "exceeded maximum template depth (100000)")
        value = self._pipe(node.pipe, dot) if node.pipe else None
        variables, self._variables = self._variables, [("$", value)]
        self._depth += 1
        try:
            self.walk(nodes, value)
        finally:
            self._depth -= 1
            self._variables = variables

    def _branch(self, node: Branch, dot: Any) -> None:
        value = self._pipe(node.pipe, dot, declares_later=node.kind == "range")
        if node.kind == "range":
            self._range(node, value, dot)
        elif is_true(value):
            self.walk(node.body, value if node.kind == "with" else dot)
        else:
            self.walk(node.other, dot)

    def _range(self, node: Branch, value: Any, dot: Any) -> None:
        match value:
            case dict():
                items: Iterable[tuple[Any, Any]] = sorted(value.items())
            case list():
                items = enumerate(value)
            case int() if not isinstance(value, bool):
                items = ((number, number) for number in range(value))
            case None:
                items = ()
            case _:
                raise self._error(node.pipe, f"range can't iterate over {show(value)}")
        names = node.pipe.variables
        known, is_empty = len(self._variables), True
        for key, item in items:
            is_empty = False
            self._count()
            pairs = zip(names, (item,) if len(names) == 1 else (key, item), strict=False)
            self._variables += list(pairs)
            try:
                self.walk(node.body, item)
            except _LeavingError as leaving:
                if leaving.args[0] == "break":
                    break
            finally:
                del self._variables[known:]
        if is_empty:
            self.walk(node.other, dot)

    def _pipe(self, pipe: Pipe, dot: Any, *, declares_later: bool = False) -> Any:
        value: Any = _NONE
        for command in pipe.commands:
            value = self._command(command, dot, value)
        if not declares_later:
            for name in pipe.variables:
                self._assign(name, value, pipe.declares)
        return value

    def _assign(self, name: str, value: Any, declares: bool) -> None:
        if not declares:
            for at in range(len(self._variables) - 1, -1, -1):
                if self._variables[at][0] == name:
                    self._variables[at] = (name, value)
                    return
        self._variables.append((name, value))

    def _command(self, command: Command, dot: Any, final: Any) -> Any:
        first, *arguments = command.operands
        has_arguments = bool(arguments) or final is not _NONE
        match first:
            case Function():
                return self._function(first, command, arguments, dot, final)
            case Field() | Variable(names=(_, *_)) | Chain(names=(_, *_)):
                if has_arguments:
                    name = first.names[-1]
                    raise self._error(first, f"{name} is not a method but has arguments")
                return self._operand(first, dot)
            case Chain() if not has_arguments:
                return self._operand(first, dot)
        if has_arguments:
            raise self._error(first, f"can't give argument to non-function {first}")
        if isinstance(first, Constant) and first.value is None:
            raise self._error(first, "nil is not a command")
        return self._operand(first, dot)

    def _operand(self, operand: Operand, dot: Any) -> Any:
        match operand:
            case Constant(value=value):
                return value
            case Dot():
                return dot
            case Field(names=names):
                return self._members(operand, dot, names)
            case Variable(name=name, names=names):
                return self._members(operand, self._variable(operand, name), names)
            case Chain(pipe=pipe, names=names):
                return self._members(operand, self._pipe(pipe, dot), names)
        return self._function(operand, Command(operand.at, (operand,)), [], dot, _NONE)

    def _variable(self, node: Operand, name: str) -> Any:
        for known, value in reversed(self._variables):
            if known == name:
                return value
        raise self._error(node, f"undefined variable: {name}")

    def _members(self, node: Operand, value: Any, names: Sequence[str]) -> Any:
        for name in names:
            if isinstance(value, dict):
                value = value.get(name, "" if value is self._variables[0][1] else None)
            elif isinstance(value, Mapping):
                value = value.get(name, "")
            elif value is None:
                raise self._error(node, f"nil data; no entry for key {quote(name)}")
            else:
                raise self._error(node, f"can't evaluate field {name} in type {kind(value)}")
        return value

    def _function(
        self, node: Function, command: Command, arguments: Sequence[Operand], dot: Any, final: Any
    ) -> Any:
        builtin = self._functions[node.name]
        count, least = len(arguments) + (final is not _NONE), len(builtin.kinds)
        if builtin.many:
            least -= 1 if least else 0
            if node.name in (
                "and",
                "or",
                "subf",
                "mulf",
                "divf",
                "mul",
                "max",
                "min",
                "maxf",
                "minf",
            ):
                least = 1
        if count < least or (count > least and not builtin.many):
            expected = f"at least {least}" if builtin.many else str(least)
            raise self._error(
                node, f"wrong number of args for {node.name}: want {expected} got {count}"
            )
        if node.name in ("and", "or") and arguments:
            return self._short_circuit(node.name, arguments, dot, final)
        operands: list[Operand | None] = [*arguments, *([None] if final is not _NONE else [])]
        values = []
        for number, operand in enumerate(operands):
            value = final if operand is None else self._operand(operand, dot)
            expected = builtin.kinds[min(number, len(builtin.kinds) - 1)]
            values.append(self._fitting(expected, value, operand, node))
        try:
            return self._bounded(builtin.call(*values))
        except (FunctionError, *_UNFORESEEN) as error:
            raise self._error(command, f"error calling {node.name}: {error}") from error

    def _bounded(self, value: Any) -> Any:
        """Return what a function gives. Raises FunctionError where that is too much."""
        if isinstance(value, str):
            self._made += len(value)
            if len(value) > MOST_CHARACTERS or self._made > _MOST_MADE:
                raise FunctionError(f"the text has more than {MOST_CHARACTERS} characters")
        return value

    def _short_circuit(self, name: str, arguments: Sequence[Operand], dot: Any, final: Any) -> Any:
        value: Any = None
        for operand in arguments:
            value = self._operand(operand, dot)
            if is_true(value) == (name == "or"):
                return value
        return value if final is _NONE else final

    def _fitting(self, name: str, value: Any, operand: Operand | None, node: Function) -> Any:
        """Return a value as an argument of a kind. Raises TemplateError where it is of another."""
        if name == "a":
            return value
        expected, actual = _KINDS[name], kind(value)
        if expected == actual:
            return value
        if expected == "float64" and actual == "int" and isinstance(operand, Constant):
            return float(value)
        if isinstance(operand, Constant):
            article = {"int": "integer", "float64": "float"}.get(expected, expected)
            raise self._error(operand, f"expected {article}; found {operand}")
        raise self._error(node, f"wrong type for value; expected {expected}; got {actual}")
