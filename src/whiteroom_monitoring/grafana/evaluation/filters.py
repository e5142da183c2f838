"""Ad hoc filters: matchers that the reader of a dashboard adds to every query of Prometheus."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.promql.build import quoted

_MATCHER = re.compile(
    r'\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\\n]|\\.)*")\s*(?:,|\Z)', re.ASCII
)
# How Grafana writes a filter in links: label, operator, value. Its escapes are for what separates.
_LINK = re.compile(r"([a-zA-Z_]\w*)\|(=\||!=\||=~|!~|!=|=)\|(.*)", re.DOTALL | re.ASCII)
_ESCAPES = (("__gfp__", "|"), ("__gfc__", ","), ("__gfh__", "#"))
_EXPECTED = 'expected matchers such as instance="host-1:9100", job!="node"'


def text(filters: Sequence[str]) -> str:
    """Return filters as matchers that people read and write; what is none stays as it is.

    >>> text(["job|=|node", "env|=||a.b|c", 'instance=~"x.*"'])
    'job="node", env=~"a\\\\\\\\.b|c", instance=~"x.*"'
    """
    return ", ".join(filter(None, map(_matcher, filters)))


def matchers(written: str) -> tuple[str, ...]:
    """Return the matchers of a text. Raises RequestError where it has anything else."""
    result: list[str] = []
    place = 0
    while place < len(written.rstrip()):
        match = _MATCHER.match(written, place)
        if match is None:
            raise RequestError(f"found {written[place:].strip()!r} in a filter, {_EXPECTED}")
        result.append(f"{match[1]}{match[2]}{match[3]}")
        place = match.end()
    return tuple(result)


def problem(written: str) -> str:
    """Return what is wrong with the text of filters, or nothing."""
    try:
        matchers(written)
    except RequestError as error:
        return str(error)
    return ""


def _matcher(written: str) -> str:
    link = _LINK.fullmatch(written)
    if link is None:
        return written.strip()
    label, operator, value = link.groups()
    sign, values = _OPERATORS.get(operator, (operator, _plain))
    return f"{label}{sign}{quoted(values(value))}"


def _plain(value: str) -> str:
    for escape, character in _ESCAPES:
        value = value.replace(escape, character)
    return value


def _alternatives(value: str) -> str:
    return "|".join(re.escape(_plain(part)) for part in value.split("|"))


# Operators of several values, which PromQL writes as a pattern.
_OPERATORS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "=|": ("=~", _alternatives),
    "!=|": ("!~", _alternatives),
}
