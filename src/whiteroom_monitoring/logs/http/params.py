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

MOST_DIGITS = 19
HOUR_NS = 3600 * SECOND_NS
MOST_POINTS = 11_000
# A range is open at its begin and closed at its end, so that one more than either is needed, too.
LEAST_NS, MOST_NS = -(2**63), 2**63 - 2
_UNITS_NS = {
    "ns": 1, "us": 1000, "µs": 1000, "ms": 10**6, "s": SECOND_NS, "m": 60 * SECOND_NS,
    "h": HOUR_NS, "d": 24 * HOUR_NS, "w": 7 * 24 * HOUR_NS, "y": 365 * 24 * HOUR_NS,
}  # fmt: skip
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|[smhdwy])")
_FRACTION = re.compile(r"\.(\d+)")
Parameters = QueryParams
FORM = "application/x-www-form-urlencoded"


async def parameters(request: Request) -> Parameters:
    """Return the parameters of an address, and those of a form."""
    pairs = list(request.query_params.multi_items())
    kind = request.headers.get("content-type", "").partition(";")[0]
    if request.method == "POST" and kind in ("", FORM):
        pairs += parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)
    return QueryParams(pairs)


def time_ns(name: str, text: str) -> int:
    """Return a time: nanoseconds, seconds with a fraction, or RFC 3339. Raises QueryError.

    >>> time_ns("start", "1700000000"), time_ns("start", "1700000000.5")
    (1700000000000000000, 1700000000500000000)
    >>> time_ns("start", "2023-11-14T22:13:20.000000001Z")
    1700000000000000001
    """
    try:
        # Loki takes numbers of up to ten digits as seconds.
        if re.fullmatch(r"-?\d+", text):
            return _int64(int(text) * (SECOND_NS if len(text) <= 10 else 1))
        if re.fullmatch(r"-?\d+\.\d*(?:[eE][-+]?\d+)?", text):
            seconds, _, fraction = text.partition(".")
            return _int64(int(seconds) * SECOND_NS + int((fraction + "0" * 9)[:9]))
        fraction_ns = _FRACTION.search(text)
        moment = datetime.fromisoformat(_FRACTION.sub("", text))
        if moment.tzinfo is None:
            raise ValueError(text)
        added = int((fraction_ns[1] + "0" * 9)[:9]) if fraction_ns else 0
        return _int64(int(moment.timestamp()) * SECOND_NS + added)
    except (ValueError, OverflowError):
        raise QueryError(f'could not parse "{text[:60]}" as a timestamp for "{name}"') from None


def _int64(number: int) -> int:
    """Return nanoseconds that 64 bits hold. Raises OverflowError for others."""
    if not LEAST_NS <= number <= MOST_NS:
        raise OverflowError(number)
    return number


def duration_ns(name: str, text: str) -> int:
    """Return a length of time: seconds, or as in 1h30m. Raises QueryError.

    >>> duration_ns("step", "1h30m") // SECOND_NS, duration_ns("step", "1.5")
    (5400, 1500000000)
    """
    try:
        return _int64(round(_seconds(text) * SECOND_NS))
    except (ValueError, OverflowError):
        raise QueryError(f'"{name}": not a valid duration string: "{text[:60]}"') from None


def _seconds(text: str) -> Fraction:
    """Return a duration, exactly. Raises ValueError, and OverflowError for infinity."""
    if re.fullmatch(f"(?:{_DURATION.pattern})+", text):
        parts = _DURATION.findall(text)
        return sum((Fraction(n) * _UNITS_NS[unit] for n, unit in parts), Fraction()) / SECOND_NS
    return Fraction(float(text))


def time_range(parameters: Parameters, default_ns: int = HOUR_NS) -> tuple[int, int]:
    """Return start and end, which is now and ``default_ns`` before where they are missing."""
    end = time_ns("end", parameters["end"]) if parameters.get("end") else time.time_ns()
    since = duration_ns("since", parameters["since"]) if parameters.get("since") else default_ns
    start = time_ns("start", parameters["start"]) if parameters.get("start") else end - since
    if start < LEAST_NS:
        raise QueryError(
            f'"since": not a valid duration string: "{parameters.get("since", "")[:60]}"'
        )
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


def limit(parameters: Parameters, default: int, most: int) -> int:
    """Return how many lines are asked for. Raises QueryError."""
    text = parameters.get("limit") or str(default)
    if not re.fullmatch("[0-9]+", text) or not text.strip("0"):
        raise QueryError(f"limit must be a positive value: {text[:40]}")
    if len(text) > MOST_DIGITS or int(text) > most:
        raise QueryError(
            "max entries limit per query exceeded, limit > max_entries_limit_per_query "
            f"({text[:40]} > {most})"
        )
    return int(text)


def is_backward(parameters: Parameters) -> bool:
    """Return whether the newest lines come first, which they do unless asked otherwise."""
    text = (parameters.get("direction") or "backward").lower()
    if text not in ("backward", "forward"):
        raise QueryError(f"invalid direction '{text[:40]}'")
    return text == "backward"
