"""Grafana's units: how a value is scaled, and what stands behind it.

A unit is a list of steps, from small to large: from ``at`` on, a value is divided by ``by`` and
followed by ``symbol``. The browser has the same rule for axes, tables and figures.
"""

from __future__ import annotations

from dataclasses import dataclass

_SI = ((1e-9, "n"), (1e-6, "µ"), (1e-3, "m"), (1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"))
_IEC = tuple((1024.0**power, prefix) for power, prefix in enumerate(("", "Ki", "Mi", "Gi", "Ti")))
_SHORT = ((1.0, ""), (1e3, " K"), (1e6, " Mil"), (1e9, " Bil"))
_LONG_TIMES = ((60.0, " min"), (3600.0, " h"), (86_400.0, " d"), (31_536_000.0, " y"))

Step = tuple[float, float, str]


@dataclass(frozen=True)
class Unit:
    """How values are written; ``steps`` are (at, by, symbol)."""

    steps: tuple[Step, ...]


def _prefixed(prefixes: tuple[tuple[float, str], ...], symbol: str) -> Unit:
    return Unit(tuple((at, at, f" {prefix}{symbol}") for at, prefix in prefixes))


def _plain(symbol: str, by: float = 1.0) -> Unit:
    return Unit(((0.0, by, symbol),))


def _counted(symbol: str) -> Unit:
    return Unit(tuple((at, at, f"{prefix} {symbol}") for at, prefix in _SHORT))


def _time(factor: float) -> Unit:
    """Return a unit of time of which a second has ``factor``."""
    small = tuple((at, f" {prefix}s") for at, prefix in _SI[:4])
    return Unit(tuple((at * factor, at * factor, symbol) for at, symbol in (*small, *_LONG_TIMES)))


_SI_LARGE = _SI[3:]
UNITS: dict[str, Unit] = {
    "none": _plain(""),
    "string": _plain(""),
    "short": Unit(tuple((at, at, prefix) for at, prefix in _SHORT)),
    "percent": _plain(" %"),
    "percentunit": _plain(" %", 0.01),
    "s": _time(1.0),
    "ms": _time(1e3),
    "µs": _time(1e6),
    "ns": _time(1e9),
    "dtdurations": _time(1.0),
    "bytes": _prefixed(_IEC, "B"),
    "decbytes": _prefixed(_SI_LARGE, "B"),
    "bits": _prefixed(_IEC, "b"),
    "decbits": _prefixed(_SI_LARGE, "b"),
    "binBps": _prefixed(_IEC, "B/s"),
    "Bps": _prefixed(_SI_LARGE, "B/s"),
    "bps": _prefixed(_SI_LARGE, "b/s"),
    "hertz": _prefixed(_SI_LARGE, "Hz"),
    "cps": _counted("c/s"),
    "ops": _counted("ops/s"),
    "reqps": _counted("req/s"),
    "rps": _counted("rd/s"),
    "wps": _counted("wr/s"),
    "iops": _counted("io/s"),
    "eps": _counted("evt/s"),
    "cpm": _counted("c/min"),
    "opm": _counted("ops/min"),
    "rpm": _counted("rd/min"),
    "wpm": _counted("wr/min"),
    "celsius": _plain(" °C"),
    "dB": _plain(" dB"),
    "bool": _plain(""),
    "bool_yes_no": _plain(""),
    "bool_on_off": _plain(""),
    "dateTimeAsIso": _plain(""),
    "dateTimeFromNow": _plain(""),
}
# What stands for 0, and for every other value.
WORDS = {"bool": ("False", "True"), "bool_yes_no": ("No", "Yes"), "bool_on_off": ("Off", "On")}
MOMENTS = ("dateTimeAsIso", "dateTimeFromNow")


def unit(name: str) -> Unit:
    """Return a unit; an unknown name is what stands behind the value, as in Grafana."""
    if name in UNITS:
        return UNITS[name]
    prefix, _, rest = name.partition(":")
    return _plain(f" {rest}" if prefix == "suffix" else f" {name}")
