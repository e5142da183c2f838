"""What a template consists of. ``at`` is the place in the text, in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.logs.logql.golang.quoting import quote


@dataclass(frozen=True)
class Text:
    """What is written as it is."""

    text: str


@dataclass(frozen=True)
class Constant:
    """A string, a number, true, false or nil; ``written`` as the template has it."""

    at: int
    value: Any
    written: str

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True)
class Dot:
    """The current value."""

    at: int

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True)
class Field:
    """Members of the current value: .a.b"""

    at: int
    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.names)


@dataclass(frozen=True)
class Variable:
    """A variable, and members of its value: $x.a"""

    at: int
    name: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.name, *self.names))


@dataclass(frozen=True)
class Function:
    """The name of a function."""

    at: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Chain:
    """Members of what a pipeline in parentheses gives."""

    at: int
    pipe: Pipe
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"({self.pipe})" + "".join(f".{name}" for name in self.names)


Operand = Constant | Dot | Field | Variable | Function | Chain


@dataclass(frozen=True)
class Command:
    """A function or a value, with arguments."""

    at: int
    operands: tuple[Operand, ...]

    def __str__(self) -> str:
        return " ".join(str(one) for one in self.operands)


@dataclass(frozen=True)
class Pipe:
    """Commands, each of which gets what the one before gives; with variables that take the end."""

    at: int
    commands: tuple[Command, ...]
    variables: tuple[str, ...] = ()
    declares: bool = True

    def __str__(self) -> str:
        sign = ":=" if self.declares else "="
        declaration = f"{', '.join(self.variables)} {sign} " if self.variables else ""
        return declaration + " | ".join(str(one) for one in self.commands)


@dataclass(frozen=True)
class Action:
    """A pipeline whose value is written."""

    pipe: Pipe


@dataclass(frozen=True)
class Branch:
    """if, with or range; ``other`` is what follows else."""

    kind: str
    pipe: Pipe
    body: tuple[Node, ...]
    other: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Leave:
    """break or continue."""

    kind: str


@dataclass(frozen=True)
class Call:
    """Another template."""

    at: int
    name: str
    pipe: Pipe | None

    def __str__(self) -> str:
        return "{{template " + quote(self.name) + (f" {self.pipe}" if self.pipe else "") + "}}"


Node = Text | Action | Branch | Leave | Call


def fields(*bodies: tuple[Node, ...]) -> set[str] | None:
    """Return the names of the labels that nodes look at; None where they may look at all."""
    names: set[str] = set()
    for operand in _operands(node for body in bodies for node in body):
        match operand:
            case Dot() | Variable(name="$", names=()):
                return None
            case Field(names=members) | Variable(names=members) | Chain(names=members):
                names.update(members)
    return names


def _operands(nodes: Iterable[Node]) -> Iterator[Operand]:
    for node in nodes:
        match node:
            case Action(pipe=pipe):
                yield from _pipe_operands(pipe)
            case Branch(pipe=pipe, body=body, other=other):
                yield from _pipe_operands(pipe)
                yield from _operands((*body, *other))
            case Call(pipe=Pipe() as pipe):
                yield from _pipe_operands(pipe)


def _pipe_operands(pipe: Pipe) -> Iterator[Operand]:
    for command in pipe.commands:
        for operand in command.operands:
            yield operand
            if isinstance(operand, Chain):
                yield from _pipe_operands(operand.pipe)
