"""The classes of the core as C and Swift see them: one description, in catalogue/interfaces.

The types of values are decided here once: how C declares one, how it becomes C++, and how Swift
declares it and passes it to C.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue import document, structure
from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.codegen.identifiers import camel, pascal, swift_case, swift_namespace
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.resources import share

FOLDER = "interfaces"


@dataclass(frozen=True)
class ValueType:
    """A type in each language; ``to_cpp`` and ``to_c`` are patterns of the value in C and Swift.

    ``suffix`` names the unit in C, where the type doesn't.
    """

    c: str
    swift: str
    to_cpp: str = "{}"
    to_c: str = "{}"
    suffix: str = ""


VALUE_TYPES = {
    "boolean": ValueType("bool", "Bool"),
    "bytes": ValueType("uint64_t", "UInt64"),
    "count": ValueType("uint32_t", "Int", to_c="UInt32(clamping: {})"),
    "duration": ValueType(
        "int64_t", "Duration", "std::chrono::nanoseconds({})", "{}.inNanoseconds", "_ns"
    ),
    "index": ValueType("size_t", "Int"),
    "number": ValueType("double", "Double"),
    "port": ValueType("uint16_t", "UInt16"),
    "text": ValueType("const char*", "String"),
    "time": ValueType("uint64_t", "MonotonicTime", "time_point_of({})", "{}.nanoseconds", "_ns"),
}
# Resolved elsewhere: lists of texts, values of a closed label of the catalogue.
OTHER_TYPES = ("label", "texts")
OPTIONAL_TYPES = ("boolean", "time")

THREADS = {
    "any": "Wait-free, any thread.",
    "callback": "Wait-free, the callback's thread.",
    "preparation": "May lock and allocate.",
}


@dataclass(frozen=True)
class Enum:
    """An enum of the core; its first value stands for what is no value."""

    name: str
    wraps: str
    help: str
    values: tuple[tuple[str, str], ...]

    @property
    def type(self) -> ValueType:
        """The enum as a type of values."""
        return ValueType(f"wrm_{self.name}", self.wraps, f"{self.name}_of({{}})", "{}.inCore")


@dataclass(frozen=True)
class Struct:
    """A struct of the core; Swift passes its fields as arguments."""

    name: str
    wraps: str
    help: str
    fields: tuple[Parameter, ...]

    @property
    def texts(self) -> tuple[Parameter, ...]:
        """The fields that are texts."""
        return tuple(field for field in self.fields if field.kind == "text")


@dataclass(frozen=True)
class Parameter:
    """A parameter or field: its ``type`` is None for a ``struct`` and for a list of texts."""

    name: str
    kind: str
    help: str
    type: ValueType | None
    struct: Struct | None
    optional: bool
    default: str | None
    labelled: bool

    @property
    def c_name(self) -> str:
        """Its name in C, with the unit."""
        return self.name + (self.type.suffix if self.type else "")

    @property
    def in_cpp(self) -> str:
        """The C++ expression of the C value."""
        assert self.type
        return self.type.to_cpp.format(self.c_name)

    @property
    def in_c(self) -> str:
        """The C expression of the Swift value."""
        assert self.type
        return self.type.to_c.format(camel(self.name))

    @property
    def swift(self) -> str:
        """The declaration in Swift."""
        label = "" if self.labelled else "_ "
        name = "[String]" if self.kind == "texts" else self.type.swift if self.type else ""
        default = f" = {self.default}" if self.default else ""
        return f"{label}{camel(self.name)}: {name}{'?' if self.optional else ''}{default}"

    def flat(self) -> tuple[Parameter, ...]:
        """Return the parameters that Swift has in its place."""
        return self.struct.fields if self.struct else (self,)


@dataclass(frozen=True)
class Function:
    """A method: ``callers`` are the threads that may call it."""

    name: str
    help: str
    callers: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def threads(self) -> str:
        """A sentence about the threads that may call it."""
        return THREADS[self.callers]

    @property
    def fails(self) -> bool:
        """Whether it may fail, with a text that says why."""
        return self.callers == "preparation"

    @property
    def struct(self) -> Parameter | None:
        """The parameter that is a struct, if any is."""
        return next((parameter for parameter in self.parameters if parameter.struct), None)

    @property
    def swift_parameters(self) -> str:
        """The declaration of its parameters in Swift."""
        flat = (field for parameter in self.parameters for field in parameter.flat())
        return ", ".join(field.swift for field in flat)


@dataclass(frozen=True)
class SwiftNames:
    """The Swift class that owns the object, and the struct for the callback's thread, if any."""

    module: str
    owner: str
    owner_help: str
    callback: str | None = None
    callback_help: str = ""

    @property
    def type(self) -> str:
        """The type that an application makes."""
        return self.callback or self.owner


@dataclass(frozen=True)
class Interface:
    """A class of the core as C and Swift see it."""

    name: str
    wraps: str
    header: str
    help: str
    swift: SwiftNames
    make: Function
    end: Function
    enums: tuple[Enum, ...]
    structs: tuple[Struct, ...]
    functions: tuple[Function, ...]
    properties: tuple[Parameter, ...]
    extended: bool

    @property
    def source(self) -> str:
        """The file of the catalogue that describes it."""
        return f"catalogue/{FOLDER}/{self.name}.yaml"

    @property
    def guard(self) -> str:
        """The include guard of its C header."""
        return f"WHITEROOM_MONITORING_GENERATED_{self.name.upper()}_C_H"

    def called_by(self, *callers: str) -> list[Function]:
        """Return the functions that these threads may call."""
        return [function for function in self.functions if function.callers in callers]


def load(folder: Path) -> tuple[Interface, ...]:
    """Return the interfaces below ``folder``, the catalogue's; none when it has no such folder.

    Raises DiagnosticsError with every diagnostic of every file.
    """
    documents = [document.read(path) for path in sorted((folder / FOLDER).glob("*.yaml"))]
    schema_path = share("catalogue") / FOLDER / "schema.json"
    schema = json.loads(schema_path.read_text(encoding="utf-8")) if documents else {}
    diagnostics = [wrong for content in documents for wrong in _diagnostics(content, schema)]
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return tuple(_interface(content.data) for content in documents)


def _diagnostics(content: Document, schema: dict[str, Any]) -> Iterator[Diagnostic]:
    misfits = structure.diagnostics(content, schema)
    for group in misfits.values():
        yield from group
    if not misfits:
        yield from _unknown_types(content)


def _unknown_types(content: Document) -> Iterator[Diagnostic]:
    own = [item["name"] for key in ("enums", "structs") for item in content.data.get(key, [])]
    known = [*VALUE_TYPES, *OTHER_TYPES, *own]
    for pointer, parameter in _parameters(content):
        place = content.place((*pointer, "type"))
        kind = parameter["type"]
        if kind not in known:
            remedy = did_you_mean(kind, known) or f"known types: {', '.join(sorted(known))}"
            yield content.diagnostic(place, f"unknown type {kind}", remedy)
        elif parameter.get("optional") and kind not in OPTIONAL_TYPES:
            remedy = f"optional types: {', '.join(OPTIONAL_TYPES)}"
            yield content.diagnostic(place, f"the type {kind} can't be optional", remedy)


def _parameters(content: Document) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    yield from content.mappings(("make", "parameters"))
    yield from content.mappings(("properties",))
    for key, part in (("structs", "fields"), ("functions", "parameters")):
        for pointer, _ in content.mappings((key,)):
            yield from content.mappings((*pointer, part))


def _interface(raw: dict[str, Any]) -> Interface:
    enums = {item["name"]: _enum(item) for item in raw.get("enums", [])}
    structs: dict[str, Struct] = {}
    for item in raw.get("structs", []):
        fields = tuple(_parameter(field, enums, {}) for field in item["fields"])
        structs[item["name"]] = Struct(item["name"], item["wraps"], item["help"], fields)

    def function(item: dict[str, Any], callers: str) -> Function:
        parameters = item.get("parameters", [])
        parts = tuple(_parameter(parameter, enums, structs) for parameter in parameters)
        return Function(item["name"], item["help"], callers, parts)

    return Interface(
        raw["name"],
        raw["wraps"],
        raw["header"],
        raw["help"],
        SwiftNames(**raw["swift"]),
        function(raw["make"], "preparation"),
        function(raw["end"], "any"),
        tuple(enums.values()),
        tuple(structs.values()),
        tuple(function(item, item["callers"]) for item in raw.get("functions", [])),
        tuple(_parameter(item, enums, structs) for item in raw.get("properties", [])),
        raw.get("extended", False),
    )


def _enum(raw: dict[str, Any]) -> Enum:
    values = tuple((value["name"], value["help"]) for value in raw["values"])
    return Enum(raw["name"], raw["wraps"], raw["help"], values)


def _parameter(
    raw: dict[str, Any], enums: dict[str, Enum], structs: dict[str, Struct]
) -> Parameter:
    kind = raw["type"]
    optional = raw.get("optional", False)
    return Parameter(
        name=raw["name"],
        kind=kind,
        help=raw.get("help", ""),
        type=_label_type(raw) if kind == "label" else _value_type(kind, enums),
        struct=structs.get(kind),
        optional=optional,
        default="nil" if optional else _default(raw, enums),
        labelled=raw.get("labelled", True),
    )


def _value_type(kind: str, enums: dict[str, Enum]) -> ValueType | None:
    return enums[kind].type if kind in enums else VALUE_TYPES.get(kind)


def _label_type(raw: dict[str, Any]) -> ValueType:
    domain, name = raw["domain"], pascal(raw["label"])
    values = f'{domain}::k{name}Values, "{raw["label"]}"'
    return ValueType(
        "const char*",
        f"{swift_namespace(domain)}.{name}",
        f"label_named<{domain}::{name}>({values}, {{}})",
        "{}.text",
    )


def _default(raw: dict[str, Any], enums: dict[str, Enum]) -> str | None:
    if "default" not in raw:
        return None
    if raw["type"] in enums:
        return f".{swift_case(raw['default'])}"
    return ".zero" if raw["type"] == "duration" and raw["default"] == 0 else str(raw["default"])
