"""The series of a store from which a dashboard's queries, whoever wrote it, have something to show.

A dashboard's expressions and variables are read as text, apart from the product's own model. Each
selector gets series that have every label which its query names: in matchers, groupings, legends
and functions. Labels that a query leaves open have the same values everywhere, so that what is
joined has a partner.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import rstr

from benchmarks import console_values as courses
from benchmarks.console_blocks import Series
from benchmarks.console_corpus_joins import May, free_labels, required_values
from whiteroom_monitoring.promql import parse

_REFERENCE = re.compile(r"\$\{(\w+)(?:[.:][^}]*)?\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)")
_WINDOW = re.compile(r"\[[^\[\]]*\$[^\[\]]*\]")
_LEGEND_LABEL = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_LABEL_VALUES = re.compile(r"label_values\(\s*(?:(.+?)\s*,\s*)?([a-zA-Z_]\w*)\s*\)", re.DOTALL)
_PATTERN_LABEL = re.compile(r"([a-zA-Z_]\w*)=")
_QUERY_RESULT = re.compile(r"query_result\((.*)\)", re.DOTALL)
_GROUPED = re.compile(r"\b(?:by|on|group_left|group_right)\s*\(([^)]*)\)")
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
# How a variable says that its last value is the first.
_DESCENDING = (2, 4, 6, 8)
_MOST_SERIES = 60
# A label whose name is no metric's, in what a matcher asks for.
Labels = dict[str, tuple[str, ...]]


def series(dashboards: Iterable[Any]) -> list[Series]:
    """Return the series that the queries of these dashboards select, sorted by their labels."""
    distinct: dict[Any, Series] = {}
    for content in dashboards:
        # What variables stand for is known from the series of a first pass.
        first = _selected(content, _chosen(content, {}))
        for entry in _selected(content, _chosen(content, first)).values():
            distinct.setdefault(entry.labels, entry)
    return sorted(distinct.values(), key=lambda entry: entry.labels)


def _selected(content: Any, chosen: Mapping[str, str]) -> dict[Any, Series]:
    """Return the series by their labels that a dashboard's queries select with these variables."""
    parsed = list(_parsed(content, chosen))
    trees = [expression for expression, _ in parsed]
    joined, required = free_labels(trees), required_values(trees)
    selected = [pair for expression, named in parsed for pair in _selectors(expression, named)]
    names = _label_names(selected)
    distinct: dict[Any, Series] = {}
    for name, labels in selected:
        full = _joinable(labels, names[name], joined[name]) if name in joined else labels
        for combination in _combined(name, full, required.get(name)):
            distinct.setdefault(combination.labels, combination)
    return distinct


def _joinable(labels: Labels, names: Iterable[str], may: May) -> Labels:
    """Return the labels of a metric that others are joined with: all series have the same ones."""
    full = {label: _open(label) for label in names} | labels
    return {label: values if may(label) else values[:1] for label, values in full.items()}


def _label_names(selected: Iterable[tuple[str, Labels]]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for name, labels in selected:
        names[name].update(labels)
    return names


def expressions(node: Any, columns: str = "") -> Iterator[tuple[str, str]]:
    """Yield expression and legend of every query below a node of JSON.

    The columns that a panel's transformations name follow the legend, as labels of it.
    """
    if isinstance(node, dict):
        if isinstance(node.get("expr"), str):
            yield node["expr"], f"{node.get('legendFormat') or ''}{columns}"
        columns = "".join(f"{{{{{name}}}}}" for name in _columns(node)) or columns
        for value in node.values():
            yield from expressions(value, columns)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value, columns)


def _columns(panel: Mapping[str, Any]) -> Iterator[str]:
    """Yield the labels that a panel's transformations arrange or group by."""
    steps = panel.get("transformations")
    for step in steps if isinstance(steps, list) else ():
        options = (isinstance(step, dict) and step.get("options")) or {}
        for setting in ("excludeByName", "indexByName", "fields"):
            names = options.get(setting) if isinstance(options, dict) else None
            if isinstance(names, dict):
                yield from (name for name in names if name[:1].islower())


def _parsed(content: Any, chosen: Mapping[str, str]) -> Iterator[tuple[Any, list[str]]]:
    """Yield each expression as a tree, with the labels that it and its legend name."""
    for expression, legend in [*expressions(content), *_of_variables(content)]:
        text = _filled(expression, chosen)
        named = [name for group in _GROUPED.findall(text) for name in re.split(r"[\s,]+", group)]
        named += [*_LEGEND_LABEL.findall(legend), *_QUOTED.findall(text)]
        if "histogram_quantile" in text or "_bucket" in text:
            named.append("le")
        with contextlib.suppress(parse.ParseError):
            yield parse.parse(text), [n for n in named if re.fullmatch(r"[a-zA-Z_]\w*", n)]


def _selectors(expression: Any, named: list[str]) -> Iterator[tuple[str, Labels]]:
    for part in parse.descendants(expression):
        if isinstance(part, parse.VectorSelector):
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
    """Return values that a pattern matches: of those that the label has, its words, or made."""
    words = _words(pattern)
    for candidates in (_open(name), words, _made(pattern)):
        try:
            fitting = [text for text in candidates if text and re.fullmatch(pattern, text)]
        except re.error:
            fitting = []
        if fitting:
            return tuple(dict.fromkeys(fitting))[:4]
    return tuple(words or _open(name))[-1:]


def _made(pattern: str) -> list[str]:
    """Return the shortest texts that are made from a pattern, where it allows any."""
    try:
        texts = [rstr.Rstr(random.Random(seed)).xeger(pattern) for seed in range(20)]
    except (re.error, ValueError, KeyError, NotImplementedError):
        return []
    return sorted(filter(str.isprintable, texts), key=len)[:1]


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
            # Its pattern takes values of labels from the text of a series.
            labels = _PATTERN_LABEL.findall(str(variable.get("regex") or ""))
            yield match[1], " ".join(f"{{{{{label}}}}}" for label in labels)


def _variables(content: Any) -> Iterator[dict[str, Any]]:
    listed = (content.get("templating") or {}).get("list") or []
    return (variable for variable in listed if isinstance(variable, dict) and variable.get("name"))


def _query(variable: Mapping[str, Any]) -> str:
    query = variable.get("query")
    return str((query.get("query") if isinstance(query, dict) else query) or "")


def _chosen(content: Any, known: Mapping[Any, Series]) -> dict[str, str]:
    """Return what each variable stands for where a dashboard is opened on ``known`` series."""
    chosen: dict[str, str] = {}
    for variable in _variables(content):
        query = _query(variable)
        match = _LABEL_VALUES.search(query)
        labels = _PATTERN_LABEL.findall(str(variable.get("regex") or ""))
        if match:
            last_first = variable.get("sort") in _DESCENDING
            value = _first_value(match[1] or "", match[2], known, max if last_first else min)
        elif labels and _QUERY_RESULT.search(query):
            chosen[variable["name"]] = _open(labels[0])[0]
            continue
        else:
            value = query.split(",")[0].split(":")[-1].strip()
        chosen[variable["name"]] = _extracted(value, str(variable.get("regex") or ""))
    return chosen


def _first_value(
    selector: str, label: str, known: Mapping[Any, Series], choose: Callable[..., str]
) -> str:
    """Return the first value that a label has in the series of a metric."""
    name = selector.partition("{")[0].strip()
    series = [dict(labels) for labels in known]
    values = {one[label] for one in series if one["__name__"] == name and label in one}
    return choose(values, default=_open(label)[0])


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


def _combined(name: str, labels: Labels, value: float | None) -> Iterator[Series]:
    names = sorted(labels)
    product = itertools.product(*(labels[label] for label in names))
    for combination in itertools.islice(product, _MOST_SERIES):
        pairs = {key: text for key, text in zip(names, combination, strict=True) if text}
        full = tuple(sorted({"__name__": name, **pairs}.items()))
        course = _course(name, pairs) if value is None else courses.constant(value)
        yield Series(full, course)


def _course(name: str, labels: Mapping[str, str]) -> str:
    course = zlib.crc32(repr(sorted((k, v) for k, v in labels.items() if k != "le")).encode())
    if name.endswith("_bucket") and labels.get("le") in _BOUNDS:
        return courses.bucket(course, _BOUNDS.index(labels["le"]), len(_BOUNDS))
    if re.search(r"_(total|sum|count|bucket)$", name):
        return courses.counter(course, 1)
    return courses.named(name, "gauge", course)
