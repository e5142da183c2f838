"""The base units of Prometheus that White Room uses, and what to use instead of others.

Source: https://prometheus.io/docs/practices/naming/#base-units; `frames` (of audio or video) and
`hertz` are White Room's.
"""

from __future__ import annotations

BASE_UNITS = ("seconds", "bytes", "ratio", "hertz", "frames")

_INSTEAD = {
    "seconds": (
        "second sec secs s milliseconds millisecond millis msec ms microseconds micros us "
        "nanoseconds nanos ns minutes minute min mins hours hour days day"
    ),
    "bytes": (
        "byte kilobytes kb kib megabytes mb mib gigabytes gb gib terabytes tb bits bit kbytes "
        "mbytes octets"
    ),
    "ratio": "percent percentage pct ratios fraction permille",
    "hertz": "hz khz kilohertz mhz megahertz ghz",
    "frames": "frame kiloframes",
}

# Unit that is not a base unit: the base unit to use instead.
INSTEAD = {word: unit for unit, words in _INSTEAD.items() for word in words.split()}
