"""Standard MIDI files, and identifiers."""

from __future__ import annotations

import pytest
from whiteroom_backend import exports, identifiers

PROGRAMS = {"piano": 0, "cello": 42, "drum-kit": 0}


def parsed(data):
    """Return the tracks of a MIDI file: for each, its events as (time, kind, content)."""
    assert data[:8] == b"MThd\0\0\0\6"
    form, count, division = (int.from_bytes(data[i : i + 2], "big") for i in (8, 10, 12))
    assert (form, division) == (1, 480)
    tracks, rest = [], data[14:]
    while rest:
        assert rest[:4] == b"MTrk"
        length = int.from_bytes(rest[4:8], "big")
        tracks.append(list(events(rest[8 : 8 + length])))
        rest = rest[8 + length :]
    assert len(tracks) == count
    return tracks


def events(data):
    """Yield the events of a track, which ends with its end."""
    place, time = 0, 0
    while place < len(data):
        delta, place = quantity(data, place)
        time += delta
        kind = data[place]
        if kind == 0xFF:
            length, begin = quantity(data, place + 2)
            yield time, f"meta {data[place + 1]:02x}", data[begin : begin + length]
            place = begin + length
        else:
            size = 1 if kind >> 4 == 0xC else 2
            yield time, f"{kind:02x}", data[place + 1 : place + 1 + size]
            place += 1 + size
    assert place == len(data)


def quantity(data, place):
    """Return a variable-length quantity, and where it ends."""
    value = 0
    while True:
        value = value << 7 | data[place] & 0x7F
        place += 1
        if data[place - 1] < 0x80:
            return value, place


def exported(title="Glass", tempo_bpm=120, key="A minor", channels=()):
    """Return the tracks of a song's file."""
    given = [{"channel": number, "instrument": name} for number, name in channels]
    song = {"title": title, "tempo_bpm": tempo_bpm, "key": key, "channels": given}
    return parsed(exports.midi(song, PROGRAMS))


@pytest.mark.parametrize("tempo_bpm", [20, 97.5, 120, 400])
def test_tempo(tempo_bpm):
    """The first track has the song's tempo, to a microsecond for each quarter."""
    events = {kind: content for _, kind, content in exported(tempo_bpm=tempo_bpm)[0]}
    assert int.from_bytes(events["meta 51"], "big") == round(60e6 / tempo_bpm)


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        ("C major", b"\0\0"),
        ("A minor", b"\0\1"),
        ("F# minor", b"\3\1"),
        ("E♭ major", b"\xfd\0"),
        ("C# major", b"\7\0"),
        ("D# major", None),
        ("blue", None),
    ],
)
def test_key(key, signature):
    """A key that MIDI has is in the first track; another one is left out."""
    events = {kind: content for _, kind, content in exported(key=key)[0]}
    assert events.get("meta 59") == signature


def test_tracks():
    """Each channel with an instrument has a track with its program; drums are on channel 10."""
    tracks = exported(channels=[(1, "piano"), (2, "cello"), (3, "drum-kit")])
    programs = [event[1:] for track in tracks[1:] for event in track if event[1][0] == "c"]
    assert programs == [("c0", b"\0"), ("c1", b"\x2a"), ("c9", b"\0")]
    for track in tracks:
        assert track[-1][1:] == ("meta 2f", b"")
    for track in tracks[1:]:
        on = [time for time, kind, _ in track if kind[0] == "9"]
        off = [time for time, kind, _ in track if kind[0] == "8"]
        assert (on, off) == ([0, 480, 960, 1440], [480, 960, 1440, 1920])


def test_long_title():
    """A title of any length is the first track's name."""
    assert exported(title="ü" * 200)[0][0] == (0, "meta 03", ("ü" * 200).encode())


def test_identifiers_sort():
    """Identifiers are UUIDs of version 7, each larger than the one before."""
    made = [identifiers.new() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert {(identifier.version, identifier.variant) for identifier in made} == {
        (7, "specified in RFC 4122")
    }
