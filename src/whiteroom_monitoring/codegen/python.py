"""Writes the Python client: a module and its type stub for each domain.

The module makes the native metric objects; the stub gives every metric a signature of its own, so
that a type checker knows its labels and their values.
"""

from __future__ import annotations

import json

from whiteroom_monitoring.catalogue.model import Catalogue, Domain, Label, Metric
from whiteroom_monitoring.codegen.cpp import pascal
from whiteroom_monitoring.codegen.files import head

FOLDER = "src/whiteroom_monitoring/client/generated"
NATIVE = "whiteroom_monitoring.client._native"

# The core records these in every segment; nobody calls them from Python.
CORE_DOMAIN = "self"


def generate(catalogue: Catalogue) -> dict[str, str]:
    """Return the modules and stubs by path below the repository's root."""
    files = {f"{FOLDER}/__init__.py": _index(catalogue)}
    for domain in catalogue.domains:
        if domain.name != CORE_DOMAIN:
            files[f"{FOLDER}/{domain.name}.py"] = _module(domain)
            files[f"{FOLDER}/{domain.name}.pyi"] = _stub(domain)
    return files


def _index(catalogue: Catalogue) -> str:
    programs: dict[str, list[str]] = {}
    for domain in catalogue.domains:
        if domain.name != CORE_DOMAIN:
            programs.setdefault(domain.program, []).append(domain.name)
    lines = [
        head("#", "catalogue/*.yaml"),
        '"""The metrics of the catalogue as Python objects, one module for each domain."""\n\n',
        "# Which domains a program records.\n",
        "DOMAINS = {\n",
        *(f"    {_text(name)}: ({_items(names)}),\n" for name, names in sorted(programs.items())),
        "}\n",
    ]
    return "".join(lines)


def _items(names: list[str]) -> str:
    return " ".join(f"{_text(name)}," for name in names)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _class(metric: Metric) -> str:
    if metric.type == "gauge":
        return "UpDownCounter" if metric.updates == "add" else "Gauge"
    return metric.type.capitalize()


def _handle_class(metric: Metric) -> str:
    """What type checkers know the handle of one series as."""
    return f"Exemplar{_class(metric)}" if metric.exemplars else _class(metric)


def _docstring(domain: Domain) -> str:
    return f'"""Metrics of the domain ``{domain.name}``, recorded by ``{domain.program}``."""\n'


def _module(domain: Domain) -> str:
    classes = ", ".join(sorted({_class(metric) for metric in domain.metrics}))
    names = "".join(f"    {metric.name},\n" for metric in domain.metrics)
    return (
        head("#", f"catalogue/{domain.name}.yaml")
        + _docstring(domain)
        + f"\nfrom {NATIVE} import {classes}\n\n"
        + "".join(_construction(metric) for metric in domain.metrics)
        + f"\nMETRICS = (\n{names})\n"
    )


def _construction(metric: Metric) -> str:
    arguments = [
        ("name", _text(metric.name)),
        ("help", _text(metric.help)),
        ("unit", _text(metric.unit or "")),
        ("number", _text(metric.number)),
        ("aggregation", _text(metric.aggregation or "sum")),
        ("writers", _text(metric.writers)),
        ("scale", str(metric.scale)),
    ]
    if metric.labels:
        arguments.append(("labels", f"({' '.join(_label(label) for label in metric.labels)})"))
    if metric.buckets:
        arguments.append(("buckets", f"({', '.join(repr(bound) for bound in metric.buckets)},)"))
    if metric.exemplars:
        arguments.append(("exemplars", "True"))
    lines = "".join(f"    {name}={value},\n" for name, value in arguments)
    return f"{metric.name} = {_class(metric)}(\n{lines})\n"


def _label(label: Label) -> str:
    if label.values is None:
        return f"({_text(label.name)}, {label.max_series}),"
    return f"({_text(label.name)}, ({_items(list(label.values))})),"


# What each kind of metric is called with: methods as (name, positional parameters).
_METHODS = {
    "Counter": [("inc", "amount: float = 1")],
    "Gauge": [("set", "value: float")],
    "UpDownCounter": [
        ("set", "value: int"),
        ("inc", "amount: int = 1"),
        ("dec", "amount: int = 1"),
    ],
    "Histogram": [("observe", "value: float")],
    "Summary": [("observe", "value: float")],
    "Info": [("set", "")],
}


def _stub(domain: Domain) -> str:
    classes = ", ".join(sorted({_handle_class(metric) for metric in domain.metrics}))
    uses_literal = any(label.values for metric in domain.metrics for label in metric.labels)
    labelled = [metric for metric in domain.metrics if metric.labels]
    needs = ["Exemplar"] if any(metric.exemplars for metric in labelled) else []
    imports = f"from {NATIVE} import {', '.join([*needs, classes, 'Metric'])}\n"
    if uses_literal:
        imports = f"from typing import Literal\n\n{imports}"
    return (
        head("#", f"catalogue/{domain.name}.yaml")
        + imports
        + "".join(_stub_class(metric) for metric in labelled)
        + "\n"
        + "".join(_stub_variable(metric) for metric in domain.metrics)
        + "\nMETRICS: tuple[Metric, ...]\n"
    )


def _stub_class(metric: Metric) -> str:
    keywords = ", ".join(f"{label.name}: {_label_type(label)}" for label in metric.labels)
    kind = _class(metric)
    lines = [f"\nclass _{pascal(metric.name)}(Metric):\n"]
    for name, parameters in _METHODS[kind]:
        positional = f"self, {parameters}" if parameters else "self"
        more = ", exemplar: Exemplar | None = None" if metric.exemplars else ""
        lines.append(f"    def {name}({positional}, *, {keywords}{more}) -> None: ...\n")
    if kind != "Info":
        lines.append(f"    def labels(self, *, {keywords}) -> {_handle_class(metric)}: ...\n")
    return "".join(lines)


def _label_type(label: Label) -> str:
    if label.values is None:
        return "str"
    return f"Literal[{', '.join(map(_text, label.values))}]"


def _stub_variable(metric: Metric) -> str:
    kind = f"_{pascal(metric.name)}" if metric.labels else _handle_class(metric)
    return f'{metric.name}: {kind}\n"""{metric.help}"""\n'
