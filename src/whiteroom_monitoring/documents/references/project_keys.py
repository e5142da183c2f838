"""The page of the keys of ``whiteroom.toml``, from its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from whiteroom_monitoring.documents.references.markdown import code, page, table

PATH = "docs/reference/project-keys.md"


def render() -> str:
    """Return the page."""
    schema = json.loads(files("whiteroom_monitoring.project").joinpath("schema.json").read_text())
    return page(
        "src/whiteroom_monitoring/project/schema.json",
        "Keys of whiteroom.toml",
        "Every key that [`whiteroom.toml`](project.md) may have. `NAME` stands for a name of your "
        "choice.",
        table(["key", "type", "default", "meaning"], keys(schema)),
    )


def keys(schema: Mapping[str, Any], prefix: str = "") -> Iterator[list[str]]:
    """Yield a row for each key below a schema, tables before what is in them."""
    for name, node in schema.get("properties", {}).items():
        yield from _key(f"{prefix}{name}", _resolved(node, schema), name in _required(schema))
    nested = schema.get("additionalProperties")
    if isinstance(nested, Mapping):
        yield from _key(f"{prefix}NAME", _resolved(nested, schema), required=False)


def _key(name: str, node: Mapping[str, Any], required: bool) -> Iterator[list[str]]:
    default = json.dumps(node["default"]) if "default" in node else ""
    meaning = node.get("description", "") + (" Must be there." if required else "")
    yield [code(name), _type(node), code(default), meaning]
    yield from keys(node, f"{name}.")
    items = node.get("items")
    if isinstance(items, Mapping) and "properties" in items:
        yield from keys(items, f"{name}[].")


def _type(node: Mapping[str, Any]) -> str:
    if "enum" in node:
        return ", ".join(code(str(value)) for value in node["enum"])
    kind = node.get("type", "any")
    names = kind if isinstance(kind, list) else [kind]
    return " or ".join({"object": "table", "array": "list"}.get(n, n) for n in map(str, names))


def _required(schema: Mapping[str, Any]) -> list[str]:
    return list(schema.get("required", ()))


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference within the schema means; definitions go down with the node."""
    definitions = schema.get("$defs", {})
    reference = node.get("$ref", "")
    if reference.startswith("#/$defs/"):
        node = {**definitions[reference.removeprefix("#/$defs/")], **node}
    return {"$defs": definitions, **node} if definitions else node
