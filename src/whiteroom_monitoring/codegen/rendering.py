"""Renders the templates: Jinja2 whose expressions are written ``${ }``.

Braces are frequent in C++, C and Swift; with ``${ }`` a template looks like what it writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path

import jinja2

from whiteroom_monitoring.codegen import identifiers
from whiteroom_monitoring.generated_files import head

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: object) -> str:
    """Return the text that the file ``template`` below ``templates/`` becomes with ``values``."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        variable_start_string="${",
        variable_end_string="}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # The output is source code.
        autoescape=False,
    )
    environment.globals["head"] = lambda *words: head(*words).rstrip("\n")
    environment.filters |= {
        "quoted": quoted,
        "decimal": decimal,
        "names": names,
        "c_constant": identifiers.c_constant,
        "camel": identifiers.camel,
        "cpp_enumerator": identifiers.cpp_enumerator,
        "cpp_type": identifiers.cpp_type,
        "swift_case": identifiers.swift_case,
        "swift_type": identifiers.swift_type,
        "swift_namespace": identifiers.swift_namespace,
    }
    return environment


def quoted(text: str) -> str:
    """Return ``text`` as a string literal, alike in C++, Swift and Python.

    >>> quoted('a "b"')
    '"a \\\\"b\\\\""'
    """
    return json.dumps(text, ensure_ascii=False)


def decimal(number: float) -> str:
    """Return ``number`` without an exponent.

    >>> decimal(0.00005), decimal(1.0)
    ('0.00005', '1')
    """
    return format(Decimal(repr(number)).normalize(), "f")


def names(words: Iterable[str]) -> str:
    """Return ``words`` as code spans of Markdown, with commas between.

    >>> names(["a", "b"])
    '`a`, `b`'
    """
    return ", ".join(f"`{word}`" for word in words)
