"""Grafana's units: how a value is scaled, and what stands before or behind it.

A unit is a list of steps, from small to large: from ``at`` on, a value is divided by ``by`` and
followed by ``symbol``. The browser has the same rule for axes, tables and figures.
Source: packages/grafana-data/src/valueFormats/categories.ts of Grafana.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

_SI = ("f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y")
_ONE = _SI.index("")
_IEC = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_NUMBERS = ("", " K", " Mil", " Bil", " Tri", " Quadr", " Quint", " Sext", " Sept")
_MINUTE_S, _HOUR_S, _DAY_S, _YEAR_S = 60.0, 3600.0, 86_400.0, 31_536_000.0
_SMALL_TIMES = ((1e-9, " ns"), (1e-6, " µs"), (1e-3, " ms"), (1.0, " s"))
_LONG_TIMES = ((_MINUTE_S, " min"), (_HOUR_S, " h"), (_DAY_S, " d"), (_YEAR_S, " y"))

Step = tuple[float, float, str]


@dataclass(frozen=True)
class Unit:
    """How values are written; ``steps`` are (at, by, symbol), ``prefix`` stands before the value.

    ``style`` names another way of writing: a moment, a duration, a number of another base. A value
    is multiplied by ``factor`` before, so that moments are milliseconds and durations seconds.
    """

    steps: tuple[Step, ...]
    prefix: str = ""
    style: str = ""
    factor: float = 1.0
    words: tuple[str, str] | None = None


def _plain(symbol: str, by: float = 1.0) -> Unit:
    return Unit(((0.0, by, symbol),))


def _fixed(symbol: str) -> Unit:
    return _plain(f" {symbol}" if symbol else "")


def _si(symbol: str, power: int = 0, *, small: bool = True) -> Unit:
    """Return a unit that values are in thousands to ``power`` of; scaled by powers of 1000."""
    steps = [
        (1000.0 ** (index - _ONE - power), f" {prefix}{symbol}")
        for index, prefix in enumerate(_SI)
        if small or index >= _ONE
    ]
    return Unit(tuple((at, at, text) for at, text in steps))


def _iec(symbol: str, power: int = 0) -> Unit:
    steps = [(1024.0 ** (index - power), f" {prefix}{symbol}") for index, prefix in enumerate(_IEC)]
    return Unit(tuple((at, at, text) for at, text in steps))


def _counted(symbol: str) -> Unit:
    return Unit(
        tuple((1000.0**n, 1000.0**n, f"{prefix} {symbol}") for n, prefix in enumerate(_NUMBERS))
    )


def _time(a_second: float) -> Unit:
    """Return a unit of time of which a second has ``a_second``."""
    steps = (*_SMALL_TIMES, *_LONG_TIMES)
    return Unit(tuple((at * a_second, at * a_second, symbol) for at, symbol in steps))


def _currency(symbol: str, *, behind: bool = False) -> Unit:
    steps = tuple(
        (1000.0**n, 1000.0**n, f"{prefix} {symbol}" if behind else prefix)
        for n, prefix in enumerate(("", "K", "M", "B", "T"))
    )
    return Unit(steps, prefix="" if behind else symbol)


def _styled(style: str, factor: float = 1.0) -> Unit:
    return Unit(((0.0, 1.0, ""),), style=style, factor=factor)


def _words(other: str, zero: str) -> Unit:
    return replace(_plain(""), words=(zero, other))


_FIXED = {
    "humidity": "%H",
    "pixel": "px",
    "accMS2": "m/sec²",
    "accFS2": "f/sec²",
    "accG": "g",
    "degree": "°",
    "radian": "rad",
    "grad": "grad",
    "arcmin": "arcmin",
    "arcsec": "arcsec",
    "areaM2": "m²",
    "areaF2": "ft²",
    "areaMI2": "mi²",
    "acres": "ac",
    "hectares": "ha",
    "ppm": "ppm",
    "conppb": "ppb",
    "conngm3": "ng/m³",
    "conngNm3": "ng/Nm³",
    "conμgm3": "μg/m³",
    "conμgNm3": "μg/Nm³",
    "conmgm3": "mg/m³",
    "conmgNm3": "mg/Nm³",
    "congm3": "g/m³",
    "congNm3": "g/Nm³",
    "conmgdL": "mg/dL",
    "conmmolL": "mmol/L",
    "Wm2": "W/m²",
    "flowgpm": "gpm",
    "flowcms": "cms",
    "flowcfs": "cfs",
    "flowcfm": "cfm",
    "litreh": "L/h",
    "flowlpm": "L/min",
    "flowmlpm": "mL/min",
    "lux": "lux",
    "masst": "t",
    "masslb": "lb",
    "lengthin": "in",
    "lengthft": "ft",
    "lengthmi": "mi",
    "pressurehpa": "hPa",
    "pressurekpa": "kPa",
    "pressurehg": '"Hg',
    "rotrpm": "rpm",
    "rotrads": "rad/s",
    "rotdegs": "°/s",
    "celsius": "°C",
    "dB": "dB",
    "fahrenheit": "°F",
    "farenheit": "°F",
    "kelvin": "K",
    "velocityms": "m/s",
    "velocitykmh": "km/h",
    "velocitymph": "mph",
    "velocityknot": "kn",
    "m3": "m³",
    "Nm3": "Nm³",
    "dm3": "dm³",
    "gallons": "gal",
}
# The symbol, and in which power of 1000 of it values are.
_SCALED = {
    "flops": ("FLOP/s", 0),
    "mflops": ("FLOP/s", 2),
    "gflops": ("FLOP/s", 3),
    "tflops": ("FLOP/s", 4),
    "pflops": ("FLOP/s", 5),
    "eflops": ("FLOP/s", 6),
    "zflops": ("FLOP/s", 7),
    "yflops": ("FLOP/s", 8),
    "hertz": ("Hz", 0),
    "rothz": ("Hz", 0),
    "rotkhz": ("Hz", 1),
    "rotmhz": ("Hz", 2),
    "rotghz": ("Hz", 3),
    "watt": ("W", 0),
    "kwatt": ("W", 1),
    "megwatt": ("W", 2),
    "gwatt": ("W", 3),
    "mwatt": ("W", -1),
    "voltamp": ("VA", 0),
    "kvoltamp": ("VA", 1),
    "voltampreact": ("VAr", 0),
    "kvoltampreact": ("VAr", 1),
    "watth": ("Wh", 0),
    "watthperkg": ("Wh/kg", 0),
    "kwatth": ("Wh", 1),
    "kwattm": ("W-Min", 1),
    "mwatth": ("Wh", 2),
    "amph": ("Ah", 0),
    "kamph": ("Ah", 1),
    "mamph": ("Ah", -1),
    "joule": ("J", 0),
    "ev": ("eV", 0),
    "amp": ("A", 0),
    "kamp": ("A", 1),
    "mamp": ("A", -1),
    "volt": ("V", 0),
    "kvolt": ("V", 1),
    "mvolt": ("V", -1),
    "dBm": ("dBm", 0),
    "ohm": ("Ω", 0),
    "mohm": ("Ω", -1),
    "kohm": ("Ω", 1),
    "Mohm": ("Ω", 2),
    "farad": ("F", 0),
    "µfarad": ("F", -2),
    "nfarad": ("F", -3),
    "pfarad": ("F", -4),
    "ffarad": ("F", -5),
    "henry": ("H", 0),
    "mhenry": ("H", -1),
    "µhenry": ("H", -2),
    "lumens": ("Lm", 0),
    "forceNm": ("Nm", 0),
    "forcekNm": ("Nm", 1),
    "forceN": ("N", 0),
    "forcekN": ("N", 1),
    "Hs": ("H/s", 0),
    "KHs": ("H/s", 1),
    "MHs": ("H/s", 2),
    "GHs": ("H/s", 3),
    "THs": ("H/s", 4),
    "PHs": ("H/s", 5),
    "EHs": ("H/s", 6),
    "massmg": ("g", -1),
    "massg": ("g", 0),
    "masskg": ("g", 1),
    "lengthmm": ("m", -1),
    "lengthm": ("m", 0),
    "lengthkm": ("m", 1),
    "pressurembar": ("bar", -1),
    "pressurebar": ("bar", 0),
    "pressurekbar": ("bar", 1),
    "pressurepa": ("Pa", 0),
    "radbq": ("Bq", 0),
    "radci": ("Ci", 0),
    "radgy": ("Gy", 0),
    "radrad": ("rad", 0),
    "radsv": ("Sv", 0),
    "radmsv": ("Sv", -1),
    "radusv": ("Sv", -2),
    "radrem": ("rem", 0),
    "radexpckg": ("C/kg", 0),
    "radr": ("R", 0),
    "radsvh": ("Sv/h", 0),
    "radmsvh": ("Sv/h", -1),
    "radusvh": ("Sv/h", -2),
    "mlitre": ("L", -1),
    "litre": ("L", 0),
}
_DATA = {
    "decbits": ("b", 0),
    "decbytes": ("B", 0),
    "deckbytes": ("B", 1),
    "decmbytes": ("B", 2),
    "decgbytes": ("B", 3),
    "dectbytes": ("B", 4),
    "decpbytes": ("B", 5),
    "pps": ("p/s", 0),
    "Bps": ("B/s", 0),
    "KBs": ("B/s", 1),
    "MBs": ("B/s", 2),
    "GBs": ("B/s", 3),
    "TBs": ("B/s", 4),
    "PBs": ("B/s", 5),
    "bps": ("b/s", 0),
    "Kbits": ("b/s", 1),
    "Mbits": ("b/s", 2),
    "Gbits": ("b/s", 3),
    "Tbits": ("b/s", 4),
    "Pbits": ("b/s", 5),
}
_BINARY = {
    "bits": ("b", 0),
    "bytes": ("B", 0),
    "kbytes": ("B", 1),
    "mbytes": ("B", 2),
    "gbytes": ("B", 3),
    "tbytes": ("B", 4),
    "pbytes": ("B", 5),
    "binBps": ("B/s", 0),
    "binbps": ("b/s", 0),
    "KiBs": ("B/s", 1),
    "MiBs": ("B/s", 2),
    "GiBs": ("B/s", 3),
    "TiBs": ("B/s", 4),
    "PiBs": ("B/s", 5),
    "Kibits": ("b/s", 1),
    "Mibits": ("b/s", 2),
    "Gibits": ("b/s", 3),
    "Tibits": ("b/s", 4),
    "Pibits": ("b/s", 5),
}
_COUNTS = {
    "cps": "c/s",
    "ops": "ops/s",
    "reqps": "req/s",
    "rps": "rd/s",
    "wps": "wr/s",
    "iops": "io/s",
    "eps": "evt/s",
    "mps": "msg/s",
    "recps": "rec/s",
    "rowsps": "rows/s",
    "cpm": "c/min",
    "opm": "ops/min",
    "rpm": "rd/min",
    "wpm": "wr/min",
    "mpm": "msg/min",
    "epm": "evt/min",
    "recpm": "rec/min",
    "rowspm": "rows/min",
    "reqpm": "req/min",
}
_CURRENCIES = {
    "USD": "$",
    "GBP": "£",
    "EUR": "€",
    "JPY": "¥",
    "RUB": "₽",
    "UAH": "₴",
    "BRL": "R$",
    "CZK": "czk",
    "CHF": "CHF",
    "PLN": "PLN",
    "BTC": "฿",
    "mBTC": "mBTC",
    "μBTC": "μBTC",
    "ZAR": "R",
    "INR": "₹",
    "KRW": "₩",
    "IDR": "Rp",
    "PHP": "PHP",
    "VND": "đ",
    "TRY": "₺",
    "MYR": "RM",
    "XPF": "XPF",
    "BGN": "BGN",
    "PYG": "₲",
    "UYU": "UYU",
    "ILS": "₪",
}
_CROWNS = ("DKK", "ISK", "NOK", "SEK")
MOMENTS = (
    *("dateTimeAsIso", "dateTimeAsIsoNoDateIfToday", "dateTimeAsUS", "dateTimeAsUSNoDateIfToday"),
    *("dateTimeAsLocal", "dateTimeAsLocalNoDateIfToday", "dateTimeAsSystem", "dateTimeFromNow"),
)
UNITS: dict[str, Unit] = {
    "none": _plain(""),
    "string": _plain(""),
    "short": Unit(tuple((1000.0**n, 1000.0**n, p) for n, p in enumerate(_NUMBERS))),
    "sishort": _si(""),
    "percent": _plain(" %"),
    "percentunit": _plain(" %", 0.01),
    **{name: _fixed(symbol) for name, symbol in _FIXED.items()},
    **{name: _si(symbol, power) for name, (symbol, power) in _SCALED.items()},
    **{name: _si(symbol, power, small=False) for name, (symbol, power) in _DATA.items()},
    **{name: _iec(symbol, power) for name, (symbol, power) in _BINARY.items()},
    **{name: _counted(symbol) for name, symbol in _COUNTS.items()},
    **{f"currency{name}": _currency(symbol) for name, symbol in _CURRENCIES.items()},
    **{f"currency{name}": _currency("kr", behind=True) for name in _CROWNS},
    "s": _time(1.0),
    "ms": _time(1e3),
    "µs": _time(1e6),
    "ns": _time(1e9),
    "m": _time(1 / _MINUTE_S),
    "h": _time(1 / _HOUR_S),
    "d": _time(1 / _DAY_S),
    "timeticks": _time(100.0),
    "dtdurations": _time(1.0),
    "dtdurationms": _time(1e3),
    "dthms": _styled("hms"),
    "dtdhms": _styled("dhms"),
    "clocks": _styled("clock"),
    "clockms": _styled("clock", 1e-3),
    "hex": _styled("hex"),
    "hex0x": _styled("hex0x"),
    "sci": _styled("sci"),
    "locale": _styled("locale"),
    "pressurepsi": Unit(((0.0, 1.0, " psi"), (1e3, 1e3, " ksi"), (1e6, 1e6, " Mpsi"))),
    **{name: _styled(name) for name in MOMENTS},
    "bool": _words("True", "False"),
    "bool_yes_no": _words("Yes", "No"),
    "bool_on_off": _words("On", "Off"),
}


def unit(name: str) -> Unit:
    """Return a unit; an unknown name is what stands behind the value, as in Grafana."""
    if name in UNITS:
        return UNITS[name]
    kind, colon, rest = name.partition(":")
    return (colon and _composed(kind, rest)) or _plain(f" {name}")


def _composed(kind: str, rest: str) -> Unit | None:
    """Return the unit of such as ``suffix:beats``, None where there is no such kind."""
    make = _COMPOSED.get(kind)
    return make(rest) if make else None


def _si_prefixed(rest: str) -> Unit:
    has_prefix = len(rest) > 1 and rest[0] in _SI
    return _si(rest[1:], _SI.index(rest[0]) - _ONE) if has_prefix else _si(rest)


def _either(rest: str) -> Unit:
    other, slash, zero = rest.partition("/")
    return _words(other, zero if slash else "-")


_COMPOSED: Mapping[str, Callable[[str], Unit]] = {
    "suffix": lambda rest: _plain(f" {rest}"),
    "prefix": lambda rest: replace(_plain(""), prefix=rest),
    "count": _counted,
    "currency": lambda rest: _currency(rest.removeprefix("financial:")),
    "time": lambda rest: _styled(f"time:{rest}"),
    "si": _si_prefixed,
    "bool": _either,
}
