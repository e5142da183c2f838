"""What programs that are not ours expose: recorded names, types and labels, no values.

A vocabulary file has one line for each family: name, type, and its label names, separated by
spaces; `datasources.vocabulary` records one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace

TYPES = ("counter", "gauge", "histogram", "summary", "untyped")

# Added by the exposition to the parts of histograms and summaries.
_PART_LABELS = frozenset({"le", "quantile"})
_PART_SUFFIXES = ("_bucket", "_sum", "_count")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*"')
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})?\s")


@dataclass(frozen=True, order=True)
class Family:
    """One family that a program exposes; ``labels`` without those of buckets and quantiles."""

    name: str
    type: str
    labels: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.name, self.type, *self.labels))

    @classmethod
    def parse(cls, line: str) -> Family:
        """Return the family of a line of a vocabulary file. Raises ValueError.

        >>> Family.parse("a_total counter b")
        Family(name='a_total', type='counter', labels=('b',))
        """
        words = line.split()
        if len(words) < 2 or words[1] not in TYPES:
            raise ValueError(f"found {line!r}, expected a name, a type and labels")
        return cls(words[0], words[1], tuple(words[2:]))


def families(exposition: str) -> list[Family]:
    """Return the families of a text exposition (format 0.0.4), sorted by name.

    >>> families('# TYPE a_total counter\\na_total{b="c"} 1\\n')
    [Family(name='a_total', type='counter', labels=('b',))]
    """
    types: dict[str, str] = {}
    labels: dict[str, set[str]] = {}
    for line in exposition.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(maxsplit=3)
            types[name] = kind
        elif sample := _SAMPLE.match(line):
            name = _family_name(sample[1], types)
            labels.setdefault(name, set()).update(_LABEL.findall(sample[2] or ""))
    return sorted(
        Family(name, types.get(name, "untyped"), tuple(sorted(names - _PART_LABELS)))
        for name, names in labels.items()
    )


def families_of(types: Mapping[str, str], series: Iterable[Mapping[str, str]]) -> list[Family]:
    """Return the families of series, given with their name as ``__name__``, sorted by name.

    What no type is known of, such as what rules record, is no program's and left out.

    >>> families_of({"a_total": "counter"}, [{"__name__": "a_total", "b": "c"}])
    [Family(name='a_total', type='counter', labels=('b',))]
    """
    known = {name: kind if kind in TYPES else "untyped" for name, kind in types.items()}
    labels: dict[str, set[str]] = {name: set() for name in known}
    for labels_of in series:
        name = _family_name(labels_of["__name__"], known)
        if name in labels:
            labels[name].update(labels_of.keys() - _PART_LABELS - {"__name__"})
    return sorted(Family(name, known[name], tuple(sorted(labels[name]))) for name in known)


def _family_name(sample: str, types: dict[str, str]) -> str:
    for suffix in _PART_SUFFIXES:
        base = sample.removesuffix(suffix)
        if base != sample and types.get(base) in ("histogram", "summary"):
            return base
    return sample


def read(folder: Path) -> dict[str, list[Family]]:
    """Return the families in ``folder``'s files, by the program that exposes them.

    Raises DiagnosticsError with every line that is not a name, a type and labels.
    """
    programs: dict[str, list[Family]] = {}
    diagnostics: list[Diagnostic] = []
    for path in sorted(folder.glob("*.txt")):
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        programs[path.stem] = list(_families_of(path, lines, diagnostics))
    if not programs:
        diagnostics.append(
            Diagnostic(FilePlace(folder), "no vocabulary *.txt", "record the exporters'")
        )
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return programs


def _families_of(
    path: Path, lines: Iterable[tuple[int, str]], diagnostics: list[Diagnostic]
) -> Iterator[Family]:
    for number, line in lines:
        if line.startswith("#") or not line.split():
            continue
        try:
            yield Family.parse(line)
        except ValueError as error:
            place = FilePlace(path, number, 1)
            diagnostics.append(Diagnostic(place, str(error), "record the file anew"))
