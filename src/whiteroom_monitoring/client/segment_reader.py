"""Reads one segment in plain Python: the independent reader of docs/reference/segment-format.md.

It exists so that the format is defined by its documentation and not by one implementation, and as
a tool for looking into a segment where nothing is compiled. It reads a single file; folding and
adding up several processes is the core's work.
"""

from __future__ import annotations

import fcntl
import itertools
import math
import os
import stat
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.client import segment_log
from whiteroom_monitoring.client.record_reader import RecordReader
from whiteroom_monitoring.client.segment_log import LogEvent
from whiteroom_monitoring.errors import MonitoringError

MAGIC = b"WRMSEG\r\n"
VERSION = 2
BYTE_ORDER = 0x01020304
HEADER = struct.Struct("8sII 3Q 2Q2Q 2Q 4I 64s Q")
CELLS_USED_AT = 80
REWRITES_AT = 168
BASE_KIND = 2
# A rewrite takes microseconds; whoever is stopped in the middle of one can't be waited for.
MOST_ATTEMPTS = 1000
BETWEEN_ATTEMPTS_S = 0.0001
RECORD = struct.Struct("I2H")
FAMILY = struct.Struct("I2H 4B I2HI")
SERIES = struct.Struct("I2H 2I 2HI")
FAMILY_KIND, SERIES_KIND = 1, 2
TYPES = {1: "counter", 2: "gauge", 3: "histogram", 4: "summary", 5: "info"}
UNSIGNED, SIGNED, DOUBLE = 1, 2, 3
SCALES = (1, 1_000_000_000)
UNSET = 0x7FF457524D554E53
LIVE = 1
HAS_EXEMPLARS = 1
# Cells of an exemplar: value, Unix time in ns, trace id in two, span id, check.
EXEMPLAR_CELLS = 6


class SegmentError(MonitoringError):
    """A segment that can't be read; the text says where and why."""


@dataclass(frozen=True)
class Family:
    """A family as the segment describes it; a label without values is open."""

    name: str
    help: str
    type: str
    number: int
    scale: int
    labels: tuple[tuple[str, tuple[str, ...]], ...]
    bounds: tuple[float, ...]
    has_exemplars: bool = False

    @property
    def values(self) -> int:
        """Cells of one series' values."""
        return {"histogram": len(self.bounds) + 2, "summary": 2}.get(self.type, 1)

    @property
    def group(self) -> int:
        """Cells of one series, exemplars included: one, or one for each bucket."""
        slots = len(self.bounds) + 1 if self.type == "histogram" else 1
        return self.values + (slots * EXEMPLAR_CELLS if self.has_exemplars else 0)

    @property
    def groups(self) -> int:
        """Combinations of the closed labels."""
        return math.prod(max(1, len(values)) for _, values in self.labels)


@dataclass
class Segment:
    """What a segment holds: families by name, and the cells of each by open label values.

    ``log`` are the events that wait in its ring, in order.
    """

    program: str
    families: dict[str, Family] = field(default_factory=dict)
    series: dict[str, dict[tuple[str, ...], list[int]]] = field(default_factory=dict)
    log: list[LogEvent] = field(default_factory=list)


def read(path: Path) -> Segment:
    """Return what the segment at ``path`` holds now. Raises SegmentError."""
    try:
        return _read(path)
    except OSError as error:
        raise SegmentError(f"{path}: {error.strerror}") from error
    except (struct.error, UnicodeDecodeError, IndexError, KeyError) as error:
        raise SegmentError(f"{path}: is damaged: {error}") from error


def _read(path: Path) -> Segment:
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise SegmentError(f"{path}: is no file")
        for _ in range(MOST_ATTEMPTS):
            segment, is_whole = _read_once(path, file)
            # What a killed process was writing is free or whole, and nobody goes on with it.
            if is_whole or _nobody_writes(file):
                return segment if is_whole else _read_once(path, file)[0]
            time.sleep(BETWEEN_ATTEMPTS_S)
    finally:
        os.close(file)
    raise SegmentError(f"{path}: is being rewritten")


def _nobody_writes(file: int) -> bool:
    """Return whether the process that writes a segment has ended; its lock tells."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def _read_once(path: Path, file: int) -> tuple[Segment, bool]:
    """Return what the file holds, and whether no record became another series' meanwhile."""
    header = os.pread(file, HEADER.size, 0)
    if len(header) < HEADER.size:
        raise SegmentError(f"{path}: is shorter than a segment's header")
    magic, version, order, *numbers, program, rewrites = HEADER.unpack(header)
    if (magic, version, order) != (MAGIC, VERSION, BYTE_ORDER):
        raise SegmentError(f"{path}: is no segment of version {VERSION} of this machine")
    _, _, _, records_at, _, cells_at, _, records_used, _, _, kind, *_ = numbers
    # Again, now that the length of the records is known: one read's values need not have been
    # there together, and the cells of a record are in use before the record counts.
    (cells_used,) = struct.unpack("=Q", os.pread(file, 8, CELLS_USED_AT))
    size = os.fstat(file).st_size
    if max(records_at + records_used, cells_at + cells_used) > size:
        raise SegmentError(f"{path}: is damaged: its header speaks of more than {size} bytes")
    records = os.pread(file, records_used, records_at)
    cells = os.pread(file, cells_used, cells_at)
    if len(records) != records_used or len(cells) != cells_used:
        raise SegmentError(f"{path}: was truncated while it was read")
    # A base is never rewritten; one of an older version has its records there.
    is_whole = kind == BASE_KIND or (
        rewrites % 2 == 0 and os.pread(file, 8, REWRITES_AT) == struct.pack("=Q", rewrites)
    )
    segment = Segment(program.rstrip(b"\0").decode())
    if is_whole or _nobody_writes(file):
        numbers_of_cells = struct.unpack(f"{len(cells) // 8}Q", cells)
        _read_records(segment, records, numbers_of_cells)
        segment.log = segment_log.waiting(records, numbers_of_cells)
    return segment, is_whole


def _read_records(segment: Segment, records: bytes, cells: tuple[int, ...]) -> None:
    families: list[Family] = []
    offset = 0
    while offset < len(records):
        length, kind, _ = RECORD.unpack_from(records, offset)
        if length < RECORD.size or length % 8 or offset + length > len(records):
            raise struct.error(f"a record at {offset} has {length} bytes")
        record = records[offset : offset + length]
        if kind == FAMILY_KIND:
            families.append(_family(record))
            if families[-1].name in segment.families:
                raise struct.error(f"{families[-1].name} is described twice")
            segment.families[families[-1].name] = families[-1]
        elif kind == SERIES_KIND:
            _add_series(segment, families, record, cells)
        offset += length


def _family(record: bytes) -> Family:
    _, _, _, kind, number, _, _, scale, labels, bounds, flags = FAMILY.unpack_from(record)
    if scale not in SCALES or number not in (UNSIGNED, SIGNED, DOUBLE):
        raise struct.error(f"a family has scale {scale} and number {number}")
    if flags & ~HAS_EXEMPLARS or (flags and TYPES[kind] not in ("counter", "histogram")):
        raise struct.error(f"a {TYPES[kind]} has flags {flags}")
    limits = struct.unpack_from(f"={bounds}d", record, FAMILY.size)
    reader = RecordReader(record, FAMILY.size + 8 * bounds)
    name, help_text, _unit = reader.text("I"), reader.text("I"), reader.text("I")
    described = []
    for _ in range(labels):
        label = reader.text("I")
        reader.number("I")
        values = tuple(reader.text("I") for _ in range(reader.number("I")))
        described.append((label, values))
    return Family(
        name, help_text, TYPES[kind], number, scale, tuple(described), limits, bool(flags)
    )


def _add_series(
    segment: Segment, families: list[Family], record: bytes, cells: tuple[int, ...]
) -> None:
    _, _, index, first, state, _, shards, apart = SERIES.unpack_from(record)
    family = families[index]
    is_level = family.type in {"gauge", "info"}
    if is_level and state != LIVE:
        return
    count = family.group * family.groups
    if not shards or first + (shards - 1) * apart + count > len(cells):
        raise struct.error(f"a series of {family.name} has no cells")
    reader = RecordReader(record, SERIES.size)
    values = tuple(reader.text("H") for _, known in family.labels if not known)
    known_series = segment.series.setdefault(family.name, {})
    total = known_series.setdefault(values, [0] * count)
    for shard, cell in itertools.product(range(shards), range(count)):
        # A gauge of several instances would need its aggregation, exemplars the newer one: only
        # the core does that.
        total[cell] = (total[cell] + cells[first + shard * apart + cell]) % 2**64


def expose(segment: Segment) -> str:
    """Return the segment's metrics in text format 0.0.4, as the core writes them."""
    return "".join(_expose_family(segment, name) for name in sorted(segment.families))


def _expose_family(segment: Segment, name: str) -> str:
    family = segment.families[name]
    lines = [
        line
        for values, cells in segment.series.get(name, {}).items()
        for group, labels in enumerate(_label_sets(family, values))
        for line in _samples(family, labels, cells[group * family.group :][: family.values])
    ]
    if not lines:
        return ""
    kind = "gauge" if family.type == "info" else family.type
    text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    return f"# HELP {name} {text}\n# TYPE {name} {kind}\n{''.join(lines)}"


def _label_sets(family: Family, open_values: tuple[str, ...]) -> Iterator[str]:
    values = iter(open_values)
    choices = [known or (next(values),) for _, known in family.labels]
    for chosen in itertools.product(*choices):
        pairs = zip(family.labels, chosen, strict=True)
        yield ",".join(f'{label}="{_escaped(value)}"' for (label, _), value in pairs)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _samples(family: Family, labels: str, cells: list[int]) -> Iterator[str]:
    name = family.name
    braces = f"{{{labels}}}" if labels else ""
    if family.type == "histogram":
        counts = itertools.accumulate(cells[:-1])
        comma = "," if labels else ""
        for bound, count in zip([*family.bounds, math.inf], counts, strict=True):
            yield f'{name}_bucket{{{labels}{comma}le="{_bound_text(bound)}"}} {count}\n'
        yield f"{name}_sum{braces} {_number(cells[-1], SIGNED, family.scale)}\n"
        yield f"{name}_count{braces} {sum(cells[:-1])}\n"
    elif family.type == "summary":
        yield f"{name}_sum{braces} {_number(cells[1], SIGNED, family.scale)}\n"
        yield f"{name}_count{braces} {cells[0]}\n"
    elif cells[0] or (family.number != DOUBLE and family.type != "info"):
        yield f"{name}{braces} {_number(cells[0], family.number, family.scale)}\n"


def _number(cell: int, number: int, scale: int) -> str:
    if number == DOUBLE:
        (value,) = struct.unpack("d", struct.pack("Q", cell ^ UNSET))
        return double_text(value)
    sign = ""
    if number == SIGNED and cell >= 2**63:
        sign, cell = "-", 2**64 - cell
    quotient, fraction = divmod(cell, scale)
    return f"{sign}{quotient}" + (f".{fraction:09}".rstrip("0") if fraction else "")


def _bound_text(bound: float) -> str:
    text = double_text(bound)
    return text if set(text) & set(".eI") else f"{text}.0"


def double_text(value: float) -> str:
    """Return the shortest decimal that reads back as ``value``.

    >>> double_text(0.1), double_text(3.0), double_text(math.inf)
    ('0.1', '3', '+Inf')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value).removesuffix(".0")
