"""Reads a file of Promtail's configuration, and says what is wrong with it, by line."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.logs.shipper.config import Config, Stage

_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_AT = re.compile(r" - at `\$?(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.?([A-Za-z_][\w]*)|\[(\d+|\.\.\.)\]")
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
# What `${...}` may stand for a group of an expression in.
_REPLACEMENTS = ("replacement", "replace", "target_label")
MAX_FAULTS = 50
_Kind = TypeVar("_Kind")


def load(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Return the configuration of a file, with ``${NAME:-default}`` from the environment.

    Raises DiagnosticsError with every key that is not supported, each at its line.
    """
    return _load(path, Config, environment, _empty_stages, _one_list_of_clients)


def load_as(path: Path, kind: type[_Kind], environment: Mapping[str, str] | None = None) -> _Kind:
    """Return another configuration of the shipper's, read as the first. Raises DiagnosticsError."""
    return _load(path, kind, environment, lambda text, config: [])


def _load(
    path: Path,
    kind: type[_Kind],
    environment: Mapping[str, str] | None,
    further: Callable[[Document, _Kind], list[Diagnostic]],
    renamed: Callable[[Any], Any] = lambda data: data,
) -> _Kind:
    text = document.read(path)
    variables = os.environ if environment is None else environment
    expansion = _Expansion(text, variables)
    data = without_nulls(renamed(expansion.of(text.data, ())), msgspec.inspect.type_info(kind))
    faults = expansion.faults
    while True:
        try:
            config = msgspec.convert(data, kind)
            break
        except msgspec.ValidationError as error:
            faults.append(_fault(text, data, str(error)))
            if not _removed(data, str(error)) or len(faults) >= MAX_FAULTS:
                raise DiagnosticsError(faults) from error
    faults += further(text, config)
    if faults:
        raise DiagnosticsError(faults)
    return config


def _one_list_of_clients(data: Any) -> Any:
    """Add ``client``, which is Promtail's of 2019, to ``clients``."""
    if not isinstance(data, dict) or not isinstance(data.get("client"), dict):
        return data
    clients = [data["client"], *(data.get("clients") or [])]
    return {n: v for n, v in data.items() if n != "client"} | {"clients": clients}


def without_nulls(value: Any, kind: msgspec.inspect.Type) -> Any:
    """Leave out keys without a value, as YAML of Go does, but for a stage without options."""
    if isinstance(kind, msgspec.inspect.UnionType):
        kinds = [k for k in kind.types if not isinstance(k, msgspec.inspect.NoneType)]
        return without_nulls(value, kinds[0]) if len(kinds) == 1 else value
    if isinstance(kind, msgspec.inspect.ListType) and isinstance(value, list):
        return [without_nulls(item, kind.item_type) for item in value]
    if not isinstance(kind, msgspec.inspect.StructType) or not isinstance(value, dict):
        return value
    kinds_by_name = {field.encode_name: field.type for field in kind.fields}
    kept = {}
    for name, inner in value.items():
        inner_kind = kinds_by_name.get(name)
        if inner is not None and inner_kind is not None:
            kept[name] = without_nulls(inner, inner_kind)
        elif inner is not None or inner_kind is None:
            kept[name] = inner
        elif kind.cls is Stage and _needs_nothing(inner_kind):
            kept[name] = {}
    return kept


def _needs_nothing(kind: msgspec.inspect.Type) -> bool:
    kinds = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    structs = [k for k in kinds if isinstance(k, msgspec.inspect.StructType)]
    return any(not any(field.required for field in struct.fields) for struct in structs)


class _Expansion:
    """Fills in variables, and notes those that are not set and have no default."""

    def __init__(self, text: Document, variables: Mapping[str, str]) -> None:
        self._text, self._variables = text, variables
        self.faults: list[Diagnostic] = []

    def of(self, value: Any, pointer: Pointer) -> Any:
        """Return a value with its variables filled in."""
        if isinstance(value, dict):
            return {name: self.of(inner, (*pointer, name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.of(inner, (*pointer, index)) for index, inner in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return copy.copy(value)
        filled = _VARIABLE.sub(lambda match: self._filled(match, pointer), value)
        # A value that is a variable alone may be a number or a truth value.
        is_alone = _VARIABLE.fullmatch(value) is not None and filled != value
        return _scalar(filled) if is_alone else filled

    def _filled(self, match: re.Match[str], pointer: Pointer) -> str:
        name, default = match[1], match[2]
        if (value := self._variables.get(name) or default) is not None:
            return value
        if pointer and pointer[-1] not in _REPLACEMENTS:
            place = self._text.place(pointer)
            problem = f"the variable {name} is not set, and has no default"
            self.faults.append(
                self._text.diagnostic(place, problem, f"set it, or write ${{{name}:-...}}")
            )
        return match[0]


def _scalar(text: str) -> str | int | bool:
    if re.fullmatch(r"0|[1-9]\d{0,17}", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text)


def _pointer(data: Any, message: str) -> Pointer:
    """Return the way to what a message of msgspec is about, as far as it tells."""
    match = _AT.search(message)
    steps: list[str | int] = []
    for name, index in _STEP.findall(match["path"] if match else ""):
        if index == "...":
            # A value of a mapping, whose key it does not tell.
            break
        steps.append(name or int(index))
    return tuple(steps)


def _fault(text: Document, data: Any, message: str) -> Diagnostic:
    pointer = _pointer(data, message)
    unknown = _UNKNOWN.match(message)
    if unknown is None:
        return text.diagnostic(text.place(pointer), _AT.sub("", message))
    name = unknown["name"]
    place = text.key_place((*pointer, name))
    within = next((str(step) for step in reversed(pointer) if isinstance(step, str)), "the file")
    return text.diagnostic(
        place, f"{name} in {within} is not supported by this shipper", "remove it"
    )


def _removed(data: Any, message: str) -> bool:
    """Take an unknown key away, so that the next fault is seen."""
    unknown = _UNKNOWN.match(message)
    value = data
    try:
        for step in _pointer(data, message):
            value = value[step]
        if unknown is None:
            return False
        del value[unknown["name"]]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _empty_stages(text: Document, config: Config) -> list[Diagnostic]:
    faults = []
    for number, job in enumerate(config.scrape_configs):
        for index, stage in enumerate(job.pipeline_stages):
            try:
                stage.one()
            except ValueError as error:
                place = text.place(("scrape_configs", number, "pipeline_stages", index))
                faults.append(text.diagnostic(place, str(error)))
    return faults
