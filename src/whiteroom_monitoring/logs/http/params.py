"""Parameters of requests, as Loki reads them."""

from __future__ import annotations

import re
import time
from datetime import datetime
from fractions import Fraction
from urllib.parse import parse_qsl

from starlette.datastructures import QueryParams
from starlette.requests import Request

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.limits import SECOND_NS
from whiteroom_monitoring.logs.logql.golang import durations, numbers
from whiteroom_monitoring.logs.logql.golang.quoting import quote

MOST_DIGITS = 40
MOST_UINT32 = 2**32 - 1
HOUR_NS = 3600 * SECOND_NS
MOST_POINTS = 11_000
# A range is open at its begin and closed at its end, so that one more than either is needed, too.
LEAST_NS, MOST_NS = -(2**63), 2**63 - 2
_WHOLE = re.compile(r"[+-]?[0-9]+")
_SECONDS = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:[.,]([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})"
)
Parameters = QueryParams
FORM = "application/x-www-form-urlencoded"


async def parameters(request: Request) -> Parameters:
    """Return the parameters of an address, and those of a form, which come first.

    Bytes that are no UTF-8 are kept (PEP 383), because a query that has them is refused.
    """
    pairs = _pairs(request.scope["query_string"])
    kind = request.headers.get("content-type", "").partition(";")[0]
    if request.method == "POST" and kind in ("", FORM):
        pairs += _pairs(await request.body())
    return QueryParams(pairs)


def _pairs(text: bytes) -> list[tuple[str, str]]:
    decoded = text.decode(errors="surrogateescape")
    return parse_qsl(decoded, keep_blank_values=True, errors="surrogateescape")


def time_ns(name: str, text: str) -> int:
    """Return a time: nanoseconds, seconds with a fraction, or RFC 3339. Raises QueryError.

    >>> time_ns("start", "1700000000"), time_ns("start", "1700000000.5")
    (1700000000000000000, 1700000000500000000)
    >>> time_ns("start", "2023-11-14T22:13:20.000000001Z")
    1700000000000000001
    """
    try:
        # Loki takes numbers of up to ten digits as seconds.
        if _WHOLE.fullmatch(text):
            return _int64(int(text) * (SECOND_NS if len(text) <= 10 else 1))
        if _SECONDS.fullmatch(text):
            return _int64(int(Fraction(text) * SECOND_NS))
        parts = _RFC_3339.fullmatch(text)
        if parts is None:
            raise ValueError(text)
        moment = datetime.fromisoformat(parts[1] + parts[3])
        fraction_ns = int(((parts[2] or "") + "0" * 9)[:9])
        return _int64(int(moment.timestamp()) * SECOND_NS + fraction_ns)
    except (ValueError, OverflowError):
        raise QueryError(
            f"could not parse '{name}' parameter: not a time: {quote(text[:60])}"
        ) from None


def _int64(number: int) -> int:
    """Return nanoseconds that 64 bits hold. Raises OverflowError for others."""
    if not LEAST_NS <= number <= MOST_NS:
        raise OverflowError(number)
    return number


def duration_ns(name: str, text: str) -> int:
    """Return a length of time: seconds, or as Prometheus writes it. Raises QueryError.

    A fraction of a second is what its digits say, and not the binary number next to them.

    >>> duration_ns("step", "1h30m") // SECOND_NS, duration_ns("step", "1.5")
    (5400, 1500000000)
    >>> duration_ns("step", "0.6")
    600000000
    """
    try:
        return _int64(int(numbers.parse_float(text) * SECOND_NS))
    except (ValueError, OverflowError):
        pass
    try:
        return _int64(durations.parse_prometheus(text))
    except (ValueError, OverflowError):
        raise QueryError(f"{name}: cannot parse {quote(text[:60])} to a valid duration") from None


def _since_ns(text: str) -> int:
    """Return how far back to look, which has to have a unit. Raises QueryError."""
    try:
        return durations.parse_prometheus(text)
    except ValueError as error:
        raise QueryError(f"could not parse 'since' parameter: {str(error)[:100]}") from None


def bounds(parameters: Parameters, default_ns: int = HOUR_NS) -> tuple[int, int]:
    """Return start and end: now, and ``since`` or ``default_ns`` before, where they are missing.

    Without a start, an end in the future is looked back from as from now. Raises QueryError.
    """
    now = time.time_ns()
    end = time_ns("end", parameters["end"]) if parameters.get("end") else now
    since = _since_ns(parameters["since"]) if parameters.get("since") else default_ns
    first = parameters.get("start")
    start = time_ns("start", first) if first else max(min(end, now) - since, LEAST_NS)
    return start, end


def time_range(parameters: Parameters, default_ns: int = HOUR_NS) -> tuple[int, int]:
    """Return start and end, as `bounds` has them, in their order. Raises QueryError."""
    start, end = bounds(parameters, default_ns)
    if end < start:
        raise QueryError(
            f"end timestamp must not be before or equal to start time: {end} < {start}"
        )
    return start, end


def step_ns(parameters: Parameters, start_ns: int, end_ns: int) -> int:
    """Return the step of a range query: told, or a 250th of the time. Raises QueryError."""
    default = max((end_ns - start_ns) // 250 // SECOND_NS, 1) * SECOND_NS
    step = duration_ns("step", parameters["step"]) if parameters.get("step") else default
    if step <= 0:
        raise QueryError(
            "zero or negative query resolution step widths are not accepted. Try a positive integer"
        )
    if (end_ns - start_ns) // step > MOST_POINTS:
        raise QueryError(
            "exceeded maximum resolution of 11,000 points per time series. Try increasing the "
            "value of the step parameter"
        )
    return step


def interval_ns(parameters: Parameters) -> int:
    """Return how far lines have to be from each other; 0 without a bound. Raises QueryError."""
    interval = duration_ns("interval", parameters["interval"]) if parameters.get("interval") else 0
    if interval < 0:
        raise QueryError("interval must be >= 0")
    return interval


def positive(name: str, text: str) -> int:
    """Return a number from 1 to 2^32 - 1. Raises QueryError."""
    try:
        number = numbers.parse_int(text[:MOST_DIGITS])
    except ValueError as error:
        raise QueryError(f"{name}: {error}") from None
    if number <= 0:
        raise QueryError("limit must be a positive value")
    if number > MOST_UINT32:
        raise QueryError(f"{name} value {number} is out of range [0, {MOST_UINT32}]")
    return number


def limit(parameters: Parameters, default: int, most: int) -> int:
    """Return how many lines are asked for. Raises QueryError."""
    number = positive("limit", parameters.get("limit") or str(default))
    if number > most:
        raise QueryError(
            "max entries limit per query exceeded, limit > max_entries_limit_per_query "
            f"({number} > {most})"
        )
    return number


def is_backward(parameters: Parameters) -> bool:
    """Return whether the newest lines come first, which they do unless asked otherwise."""
    text = (parameters.get("direction") or "backward").lower()
    if text not in ("backward", "forward"):
        raise QueryError(f"invalid direction '{text[:40]}'")
    return text == "backward"
