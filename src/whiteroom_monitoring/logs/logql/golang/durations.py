"""Durations, in nanoseconds, as Go and Prometheus read and write them."""

from __future__ import annotations

import re

from whiteroom_monitoring.logs.logql.golang.quoting import quote

SECOND_NS = 10**9
_GO_UNITS = {
    "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 10**6, "s": SECOND_NS,
    "m": 60 * SECOND_NS, "h": 3600 * SECOND_NS,
}  # fmt: skip
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_PROMETHEUS_NS = {
    "y": 365 * 24 * 3600 * SECOND_NS, "w": 7 * 24 * 3600 * SECOND_NS, "d": 24 * 3600 * SECOND_NS,
    "h": 3600 * SECOND_NS, "m": 60 * SECOND_NS, "s": SECOND_NS, "ms": 10**6,
}  # fmt: skip
_PROMETHEUS = re.compile("".join(f"(?:([0-9]+){unit})?" for unit in _PROMETHEUS_NS))


def parse_go(text: str) -> int:
    """Return a duration as time.ParseDuration reads it. Raises ValueError.

    >>> parse_go("1h15m30.918273645s"), parse_go("-1.5ms")
    (4530918273645, -1500000)
    """
    body, sign = text, 1
    if body[:1] in ("-", "+"):
        sign, body = (-1 if body[0] == "-" else 1), body[1:]
    if body == "0":
        return 0
    total, at = 0, 0
    while at < len(body):
        part = _PART.match(body, at)
        if part is None or not (part[1] or part[2]):
            raise ValueError(_problem(text, body, at))
        scale = _GO_UNITS[part[3]]
        fraction = part[2] or ""
        total += int(part[1] or 0) * scale
        total += int(int(fraction or 0) * scale / 10 ** len(fraction))
        if total > 2**63 - (sign > 0):
            raise ValueError(f"time: invalid duration {quote(text)}")
        # Go reads the longest unit: m where ms would be no unit, such as "mx", is none either.
        after = body[part.end() :]
        if after and not (after[0].isdigit() or after[0] == "."):
            raise ValueError(_problem(text, body, at))
        at = part.end()
    if not at:
        raise ValueError(f"time: invalid duration {quote(text)}")
    return sign * total


def _problem(text: str, body: str, at: int) -> str:
    number = re.match(r"[0-9]*(?:\.[0-9]*)?", body[at:])
    assert number is not None
    if not number[0] or number[0] == ".":
        return f"time: invalid duration {quote(text)}"
    unit = re.match(r"[^0-9.]*", body[at + number.end() :])
    assert unit is not None
    if not unit[0]:
        return f"time: missing unit in duration {quote(text)}"
    return f"time: unknown unit {quote(unit[0])} in duration {quote(text)}"


def parse_prometheus(text: str) -> int:
    """Return a duration as Prometheus reads it: 1d12h. Raises ValueError."""
    if text == "0":
        return 0
    parts = _PROMETHEUS.fullmatch(text)
    if not text:
        raise ValueError("empty duration string")
    if parts is None:
        unit = re.match(r"[0-9]+([^0-9.]+)", text)
        if unit and unit[1] not in _PROMETHEUS_NS:
            raise ValueError(f"unknown unit {quote(unit[1])} in duration {quote(text)}")
        raise ValueError(f"not a valid duration string: {quote(text)}")
    total = sum(
        int(n) * scale
        for n, scale in zip(parts.groups(), _PROMETHEUS_NS.values(), strict=True)
        if n
    )
    if total > 2**63 - 1:
        raise ValueError("duration out of range")
    return total


def parse_any(text: str) -> int:
    """Return a duration of either form. Raises ValueError."""
    try:
        return parse_prometheus(text)
    except ValueError:
        return parse_go(text)


def show_go(value: int) -> str:
    """Return a duration as Go writes it.

    >>> show_go(5400 * SECOND_NS), show_go(1500), show_go(0), show_go(250 * 10**6)
    ('1h30m0s', '1.5µs', '0s', '250ms')
    """
    if value == 0:
        return "0s"
    sign, rest = ("-", -value) if value < 0 else ("", value)
    if rest < SECOND_NS:
        for unit, scale in (("ms", 10**6), ("µs", 1000), ("ns", 1)):
            if rest >= scale:
                return sign + _decimal(rest, scale) + unit
    seconds = _decimal(rest % (60 * SECOND_NS), SECOND_NS) + "s"
    minutes = rest // (60 * SECOND_NS)
    if not minutes:
        return sign + seconds
    if minutes < 60:
        return f"{sign}{minutes}m{seconds}"
    return f"{sign}{minutes // 60}h{minutes % 60}m{seconds}"


def _decimal(value: int, scale: int) -> str:
    whole, part = divmod(value, scale)
    fraction = str(part).zfill(len(str(scale)) - 1).rstrip("0") if scale > 1 else ""
    return f"{whole}.{fraction}" if fraction else str(whole)


def show_prometheus(value: int) -> str:
    """Return a duration as Prometheus writes it.

    >>> show_prometheus(300 * SECOND_NS), show_prometheus(90 * 60 * SECOND_NS)
    ('5m', '1h30m')
    """
    left = int(value / 10**6)
    if left == 0:
        return "0s"
    sign = ""
    if left < 0:
        sign, left = "-", -left
    text = ""
    for unit, scale_ns in _PROMETHEUS_NS.items():
        scale = scale_ns // 10**6
        if unit in ("y", "w") and left % scale:
            continue
        count, rest = divmod(left, scale)
        if count:
            text += f"{count}{unit}"
            left = rest
    return sign + text
