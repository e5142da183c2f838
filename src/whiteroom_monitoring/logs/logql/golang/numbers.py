"""Numbers and sizes: `strconv` of Go, and the sizes that Loki reads (go-humanize)."""

from __future__ import annotations

import math
import re

from whiteroom_monitoring.logs.logql.golang.quoting import quote

_DECIMAL = re.compile(r"[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?")
_HEXADECIMAL = re.compile(r"[+-]?0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*[pP][+-]?\d[\d_]*")
# Underscores stand between digits, of which the prefix of a base is one.
_STRAY_UNDERSCORE = re.compile(r"(?<![0-9a-fA-FxX])_|_(?![0-9a-fA-F])|^[+-]?\d*[eE]_")
_SPECIAL = re.compile(r"[+-]?(?:inf|infinity)|nan", re.IGNORECASE)
_UNITS = {
    "": 1, "b": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
    "pib": 1 << 50, "eib": 1 << 60, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "pb": 10**15, "eb": 10**18, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40,
    "pi": 1 << 50, "ei": 1 << 60, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
    "p": 10**15, "e": 10**18,
}  # fmt: skip
_SHOWN_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def parse_float(text: str) -> float:
    """Return a number as strconv.ParseFloat reads it. Raises ValueError with its message.

    >>> parse_float("1e3"), parse_float("+Inf"), parse_float("0x1p4"), parse_float("1_000")
    (1000.0, inf, 16.0, 1000.0)
    """
    # Most numbers are short and have digits alone.
    if len(text) < 18 and text.isascii() and text.isdigit():
        return float(text)
    try:
        if _SPECIAL.fullmatch(text):
            return float(text)
        if "_" in text:
            if _STRAY_UNDERSCORE.search(text):
                raise ValueError
            text = text.replace("_", "")
        if _HEXADECIMAL.fullmatch(text):
            return float.fromhex(text)
        if not text.isascii() or not _DECIMAL.fullmatch(text):
            raise ValueError
        value = float(text)
    except (ValueError, OverflowError):
        raise ValueError(f"strconv.ParseFloat: parsing {quote(text)}: invalid syntax") from None
    if math.isinf(value):
        raise ValueError(f'strconv.ParseFloat: parsing "{text}": value out of range')
    return value


def parse_int(text: str) -> int:
    """Return a decimal integer as strconv.Atoi reads it. Raises ValueError."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(f'strconv.Atoi: parsing "{text}": invalid syntax')
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError(f'strconv.Atoi: parsing "{text}": value out of range')
    return value


def parse_bytes(text: str) -> int:
    """Return a size such as 5KiB or "1.5 MB". Raises ValueError.

    >>> parse_bytes("1.5KiB"), parse_bytes("2 MB"), parse_bytes("7")
    (1536, 2000000, 7)
    """
    digits = re.match(r"[0-9.,]*", text)
    assert digits is not None
    number = parse_float(digits[0].replace(",", ""))
    unit = text[digits.end() :].strip().lower()
    if unit not in _UNITS:
        raise ValueError(f"unhandled size name: {unit}")
    value = number * _UNITS[unit]
    if value >= 2**64:
        raise ValueError(f"too large: {text}")
    return int(value)


def show_bytes(size: int) -> str:
    """Return a size as go-humanize writes it, without the space.

    >>> show_bytes(82854982), show_bytes(5), show_bytes(2500)
    ('83MB', '5B', '2.5kB')
    """
    if size < 10:
        return f"{size}B"
    power = min(int(math.log(size) / math.log(1000)), len(_SHOWN_UNITS) - 1)
    value = math.floor(size / 1000**power * 10 + 0.5) / 10
    digits = f"{value:.1f}" if value < 10 else f"{value:.0f}"
    return digits + _SHOWN_UNITS[power]


def _digits(value: float) -> tuple[str, str, int]:
    """Return sign, shortest digits and decimal exponent: 0.d1d2… times 10 to it."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    shift = int(exponent or 0) + len(whole)
    stripped = digits.lstrip("0")
    shift -= len(digits) - len(stripped)
    return sign, stripped.rstrip("0"), shift


def format_float(value: float, verb: str = "g") -> str:  # noqa: PLR0911 - one a kind
    """Return a number with as few digits as give it back: verbs f and g, as Go writes them.

    >>> format_float(1e6), format_float(0.000001), format_float(1e21, "f")
    ('1e+06', '1e-06', '1000000000000000000000')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, digits, shift = _digits(value)
    if verb == "f" or -4 <= shift - 1 < 6:
        if shift <= 0:
            return f"{sign}0.{'0' * -shift}{digits}"
        if shift >= len(digits):
            return sign + digits + "0" * (shift - len(digits))
        return f"{sign}{digits[:shift]}.{digits[shift:]}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    power = shift - 1
    return f"{sign}{digits[0]}{tail}e{'-' if power < 0 else '+'}{abs(power):02d}"
