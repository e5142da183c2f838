"""The command line of the musicians: what can be chosen, and what is wrong with it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from whiteroom_musicians.errors import UsageError
from whiteroom_musicians.plan import Habits

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([smhd])", re.ASCII)
MOST_MUSICIANS = 10_000
HIGHEST_RATE = 10_000.0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; --help lists the options")


def duration(text: str) -> float:
    """Return the seconds of ``30s``, ``10m``, ``1.5h`` or ``7d``."""
    match = _DURATION.fullmatch(text)
    if match is None or float(match[1]) == 0:
        expected = "expected a number above 0 with s, m, h or d, such as 30m"
        raise argparse.ArgumentTypeError(f"found {text!r}, {expected}")
    return float(match[1]) * _UNITS[match[2]]


class _Between:
    """A number in a range. ``above`` is outside of it, ``most`` inside."""

    def __init__(self, kind: type[int] | type[float], least: float, most: float) -> None:
        self._kind, self._least, self._most = kind, least, most

    def __call__(self, text: str) -> int | float:
        name = "a whole number" if self._kind is int else "a number"
        try:
            number = self._kind(text)
        except ValueError:
            number = None
        if number is None or not self._least <= number <= self._most:
            expected = f"expected {name} from {self._least:g} to {self._most:g}"
            raise argparse.ArgumentTypeError(f"found {text!r}, {expected}")
        return number


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the options. Raises UsageError, which says what was found and expected."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.url is None and options.control is None:
        parser.error("found neither --url nor --control, expected one: there is nothing to use")
    if options.stress is not None and options.url is None:
        parser.error(f"--stress {options.stress:g}: expected --url, too: it is a load on that")
    return options


def habits(options: argparse.Namespace) -> Habits:
    """Return how the musicians are to behave."""
    return Habits(
        musicians=options.musicians,
        rate=options.rate,
        seed=options.seed,
        day_s=options.day,
        wrong_passwords=options.wrong_passwords,
        faults=options.faults,
        engine=options.control is not None,
    )


def _parser() -> argparse.ArgumentParser:
    usual = Habits()
    share = _Between(float, 0, 1)
    parser = _Parser(prog="whiteroom_musicians", description="The people who use White Room.")
    add = parser.add_argument
    add("--url", help="the backend, http://HOST:PORT")
    add("--control", metavar="SOCKET", help="the engine's control socket")
    add("--musicians", type=_Between(int, 1, MOST_MUSICIANS), default=usual.musicians, metavar="N")
    add(
        *("--rate",),
        type=_Between(float, 0.01, HIGHEST_RATE),
        default=usual.rate,
        help="multiplies their visits (%(default)s)",
    )
    add("--seed", type=_Between(int, 0, 2**31), default=usual.seed, help="(%(default)s)")
    add("--day", type=duration, default=usual.day_s, help="how long 24 hours take (30m)")
    add("--for", dest="for_s", type=duration, metavar="TIME", help="end after it")
    add("--json", action="store_true", help="JSON lines at a terminal, too")
    add(
        "--wrong-passwords",
        type=share,
        default=usual.wrong_passwords,
        metavar="SHARE",
        help="of the log-ins, 0 to 1 (%(default)s)",
    )
    add("--faults", type=share, default=usual.faults, metavar="SHARE", help="of the visits")
    add(
        "--stress",
        type=_Between(float, 0.1, HIGHEST_RATE),
        metavar="PER_SECOND",
        help="instead: an even stream of so many requests, with a report at the end",
    )
    return parser
