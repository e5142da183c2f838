"""The series of a store from which a dashboard's queries, whoever wrote it, have something to show.

A dashboard's expressions and variables are read as text, apart from the product's own model. Each
selector gets series that have every label which its query names: in matchers, groupings, legends
and functions. Labels that a query leaves open have the same values everywhere, so that what is
joined has a partner.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import promql_parser

from benchmarks import console_values as values
from benchmarks.console_blocks import Series
from whiteroom_monitoring.promql import parse

_REFERENCE = re.compile(r"\$\{(\w+)(?:[.:][^}]*)?\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)")
_WINDOW = re.compile(r"\[[^\[\]]*\$[^\[\]]*\]")
_LEGEND_LABEL = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_LABEL_VALUES = re.compile(r"label_values\(\s*(?:(.+?)\s*,\s*)?([a-zA-Z_]\w*)\s*\)", re.DOTALL)
_QUERY_RESULT = re.compile(r"query_result\((.*)\)", re.DOTALL)
_GROUPED = re.compile(r"\b(?:by|on|group_left|group_right)\s*\(([^)]*)\)")
_JOINED = re.compile(
    r"group_(?:left|right)\s*(?:\([^)]*\))?[\s(]*"
    r"(?:\w+\s+by\s*\([^)]*\)[\s(]*)?([a-zA-Z_:][\w:]*)\s*\{"
)
_QUOTED = re.compile(r'"([a-zA-Z_]\w*)"')
_NOT_OF_WORDS = re.compile(r"\\(.)|[\^$()?]|\[[^\]]*\]")
_BOUNDS = ("0.005", "0.01", "0.05", "0.1", "0.5", "1", "5", "10", "+Inf")
_OPEN: Mapping[str, tuple[str, ...]] = {
    "instance": ("host-1:9100", "host-2:9100"),
    "le": _BOUNDS,
    "quantile": ("0.5", "0.9", "0.99"),
    "mode": ("idle", "system", "user"),
    "mountpoint": ("/", "/var"),
    "device": ("device-1", "device-2"),
    "fstype": ("ext4",),
    "code": ("200", "404", "500"),
    "job": ("job-1",),
}
_MOST_SERIES = 60
# A label whose name is no metric's, in what a matcher asks for.
Labels = dict[str, tuple[str, ...]]


def series(dashboards: Iterable[Any]) -> list[Series]:
    """Return the series that the queries of these dashboards select, sorted by their labels."""
    distinct: dict[Any, Series] = {}
    for content in dashboards:
        singles = _singles(content)
        merged: dict[str, Labels] = {}
        for name, labels in _selected(content):
            if name in singles:
                merged[name] = {**labels, **merged.get(name, {})}
                continue
            for item in _combined(name, labels):
                distinct.setdefault(item.labels, item)
        for name, labels in merged.items():
            for item in _combined(name, _one_each(labels)):
                distinct.setdefault(item.labels, item)
    return sorted(distinct.values(), key=lambda item: item.labels)


def _singles(content: Any) -> set[str]:
    """Return the metrics that others are joined with, of which there is one for each partner."""
    texts = (expression for expression, _ in expressions(content))
    return {name for text in texts for name in _JOINED.findall(text)}


def _one_each(labels: Labels) -> Labels:
    return {name: values if name == "instance" else values[:1] for name, values in labels.items()}


def expressions(node: Any) -> Iterator[tuple[str, str]]:
    """Yield expression and legend of every query below a node of JSON."""
    if isinstance(node, dict):
        if isinstance(node.get("expr"), str):
            yield node["expr"], str(node.get("legendFormat") or "")
        for value in node.values():
            yield from expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value)


def _selected(content: Any) -> Iterator[tuple[str, Labels]]:
    chosen = _chosen(content)
    for expression, legend in [*expressions(content), *_of_variables(content)]:
        text = _filled(expression, chosen)
        named = [name for group in _GROUPED.findall(text) for name in re.split(r"[\s,]+", group)]
        named += [*_LEGEND_LABEL.findall(legend), *_QUOTED.findall(text)]
        if "histogram_quantile" in text or "_bucket" in text:
            named.append("le")
        yield from _selectors(text, [name for name in named if re.fullmatch(r"[a-zA-Z_]\w*", name)])


def _selectors(text: str, named: list[str]) -> Iterator[tuple[str, Labels]]:
    try:
        expression = parse.parse(text)
    except parse.ParseError:
        return
    for part in (expression, *parse.descendants(expression)):
        if isinstance(part, promql_parser.VectorSelector):
            yield from _of_selector(part, named)


def _of_selector(selector: Any, named: list[str]) -> Iterator[tuple[str, Labels]]:
    labels: Labels = {name: _open(name) for name in ("instance", "job", *named)}
    name = selector.name
    for matcher in selector.matchers.matchers:
        kind = str(matcher.op)
        if matcher.name == "__name__":
            name = name or next(iter(_words(matcher.value)), "")
        elif kind.endswith("Equal") and "Not" not in kind:
            labels[matcher.name] = (matcher.value,)
        elif "Not" not in kind:
            labels[matcher.name] = _matching(matcher.name, matcher.value)
        else:
            labels.setdefault(matcher.name, _open(matcher.name))
    labels.pop("__name__", None)
    if name:
        yield name, labels


def _matching(name: str, pattern: str) -> tuple[str, ...]:
    """Return values that a pattern matches, of those that the label has or of its own words."""
    words = _words(pattern)
    for candidates in (_open(name), words):
        try:
            fitting = [candidate for candidate in candidates if re.fullmatch(pattern, candidate)]
        except re.error:
            fitting = []
        if fitting:
            return tuple(dict.fromkeys(fitting))[:4]
    return tuple(words or _open(name))[-1:]


def _words(pattern: str) -> list[str]:
    words = []
    for part in pattern.split("|"):
        text = _NOT_OF_WORDS.sub(lambda escaped: escaped[1] or "", part)
        words.append(text.replace(".*", "x").replace(".+", "x").replace("+", "").replace("*", ""))
    return [word for word in words if word]


def _open(name: str) -> tuple[str, ...]:
    return _OPEN.get(name, (f"{name}-1",))


def _of_variables(content: Any) -> Iterator[tuple[str, str]]:
    """Yield what the queries of variables need, as expressions."""
    for variable in _variables(content):
        query = _query(variable)
        if match := _LABEL_VALUES.search(query):
            yield match[1] or "up", f"{{{{{match[2]}}}}}"
        elif match := _QUERY_RESULT.search(query):
            yield match[1], ""


def _variables(content: Any) -> Iterator[dict[str, Any]]:
    listed = (content.get("templating") or {}).get("list") or []
    return (variable for variable in listed if isinstance(variable, dict) and variable.get("name"))


def _query(variable: Mapping[str, Any]) -> str:
    query = variable.get("query")
    return str((query.get("query") if isinstance(query, dict) else query) or "")


def _chosen(content: Any) -> dict[str, str]:
    """Return what each variable stands for where a dashboard is opened."""
    chosen: dict[str, str] = {}
    for variable in _variables(content):
        query = _query(variable)
        match = _LABEL_VALUES.search(query)
        value = _open(match[2])[0] if match else query.split(",")[0].split(":")[-1].strip()
        chosen[variable["name"]] = _extracted(value, str(variable.get("regex") or ""))
    return chosen


def _extracted(value: str, pattern: str) -> str:
    if not pattern:
        return value
    python = pattern.strip("/").replace("(?<", "(?P<").replace("(?P<=", "(?<=")
    try:
        match = re.search(python, value)
    except re.error:
        return value
    return (match[1] if match.groups() else value) if match else value


def _filled(text: str, chosen: Mapping[str, str]) -> str:
    def value(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2] or reference[3]
        return chosen.get(name, "5m" if name.startswith("__") else "any")

    return _REFERENCE.sub(value, _WINDOW.sub("[5m]", text))


def _combined(name: str, labels: Labels) -> Iterator[Series]:
    names = sorted(labels)
    product = itertools.product(*(labels[label] for label in names))
    for combination in itertools.islice(product, _MOST_SERIES):
        pairs = {key: text for key, text in zip(names, combination, strict=True) if text}
        full = tuple(sorted({"__name__": name, **pairs}.items()))
        yield Series(full, _course(name, pairs))


def _course(name: str, labels: Mapping[str, str]) -> str:
    course = zlib.crc32(repr(sorted((k, v) for k, v in labels.items() if k != "le")).encode())
    if name.endswith("_bucket") and labels.get("le") in _BOUNDS:
        return values.bucket(course, _BOUNDS.index(labels["le"]), len(_BOUNDS))
    if re.search(r"_(total|sum|count|bucket)$", name):
        return values.counter(course, 1)
    return values.named(name, "gauge", course)
