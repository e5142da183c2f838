"""Songs as files: JSON, or a standard MIDI file of format 1.

The file has a tempo track and one track for each channel with an instrument, which holds one bar.
Standard MIDI Files 1.0 (RP-001), https://midi.org/standard-midi-files-specification
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from typing import Any

TICKS_PER_QUARTER = 480
BAR_QUARTERS = 4
VELOCITY = 80
DRUM_KIT = "drum-kit"
DRUM_CHANNEL = 10
DRUM_NOTE = 36  # bass drum 1, General MIDI's percussion map
OCTAVE_OF_MIDDLE_C = 60

_KEY = re.compile(r"([A-G])([#b♯♭]?) (major|minor)")
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Sharps of the major key on a note; flats are negative.
_SHARPS = {"C": 0, "D": 2, "E": 4, "F": -1, "G": 1, "A": 3, "B": 5}
_ALTERATIONS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}


def midi(song: dict[str, Any], programs: Mapping[str, int]) -> bytes:
    """Return the file of a song as ``Songs.open`` has it."""
    tracks = [_tempo_track(song)]
    tracks += [
        _channel_track(song["key"], channel["channel"], channel["instrument"], programs)
        for channel in song["channels"]
    ]
    header = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), TICKS_PER_QUARTER)
    return header + b"".join(tracks)


def _tempo_track(song: dict[str, Any]) -> bytes:
    quarter_us = round(60_000_000 / song["tempo_bpm"])
    events = _meta(0x03, song["title"].encode())
    events += _meta(0x51, quarter_us.to_bytes(3, "big"))
    events += _meta(0x58, bytes((BAR_QUARTERS, 2, 24, 8)))
    signature = _signature(song["key"])
    return _track(events + (_meta(0x59, signature) if signature else b""))


def _channel_track(key: str, channel: int, instrument: str, programs: Mapping[str, int]) -> bytes:
    """Drums belong on channel 10, wherever the song has them."""
    drums = instrument == DRUM_KIT
    number = (DRUM_CHANNEL if drums else channel) - 1
    note = DRUM_NOTE if drums else _tonic(key)
    events = _meta(0x03, instrument.encode())
    events += b"\0" + bytes((0xC0 | number, programs[instrument]))
    for _ in range(BAR_QUARTERS):
        events += b"\0" + bytes((0x90 | number, note, VELOCITY))
        events += _variable(TICKS_PER_QUARTER) + bytes((0x80 | number, note, 0))
    return _track(events)


def _track(events: bytes) -> bytes:
    content = events + _meta(0x2F, b"")
    return b"MTrk" + struct.pack(">I", len(content)) + content


def _meta(kind: int, content: bytes) -> bytes:
    return b"\0\xff" + bytes((kind,)) + _variable(len(content)) + content


def _variable(value: int) -> bytes:
    """Return a variable-length quantity: seven bits a byte, all but the last with the top bit."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def _tonic(key: str) -> int:
    """Return the note that a key is named after; C when it is named otherwise."""
    named = _KEY.fullmatch(key)
    if named is None:
        return OCTAVE_OF_MIDDLE_C
    return OCTAVE_OF_MIDDLE_C + _SEMITONES[named[1]] + _ALTERATIONS[named[2]]


def _signature(key: str) -> bytes | None:
    """Return the content of a key signature, None for a key that has none in MIDI."""
    named = _KEY.fullmatch(key)
    if named is None:
        return None
    minor = named[3] == "minor"
    sharps = _SHARPS[named[1]] + 7 * _ALTERATIONS[named[2]] - (3 if minor else 0)
    return struct.pack(">bB", sharps, minor) if -7 <= sharps <= 7 else None
