"""The functions of templates: Go's own, Loki's, and those of sprig that Loki lets in.

Source: https://grafana.com/docs/loki/latest/query/template_functions/
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang import durations, numbers, times
from whiteroom_monitoring.logs.logql.golang.quoting import SPACE, quote, to_bytes, to_text
from whiteroom_monitoring.logs.logql.golang.times import SECOND_NS, ZERO_NS, Moment
from whiteroom_monitoring.logs.logql.regex import compile_regex, expand
from whiteroom_monitoring.logs.logql.template.fmt import (
    MOST_CHARACTERS,
    kind,
    sprint,
    sprintf,
    sprintln,
)

# Escapes of JSON; the group has half of a surrogate pair that stands alone.
_JSON_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\[\s\S]"
)


class FunctionError(Exception):
    """What a function says of its arguments."""


@dataclass(frozen=True)
class Builtin:
    """A function; ``kinds`` are those of its arguments: s, i, f, t, and a of any kind.

    With ``many`` the last may come any number of times.
    """

    call: Callable[..., Any]
    kinds: str
    many: bool = False


def is_true(value: Any) -> bool:
    """Tell whether a value counts as true."""
    return True if isinstance(value, Moment) else bool(value)


def _to_int(value: Any) -> int:
    match value:
        case str():
            try:
                number = int(value, 8 if re.fullmatch(r"[+-]?0[0-7]+", value) else 0)
            except ValueError:
                return 0
            return number if _is_int64(number) else 0
        case bool() | int():
            return int(value)
        case float():
            return int(value) if abs(value) < 2**63 else -(2**63)
    return 0


def _is_int64(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _to_float(value: Any) -> float:
    match value:
        case str():
            try:
                return numbers.parse_float(value)
            except ValueError:
                return 0.0
        case bool() | int() | float():
            return float(value)
    return 0.0


def _wrapped(value: int) -> int:
    """Return an integer as 64 bits hold it."""
    return (value + 2**63) % 2**64 - 2**63


def _div(left: Any, right: Any) -> int:
    first, second = _to_int(left), _to_int(right)
    if not second:
        raise FunctionError("runtime error: integer divide by zero")
    quotient = abs(first) // abs(second)
    return quotient if (first < 0) == (second < 0) else -quotient


def _mod(left: Any, right: Any) -> int:
    first, second = _to_int(left), _to_int(right)
    if not second:
        raise FunctionError("runtime error: integer divide by zero")
    return first - second * _div(first, second)


def _product(values: tuple[Any, ...]) -> int:
    product = 1
    for value in values:
        product = _wrapped(product * _to_int(value))
    return product


def _decimal(name: str, operate: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., float]:
    def call(*values: Any) -> float:
        with localcontext() as context:
            context.prec = 40
            try:
                parts = [Decimal(repr(_to_float(value))) for value in values]
                result = parts[0]
                for part in parts[1:]:
                    result = operate(result, part)
            except (DivisionByZero, InvalidOperation, ZeroDivisionError):
                raise FunctionError("decimal division by 0") from None
        return float(result)

    return call


def _round(value: Any, places: int, *rounding: float) -> float:
    number = _to_float(value)
    power = 10.0**places
    digit = power * number
    fraction, _ = math.modf(digit)
    limit = rounding[0] if rounding else 0.5
    return (math.ceil(digit) if fraction >= limit else math.floor(digit)) / power


def _substring(start: int, end: int, text: str) -> str:
    data = to_bytes(text)
    if start < 0:
        return to_text(data[: max(end, 0)])
    if end < 0 or end > len(data):
        end = len(data)
    if start > end:
        raise FunctionError(f"runtime error: slice bounds out of range [{start}:{end}]")
    return to_text(data[start:end])


def _truncated(count: int, text: str) -> str:
    data = to_bytes(text)
    if count < 0 and len(data) + count > 0:
        return to_text(data[count:])
    return to_text(data[:count]) if count >= 0 else text


def _indented(count: int, text: str) -> str:
    pad = " " * max(0, min(count, MOST_CHARACTERS))
    _require_size(len(text) + (1 + text.count("\n")) * len(pad))
    return pad + text.replace("\n", "\n" + pad)


def _repeated(count: int, text: str) -> str:
    if count < 0:
        raise FunctionError("strings: negative Repeat count")
    _require_size(count * len(text))
    return text * count


def _require_size(characters: int) -> None:
    """Raise FunctionError before a text is made that is too long."""
    if characters > MOST_CHARACTERS:
        raise FunctionError(f"the text would have more than {MOST_CHARACTERS} characters")


def _replaced(text: str, old: str, new: str, count: int) -> str:
    turns = text.count(old) if count < 0 else min(count, text.count(old))
    _require_size(len(text) + turns * (len(new) - len(old)))
    return text.replace(old, new, count if count >= 0 else -1)


def _aligned_left(count: int, text: str) -> str:
    return text if count < 0 else text[:count].ljust(min(count, MOST_CHARACTERS))


def _aligned_right(count: int, text: str) -> str:
    if count < 0:
        return text
    return text[max(0, len(text) - count) :].rjust(min(count, MOST_CHARACTERS))


def _regex(text: str) -> Any:
    try:
        return compile_regex(text)
    except QueryError as error:
        raise FunctionError(str(error)) from error


def _replace_all(regex: str, text: str, replacement: str) -> str:
    return _substituted(regex, text, lambda match: expand(replacement, match))


def _replace_literal(regex: str, text: str, replacement: str) -> str:
    return _substituted(regex, text, lambda _: replacement)


def _substituted(regex: str, text: str, written: Callable[[Any], str]) -> str:
    size = 0

    def bounded(match: Any) -> bytes:
        nonlocal size
        replacement = to_bytes(written(match))
        size += len(replacement)
        _require_size(size)
        return replacement

    return to_text(_regex(regex).sub(bounded, to_bytes(text)))


def _count(regex: str, text: str) -> int:
    return sum(1 for _ in _regex(regex).finditer(to_bytes(text)))


def _url_decoded(text: str) -> str:
    wrong = re.search(r"%(?![0-9a-fA-F]{2}).{0,2}", text, re.DOTALL)
    if wrong:
        raise FunctionError(f"invalid URL escape {quote(wrong[0])}")
    return unquote_plus(text, errors="surrogateescape")


def _url_encoded(text: str) -> str:
    return quote_plus(text, safe="", errors="surrogateescape")


def _read(read: Callable[[str], float]) -> Callable[[str], float]:
    def call(text: str) -> float:
        try:
            return read(text)
        except ValueError as error:
            raise FunctionError(str(error)) from error

    return call


def _unix_to_time(text: str) -> Moment:
    scale = {5: 86400 * SECOND_NS, 10: SECOND_NS, 13: 10**6, 16: 1000, 19: 1}.get(len(text))
    try:
        number = numbers.parse_int(text)
    except ValueError as error:
        problem = str(error).replace("Atoi", "ParseInt")
        raise FunctionError(f"unable to parse time '{text}': {problem}") from error
    if scale is None:
        raise FunctionError(f"unable to parse time '{text}': %!w(<nil>)")
    return Moment(number * scale)


def _date(layout: str, moment: Any) -> str:
    if isinstance(moment, int):
        moment = Moment(moment * SECOND_NS)
    if not isinstance(moment, Moment):
        moment = Moment(time.time_ns())
    text: str = moment.format(layout)
    return text


def _to_date(layout: str, text: str, zone: str = "UTC") -> Moment:
    try:
        return times.parse(layout, text, times.zone(zone) or UTC)
    except ValueError:
        return Moment(ZERO_NS)


def _decoded(text: str) -> str:
    missing = len(text) % 4
    padded = text + "=" * (4 - missing) if missing not in (0, 1) else text
    try:
        return to_text(base64.b64decode(padded, validate=True))
    except (binascii.Error, ValueError):
        wrong = re.search(r"[^A-Za-z0-9+/]", padded)
        place = wrong.start() if wrong else len(padded) // 4 * 4
        return f"illegal base64 data at input byte {place}"


def _from_json(text: str) -> Any:
    # As in Go, bytes that are no UTF-8 and halves of a pair are the replacement character.
    valid = _JSON_ESCAPE.sub(
        lambda escape: "\\ufffd" if escape[1] else escape[0],
        to_bytes(text).decode(errors="replace"),
    )
    try:
        return json.loads(valid, parse_int=float, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(text: str) -> Any:
    raise ValueError(text)


def _is_empty(value: Any) -> bool:
    return value is None or (not isinstance(value, Moment) and not value)


def _equal(left: Any, *others: Any) -> bool:
    if not others:
        raise FunctionError("missing argument for comparison")
    for other in others:
        if type(left) is not type(other) and left is not None and other is not None:
            raise FunctionError("incompatible types for comparison")
        if left == other:
            return True
    return False


def _ordering(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def call(left: Any, right: Any) -> bool:
        if type(left) is not type(right):
            raise FunctionError("incompatible types for comparison")
        if isinstance(left, bool) or not isinstance(left, str | int | float):
            raise FunctionError("invalid type for comparison")
        return test(left, right)

    return call


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(to_bytes(value))
    if isinstance(value, list | dict):
        return len(value)
    raise FunctionError(f"len of type {kind(value)}")


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key, "")
        elif isinstance(value, str | list) and isinstance(key, int):
            if not 0 <= key < len(value):
                raise FunctionError(f"index out of range: {key}")
            value = to_bytes(value)[key] if isinstance(value, str) else value[key]
        else:
            raise FunctionError(f"can't index item of type {kind(value)}")
    return value


def _slice(value: Any, *places: int) -> Any:
    if not isinstance(value, str | list):
        raise FunctionError(f"can't slice item of type {kind(value)}")
    size = len(to_bytes(value)) if isinstance(value, str) else len(value)
    begin, end = (*places, *(0, size)[len(places) :])[:2]
    if not 0 <= begin <= end <= size:
        raise FunctionError(f"index out of range: {end}")
    return to_text(to_bytes(value)[begin:end]) if isinstance(value, str) else value[begin:end]


def _all(*values: Any) -> Any:
    return next((value for value in values if not is_true(value)), values[-1])


def _any(*values: Any) -> Any:
    return next((value for value in values if is_true(value)), values[-1])


def _not_callable(*values: Any) -> Any:
    raise FunctionError(f"non-function of type {kind(values[0])}")


def _title(text: str) -> str:
    return re.sub(r"(?<![\w'])\w", lambda letter: letter[0].upper(), text)


def _default(value: Any, *given: Any) -> Any:
    return given[0] if given and not _is_empty(given[0]) else value


def _html(text: str) -> str:
    return html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


BUILTINS: dict[str, Builtin] = {
    # Go's.
    "and": Builtin(_all, "a", many=True),
    "or": Builtin(_any, "a", many=True),
    "not": Builtin(lambda value: not is_true(value), "a"),
    "len": Builtin(_length, "a"),
    "index": Builtin(_index, "aa", many=True),
    "slice": Builtin(_slice, "ai", many=True),
    "call": Builtin(_not_callable, "a", many=True),
    "print": Builtin(lambda *values: sprint(values), "a", many=True),
    "printf": Builtin(lambda pattern, *values: sprintf(pattern, values), "sa", many=True),
    "println": Builtin(lambda *v: sprintln(v), "a", many=True),
    "html": Builtin(lambda *values: _html(sprint(values)), "a", many=True),
    "js": Builtin(lambda *v: json.dumps(sprint(v))[1:-1].replace("'", "\\'"), "a", many=True),
    "urlquery": Builtin(lambda *v: _url_encoded(sprint(v)), "a", many=True),
    "eq": Builtin(_equal, "aa", many=True),
    "ne": Builtin(lambda left, right: not _equal(left, right), "aa"),
    "lt": Builtin(_ordering(lambda left, right: left < right), "aa"),
    "le": Builtin(_ordering(lambda left, right: left <= right), "aa"),
    "gt": Builtin(_ordering(lambda left, right: left > right), "aa"),
    "ge": Builtin(_ordering(lambda left, right: left >= right), "aa"),
    # Loki's.
    "ToLower": Builtin(str.lower, "s"),
    "ToUpper": Builtin(str.upper, "s"),
    "Replace": Builtin(_replaced, "sssi"),
    "Trim": Builtin(str.strip, "ss"),
    "TrimLeft": Builtin(str.lstrip, "ss"),
    "TrimRight": Builtin(str.rstrip, "ss"),
    "TrimPrefix": Builtin(str.removeprefix, "ss"),
    "TrimSuffix": Builtin(str.removesuffix, "ss"),
    "TrimSpace": Builtin(lambda text: text.strip(SPACE), "s"),
    "regexReplaceAll": Builtin(_replace_all, "sss"),
    "regexReplaceAllLiteral": Builtin(_replace_literal, "sss"),
    "count": Builtin(_count, "ss"),
    "urldecode": Builtin(_url_decoded, "s"),
    "urlencode": Builtin(_url_encoded, "s"),
    "bytes": Builtin(_read(lambda text: float(numbers.parse_bytes(text))), "s"),
    "duration": Builtin(_read(lambda text: durations.parse_go(text) / SECOND_NS), "s"),
    "duration_seconds": Builtin(_read(lambda text: durations.parse_go(text) / SECOND_NS), "s"),
    "unixEpochMillis": Builtin(lambda moment: str(moment.ns // 10**6), "t"),
    "unixEpochNanos": Builtin(lambda moment: str(moment.ns), "t"),
    "toDateInZone": Builtin(lambda layout, zone, text: _to_date(layout, text, zone), "sss"),
    "unixToTime": Builtin(_unix_to_time, "s"),
    "alignLeft": Builtin(_aligned_left, "is"),
    "alignRight": Builtin(_aligned_right, "is"),
    "b64dec": Builtin(_decoded, "s"),
    # Those of sprig.
    "b64enc": Builtin(lambda text: base64.b64encode(to_bytes(text)).decode(), "s"),
    "lower": Builtin(str.lower, "s"),
    "upper": Builtin(str.upper, "s"),
    "title": Builtin(_title, "s"),
    "trunc": Builtin(_truncated, "is"),
    "substr": Builtin(_substring, "iis"),
    "contains": Builtin(lambda part, text: part in text, "ss"),
    "hasPrefix": Builtin(lambda part, text: text.startswith(part), "ss"),
    "hasSuffix": Builtin(lambda part, text: text.endswith(part), "ss"),
    "indent": Builtin(_indented, "is"),
    "nindent": Builtin(lambda count, text: "\n" + _indented(count, text), "is"),
    "replace": Builtin(lambda old, new, text: _replaced(text, old, new, -1), "sss"),
    "repeat": Builtin(_repeated, "is"),
    "trim": Builtin(lambda text: text.strip(SPACE), "s"),
    "trimAll": Builtin(lambda cut, text: text.strip(cut) if cut else text, "ss"),
    "trimSuffix": Builtin(lambda part, text: text.removesuffix(part), "ss"),
    "trimPrefix": Builtin(lambda part, text: text.removeprefix(part), "ss"),
    "int": Builtin(_to_int, "a"),
    "float64": Builtin(_to_float, "a"),
    "add": Builtin(lambda *values: _wrapped(sum(map(_to_int, values))), "a", many=True),
    "sub": Builtin(lambda left, right: _wrapped(_to_int(left) - _to_int(right)), "aa"),
    "mul": Builtin(lambda *values: _product(values), "aa", many=True),
    "div": Builtin(_div, "aa"),
    "mod": Builtin(_mod, "aa"),
    "addf": Builtin(_decimal("addf", lambda left, right: left + right), "a", many=True),
    "subf": Builtin(_decimal("subf", lambda left, right: left - right), "aa", many=True),
    "mulf": Builtin(_decimal("mulf", lambda left, right: left * right), "aa", many=True),
    "divf": Builtin(_decimal("divf", lambda left, right: left / right), "aa", many=True),
    "max": Builtin(lambda *values: max(map(_to_int, values)), "aa", many=True),
    "min": Builtin(lambda *values: min(map(_to_int, values)), "aa", many=True),
    "maxf": Builtin(lambda *values: max(map(_to_float, values)), "aa", many=True),
    "minf": Builtin(lambda *values: min(map(_to_float, values)), "aa", many=True),
    "ceil": Builtin(lambda value: float(math.ceil(_to_float(value))), "a"),
    "floor": Builtin(lambda value: float(math.floor(_to_float(value))), "a"),
    "round": Builtin(_round, "aif", many=True),
    "fromJson": Builtin(_from_json, "s"),
    "date": Builtin(_date, "sa"),
    "toDate": Builtin(_to_date, "ss"),
    "now": Builtin(lambda: Moment(time.time_ns()), ""),
    "unixEpoch": Builtin(lambda moment: str(moment.ns // SECOND_NS), "t"),
    "default": Builtin(_default, "aa", many=True),
}  # fmt: skip
