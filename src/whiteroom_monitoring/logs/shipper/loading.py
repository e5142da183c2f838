"""Reads a file of Promtail's configuration, and says what is wrong with it, by line."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.logs.shipper.config import Config

_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_AT = re.compile(r" - at `\$?(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.?([A-Za-z_][\w]*)|\[(\d+|\.\.\.)\]")
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
MAX_FAULTS = 50


def load(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Return the configuration of a file, with ``${NAME:-default}`` from the environment.

    Raises DiagnosticsError with every key that is not supported, each at its line.
    """
    text = document.read(path)
    variables = os.environ if environment is None else environment
    data = _expanded(text.data, variables)
    faults: list[Diagnostic] = []
    while True:
        try:
            config = msgspec.convert(data, Config)
            break
        except msgspec.ValidationError as error:
            faults.append(_fault(text, data, str(error)))
            if not _removed(data, str(error)) or len(faults) >= MAX_FAULTS:
                raise DiagnosticsError(faults) from error
    faults += _empty_stages(text, config)
    if faults:
        raise DiagnosticsError(faults)
    return config


def _expanded(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _expanded(inner, variables) for name, inner in value.items()}
    if isinstance(value, list):
        return [_expanded(inner, variables) for inner in value]
    if isinstance(value, str) and "${" in value:
        return _VARIABLE.sub(lambda m: variables.get(m[1]) or m[2] or m[0], value)
    return copy.copy(value)


def _pointer(data: Any, message: str) -> Pointer:
    """Return the way to what a message of msgspec is about, as far as it tells."""
    told = _AT.search(message)
    steps: list[str | int] = []
    for name, index in _STEP.findall(told["path"] if told else ""):
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
