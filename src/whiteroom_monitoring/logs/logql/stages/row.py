"""The labels of one line on its way through the stages of a query.

A name belongs to the stream before structured metadata before what parsers find. What has
lost its name so takes it with ``_extracted``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

ERROR = "__error__"
DETAILS = "__error_details__"
PRESERVE = "__preserve_error__"
SUFFIX = "_extracted"
JSON_ERROR = "JSONParserErr"
LOGFMT_ERROR = "LogfmtParserErr"
EXTRACTION_ERROR = "SampleExtractionErr"
FILTER_ERROR = "LabelFilterErr"
TEMPLATE_ERROR = "TemplateFormatErr"
SPECIAL = (ERROR, DETAILS, PRESERVE)
Check = Callable[["Row"], bool]
NO_CHECKS: Mapping[str, Check] = {}
Labels = tuple[tuple[str, str], ...]


class Hints:
    """What of a line a query needs: with ``required``, only these labels; with ``none``, none."""

    __slots__ = ("none", "preserves_error", "required")

    def __init__(self, required: Iterable[str] = (), none: bool = False) -> None:
        self.required = frozenset(required)
        self.none = none
        self.preserves_error = ERROR in self.required

    def is_prefix(self, prefix: str) -> bool:
        """Tell whether something below a name may be needed."""
        return not self.required or any(name.startswith(prefix) for name in self.required)


class Row:
    """The labels of one line. ``base`` are the stream's, ``meta`` and ``parsed`` come before it.

    ``checks`` are conditions on one label each: a line is left as soon as it fails one. ``paths``,
    where they are asked for, are the keys of JSON that lead to each label.
    """

    __slots__ = (
        "base", "checks", "deleted", "details", "error", "extracted", "hints", "meta", "parsed",
        "paths", "time_ns",
    )  # fmt: skip

    def __init__(self, base: Mapping[str, str], hints: Hints) -> None:
        self.base, self.hints = base, hints
        self.checks = NO_CHECKS
        self.paths: dict[str, tuple[str, ...]] | None = None
        self.reset(0, ())

    def reset(self, time_ns: int, meta: Sequence[tuple[str, str]]) -> None:
        """Begin with another line of the stream, which has this structured metadata."""
        self.time_ns = time_ns
        self.meta: dict[str, str] = {}
        self.parsed: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.extracted: set[str] = set()
        self.error = self.details = ""
        for label, value in meta:
            name = label + SUFFIX if label in self.base else label
            if name == ERROR:
                self.error = value
            elif name == DETAILS:
                self.details = value
            else:
                self.meta[name] = value

    def get(self, name: str) -> str | None:
        """Return the value of a label; None where it is missing."""
        value = self.meta.get(name)
        if value is None:
            value = self.parsed.get(name)
        if value is None and name not in self.deleted:
            value = self.base.get(name) or None
        return value

    def set(self, name: str, value: str) -> None:
        """Set a label as a parser does."""
        if self.meta:
            self.meta.pop(name, None)
        if name not in self.parsed:
            self.extracted.add(name)
        self.parsed[name] = value

    def take(self, name: str, value: str) -> bool:
        """Set a label that a parser has found, unless it is not needed; False leaves the line."""
        name = self.free_name(name)
        if name in self.extracted or not self.needs(name):
            return True
        self.set(name, value)
        check = self.checks.get(name)
        return check is None or check(self)

    def free_name(self, name: str) -> str:
        """Return the name that a label gets which a parser has found."""
        return name + SUFFIX if name in self.base or name in self.meta else name

    def take_all(self, labels: dict[str, str]) -> bool:
        """Set the labels, already named, of the first parser; False leaves the line."""
        if self.meta:
            for name in labels:
                self.meta.pop(name, None)
        self.parsed.update(labels)
        self.extracted.update(labels)
        return all(check(self) for name, check in self.checks.items() if name in labels)

    def needs(self, name: str) -> bool:
        """Tell whether the query needs a label."""
        required = self.hints.required
        return not required or name in required

    @property
    def has_all(self) -> bool:
        """Whether every label that the query needs is found."""
        required = self.hints.required
        return bool(required) and required <= self.extracted

    @property
    def needs_nothing(self) -> bool:
        """Whether a parser has nothing to find."""
        return self.hints.none or self.has_all

    def delete(self, name: str) -> None:
        """Remove a label."""
        self.meta.pop(name, None)
        self.parsed.pop(name, None)
        self.deleted.add(name)

    def fail(self, error: str, details: str = "") -> None:
        """Say what went wrong with the line."""
        self.error = error
        if details:
            self.details = details

    def fail_parsing(self, error: str, details: str = "") -> None:
        """Say that a parser could not read the line."""
        self.fail(error, details)
        if self.hints.preserves_error:
            self.set(PRESERVE, "true")

    @property
    def is_plain(self) -> bool:
        """Whether the labels are still those of the stream."""
        return not (self.meta or self.parsed or self.deleted or self.error)

    def all(self) -> dict[str, str]:
        """Return all labels, with the error."""
        if self.is_plain:
            return dict(self.base)
        labels = {n: v for n, v in self.base.items() if n not in self.deleted}
        labels.update(self.meta)
        labels.update(self.parsed)
        if self.error:
            labels[ERROR] = self.error
        if self.details:
            labels[DETAILS] = self.details
        return labels

    def categories(self) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """Return the labels of the stream, of structured metadata, and what was parsed."""
        stream = {
            name: value
            for name, value in self.base.items()
            if name not in self.deleted and name not in self.meta and name not in self.parsed
        }
        parsed = dict(self.parsed)
        if self.error:
            parsed[ERROR] = self.error
        if self.details and not self.is_plain:
            parsed[DETAILS] = self.details
        return stream, self.meta, parsed


def by(names: Sequence[str], row: Row) -> Labels:
    """Return only these labels, in the order of the names, which are sorted."""
    labels = []
    for name in names:
        if name in row.deleted:
            continue
        value = row.meta.get(name)
        if value is None:
            value = row.parsed.get(name)
        if value is None:
            value = row.base.get(name) or None
        if value is not None:
            labels.append((name, value))
    return tuple(labels)


def without(names: Iterable[str], row: Row) -> Labels:
    """Return all labels but these."""
    labels = {n: v for n, v in row.base.items() if n not in row.deleted}
    labels.update(row.meta)
    labels.update(row.parsed)
    for name in names:
        labels.pop(name, None)
    return tuple(sorted(labels.items()))
