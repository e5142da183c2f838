"""Python modules with one thing changed that the tests of their room should notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("comparison", "boolean", "constant", "arithmetic")

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
# Arguments that only guard against what never happens, or that only lay out what is written.
_INERT_ARGUMENTS = frozenset({"strict", "check", "indent", "ensure_ascii"})


# The way from the top of a module to an expression: fields, and indices in those that are lists.
Steps = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class PythonMutant:
    """The module at ``path``, with this ``text``, where ``new`` stands in the place of ``old``.

    ``function`` is the qualified name of what is changed, empty at the top of the module.
    ``number`` tells mutants apart that are alike in all of this.
    """

    path: Path
    function: str
    line: int
    column: int
    kind: str
    old: str
    new: str
    number: int
    steps: Steps
    text: str = field(repr=False)

    @property
    def id(self) -> str:
        """What names the mutant, whatever stands above it in the file."""
        again = f" #{self.number}" if self.number else ""
        return f"{self.function or '(module)'}: {self.kind}: {self.old} → {self.new}{again}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.id}"

    @property
    def source(self) -> str:
        """The whole module with the change, without its comments."""
        tree = ast.parse(self.text)
        changed = ast.parse(self.new, mode="eval").body
        return ast.unparse(_replaced(tree, self.steps, changed))


def mutants(path: Path) -> list[PythonMutant]:
    """Return every mutant of the module at ``path``, from top to bottom."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    result: list[PythonMutant] = []
    numbers: dict[str, int] = {}
    for steps, function, node in _nodes(tree, (), ""):
        for kind, changed in _exchanges(node):
            old, new = ast.unparse(node), ast.unparse(changed)
            place = (path, function, node.lineno, node.col_offset + 1)
            mutant = PythonMutant(*place, kind, old, new, 0, steps, text)
            number = numbers[mutant.id] = numbers.get(mutant.id, -1) + 1
            result.append(PythonMutant(*place, kind, old, new, number, steps, text))
    return result


def _nodes(parent: ast.AST, steps: Steps, function: str) -> Iterator[tuple[Steps, str, ast.expr]]:
    """Yield the expressions that run, each with the way to it and the function around it."""
    for attribute, value in ast.iter_fields(parent):
        if _is_skipped(parent, attribute):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_inert(child):
                continue
            path = (*steps, (attribute, index))
            name = function
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{function}.{child.name}" if function else child.name
            if isinstance(child, ast.expr):
                yield path, name, child
            yield from _nodes(child, path, name)


def _is_skipped(parent: ast.AST, attribute: str) -> bool:
    """Return whether nothing in the attribute runs as part of the program's work."""
    if attribute in ("annotation", "returns", "decorator_list"):
        return True
    return isinstance(parent, ast.Subscript) and attribute == "slice" and _is_type(parent.value)


def _is_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("Literal", "Annotated", "Generic")


def _is_inert(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg in _INERT_ARGUMENTS
    return _is_start(node)


def _is_start(node: ast.AST) -> bool:
    """Return whether the node is what a module does when it is run as a program."""
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
    return False


def _exchanges(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield what may stand in the place of ``node``, each with its kind."""
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                for other in _COMPARISONS[type(operator)]:
                    changed = copy.deepcopy(node)
                    changed.ops[index] = other()
                    yield "comparison", changed
        case ast.BoolOp():
            changed_operator = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "boolean", ast.BoolOp(changed_operator, node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield "boolean", node.operand
        case ast.Constant(value=bool()):
            yield "constant", ast.Constant(not node.value)
        case ast.Constant(value=int() | float() as value):
            yield "constant", ast.Constant(value + 1)
        case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC and not _is_text(node):
            yield "arithmetic", ast.BinOp(node.left, _ARITHMETIC[type(operator)](), node.right)


def _is_text(node: ast.BinOp) -> bool:
    """Return whether one side is text or a list: to subtract it would only be an error."""
    return any(
        isinstance(side, ast.JoinedStr | ast.List)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _replaced(tree: ast.Module, steps: Steps, node: ast.expr) -> ast.Module:
    """Return the tree with ``node`` at the end of the way."""
    parent: object = tree
    for attribute, index in steps[:-1]:
        value = getattr(parent, attribute)
        parent = value if index is None else value[index]
    attribute, index = steps[-1]
    if index is None:
        setattr(parent, attribute, node)
    else:
        getattr(parent, attribute)[index] = node
    return ast.fix_missing_locations(tree)
