"""Holds a document against a JSON schema, and words what does not fit.

A schema says what it expects in its own keyword `x-expected`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from whiteroom_monitoring.catalogue import units
from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic

if TYPE_CHECKING:
    import jsonschema

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def diagnostics(document: Document, schema: dict[str, Any]) -> dict[Pointer, list[Diagnostic]]:
    """Return what in ``document`` does not fit ``schema``, by the part that does not fit."""
    # A fifth of what a short command takes, and most of them read no document.
    import jsonschema  # noqa: PLC0415

    misfits: dict[Pointer, list[Diagnostic]] = {}
    validator = jsonschema.Draft202012Validator(schema)
    for error in validator.iter_errors(document.data):
        for pointer, diagnostic in _translate(document, error):
            if diagnostic not in misfits.setdefault(pointer, []):
                misfits[pointer].append(diagnostic)
    return misfits


def _translate(
    document: Document, error: jsonschema.ValidationError
) -> Iterator[tuple[Pointer, Diagnostic]]:
    pointer = tuple(error.absolute_path)
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "required":
        for key in schema["required"]:
            if key not in instance:
                yield (*pointer, key), _missing(document, pointer, key)
    elif error.validator == "additionalProperties":
        known = schema.get("properties", {})
        for key in instance:
            if key not in known:
                yield (*pointer, key), _unknown(document, (*pointer, key), known)
    else:
        remedy = _remedy(instance, schema)
        yield (
            pointer,
            document.diagnostic(
                document.place(pointer), described(instance), remedy, _expected(schema)
            ),
        )


def _missing(document: Document, pointer: Pointer, key: str) -> Diagnostic:
    return document.diagnostic(
        document.place(pointer), f"the key {key} is missing", f"add `{key}:`"
    )


def _unknown(document: Document, pointer: Pointer, known: dict[str, Any]) -> Diagnostic:
    key = str(pointer[-1])
    remedy = did_you_mean(key, known) or f"known keys: {', '.join(sorted(known))}"
    return document.diagnostic(document.key_place(pointer), f"unknown key {key}", remedy)


def _expected(schema: dict[str, Any]) -> str:
    if "x-expected" in schema:
        return str(schema["x-expected"])
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    return _KINDS[schema["type"]]


def _remedy(instance: Any, schema: dict[str, Any]) -> str:
    if "enum" in schema and isinstance(instance, str):
        unit = units.INSTEAD.get(instance)
        return f"use {unit}" if unit in schema["enum"] else did_you_mean(instance, schema["enum"])
    if schema.get("type") == "string" and isinstance(instance, int | float):
        return "put it in quotes"
    return ""


def described(value: Any) -> str:
    """Return what ``value`` is, for messages.

    >>> described("guage"), described(True), described([]), described(None)
    ("'guage'", 'true', 'an empty list', 'nothing')
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value:g}"
        case str():
            return repr(value) if value else "empty text"
        case list():
            return "a list" if value else "an empty list"
    return "a mapping" if value else "an empty mapping"
