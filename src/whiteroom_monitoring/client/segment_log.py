"""Reads the log of a segment: the independent reader of its ring of events."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from whiteroom_monitoring.client.record_reader import RecordReader

RECORD = struct.Struct("I2H")
RING = struct.Struct("I2H 2I")
EVENT = struct.Struct("I2H I 2B H")
TEXT = struct.Struct("I2H 2I")
RING_KIND, EVENT_KIND, TEXT_KIND = 6, 7, 8
NEXT, DRAINED, SLOTS = 0, 8, 16
TIME, VALUES, SLOT_CELLS = 1, 2, 8
INTEGER, FLOAT, CHOICE, TEXT_FIELD = 1, 2, 3, 4
LEVELS = {1: "debug", 2: "info", 3: "warn", 4: "error"}
OTHER = "other"

Value = int | float | str


@dataclass(frozen=True)
class LogEvent:
    """An event that waits in the ring; ``monotonic_ns`` is a time of the monotonic clock."""

    sequence: int
    name: str
    level: str
    message: str
    monotonic_ns: int
    fields: dict[str, Value]


@dataclass(frozen=True)
class _Field:
    name: str
    type: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class _Event:
    name: str
    level: str
    message: str
    fields: tuple[_Field, ...]


UNDECLARED = _Event("undeclared", "warn", "an event of a domain that is not declared", ())


@dataclass
class _Log:
    ring: tuple[int, int] | None = None  # its first cell, and how many slots it has
    events: dict[int, _Event] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)


def waiting(records: bytes, cells: tuple[int, ...]) -> list[LogEvent]:
    """Return the events in the ring that nobody has taken out, up to the first unfinished one."""
    log = _described(records)
    if log.ring is None:
        return []
    first, capacity = log.ring
    ring = cells[first : first + SLOTS + capacity * SLOT_CELLS]
    events = []
    for place in range(ring[DRAINED], min(ring[NEXT], ring[DRAINED] + capacity)):
        at = SLOTS + place % capacity * SLOT_CELLS
        slot = ring[at : at + SLOT_CELLS]
        if slot[0] >> 32 != (place + 1) % 2**32:
            break
        events.append(_event(log, place + 1, slot))
    return events


def _event(log: _Log, sequence: int, slot: tuple[int, ...]) -> LogEvent:
    event = log.events.get(slot[0] % 2**32, UNDECLARED)
    fields = {
        part.name: _value(log, part, bits)
        for part, bits in zip(event.fields, slot[VALUES:], strict=False)
    }
    return LogEvent(sequence, event.name, event.level, event.message, slot[TIME], fields)


def _value(log: _Log, part: _Field, bits: int) -> Value:
    if part.type == INTEGER:
        return bits - 2**64 if bits >= 2**63 else bits
    if part.type == FLOAT:
        (number,) = struct.unpack("d", struct.pack("Q", bits))
        return float(number)
    if part.type == CHOICE:
        return part.values[bits] if bits < len(part.values) else OTHER
    if part.type == TEXT_FIELD:
        return log.texts.get(bits, OTHER)
    return f"{bits:016x}"


def _described(records: bytes) -> _Log:
    log = _Log()
    for kind, record in _records(records):
        if kind == RING_KIND:
            _, _, _, cell, capacity = RING.unpack_from(record)
            log.ring = (cell, capacity)
        elif kind == EVENT_KIND:
            _, _, _, number, level, fields, _ = EVENT.unpack_from(record)
            reader = RecordReader(record, EVENT.size)
            name, message = reader.text("I"), reader.text("I")
            parts = tuple(_field(reader) for _ in range(fields))
            log.events[number] = _Event(name, LEVELS[level], message, parts)
        elif kind == TEXT_KIND:
            _, _, _, number, _ = TEXT.unpack_from(record)
            log.texts[number] = RecordReader(record, TEXT.size).text("I")
    return log


def _field(reader: RecordReader) -> _Field:
    kind = reader.number("I")
    name, _unit = reader.text("I"), reader.text("I")
    return _Field(name, kind, tuple(reader.text("I") for _ in range(reader.number("I"))))


def _records(records: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset < len(records):
        length, kind, _ = RECORD.unpack_from(records, offset)
        yield kind, records[offset : offset + length]
        offset += length
