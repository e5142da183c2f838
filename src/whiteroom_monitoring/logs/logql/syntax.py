"""What a query of LogQL consists of. The string of each part is its form as Loki writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from whiteroom_monitoring.logs.logql.golang.durations import show_go, show_prometheus
from whiteroom_monitoring.logs.logql.golang.numbers import format_float, show_bytes
from whiteroom_monitoring.logs.logql.golang.quoting import quote, to_bytes
from whiteroom_monitoring.logs.logql.regex import compile_test, is_simple

COMPARISONS = ("==", "!=", ">", ">=", "<", "<=")
SET_OPERATORS = ("and", "or", "unless")
# How strongly operators bind; of equals the left one comes first, but for ^.
PRECEDENCE = {
    "or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "^": 6,
}  # fmt: skip


@dataclass(frozen=True)
class Matcher:
    """A condition on a label: ``operator`` is one of = != =~ !~. A missing label is empty."""

    name: str
    operator: str
    value: str

    @cached_property
    def _regex(self) -> Any:
        # Alone first: a parenthesis must not close what is put around it.
        compile_test(self.value)
        return compile_test(f"^(?s:{self.value})$")

    def matches(self, value: str) -> bool:
        """Tell whether a value of the label meets the condition."""
        if self.operator in ("=", "!="):
            return (value == self.value) == (self.operator == "=")
        is_found = self._regex.search(to_bytes(value)) is not None
        return is_found == (self.operator == "=~")

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{quote(self.value)}"


@dataclass(frozen=True)
class Ip:
    """An address, a range or a network, which is looked for in a line."""

    pattern: str

    def __str__(self) -> str:
        return f"ip({quote(self.pattern)})"


@dataclass(frozen=True)
class LineFilter:
    """A condition on the line: |= != |~ !~ |> !>, with one of the values (none, where negated)."""

    operator: str
    values: tuple[str | Ip, ...]

    @property
    def negated(self) -> bool:
        """Whether none of the values may be found."""
        return self.operator.startswith("!")

    @property
    def is_regex(self) -> bool:
        """Whether the values are regular expressions."""
        return self.operator.endswith("~")

    @property
    def is_text(self) -> bool:
        """Whether the values are texts."""
        return self.operator.endswith("=") and not any(isinstance(v, Ip) for v in self.values)

    def __str__(self) -> str:
        return f"{self.operator} {' or '.join(_shown(value) for value in self.values)}"


def _shown(value: str | Ip) -> str:
    return quote(value) if isinstance(value, str) else str(value)


@dataclass(frozen=True)
class StringCondition:
    """A condition on a label's text."""

    matcher: Matcher

    def __str__(self) -> str:
        matcher = self.matcher
        if matcher.operator != "=~" or is_simple(matcher.value):
            return str(matcher)
        is_raw = "`" not in matcher.value
        value = f"`{matcher.value}`" if is_raw else quote(matcher.value)
        return f"{matcher.name}{matcher.operator}{value}"


@dataclass(frozen=True)
class NumberCondition:
    """A condition on a label's number: ``operator`` is a comparison, ``kind`` says how to read it.

    Of durations the value is in nanoseconds.
    """

    name: str
    operator: str
    value: float
    kind: str = "number"

    def __str__(self) -> str:
        match self.kind:
            case "duration":
                value = show_go(int(self.value))
            case "bytes":
                value = show_bytes(int(self.value))
            case _:
                value = format_float(self.value, "f")
        return f"{self.name}{self.operator}{value}"


@dataclass(frozen=True)
class IpCondition:
    """A condition on addresses in a label: ``operator`` is = or !=."""

    name: str
    operator: str
    pattern: str

    def __str__(self) -> str:
        return f"{self.name}{self.operator}ip({quote(self.pattern)})"


@dataclass(frozen=True)
class Both:
    """Two conditions of which both, or else any, have to be met."""

    left: Condition
    right: Condition
    is_and: bool

    def __str__(self) -> str:
        return f"( {self.left} {',' if self.is_and else 'or'} {self.right} )"


Condition = StringCondition | NumberCondition | IpCondition | Both


@dataclass(frozen=True)
class LabelFilter:
    """A condition on labels, structured metadata and what parsers have found."""

    condition: Condition

    def __str__(self) -> str:
        return f"| {self.condition}"


@dataclass(frozen=True)
class Logfmt:
    """Parses logfmt; with ``expressions`` (label, key), only these."""

    flags: tuple[str, ...] = ()
    expressions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        flags = [flag for flag in ("--strict", "--keep-empty") if flag in self.flags]
        extractions = [_extractions(self.expressions)] if self.expressions else []
        return " ".join(["| logfmt", *flags, *extractions])


@dataclass(frozen=True)
class Json:
    """Parses JSON; with ``expressions`` (label, path), only these."""

    expressions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"| json {_extractions(self.expressions)}" if self.expressions else "| json"


def _extractions(expressions: tuple[tuple[str, str], ...]) -> str:
    return ",".join(f"{name}={quote(path)}" for name, path in expressions)


@dataclass(frozen=True)
class LineParser:
    """A parser of lines: ``name`` is regexp, pattern or unpack."""

    name: str
    parameter: str = ""

    def __str__(self) -> str:
        return (
            f"| {self.name}" if self.name == "unpack" else f"| {self.name} {quote(self.parameter)}"
        )


@dataclass(frozen=True)
class LineFormat:
    """Writes the line anew by a template."""

    template: str

    def __str__(self) -> str:
        return f"| line_format {quote(self.template)}"


@dataclass(frozen=True)
class LabelFormat:
    """Writes labels: (name, text, whether the text is the name of a label to be renamed)."""

    formats: tuple[tuple[str, str, bool], ...]

    def __str__(self) -> str:
        formats = (
            f"{name}={text if rename else quote(text)}" for name, text, rename in self.formats
        )
        return f"| label_format {','.join(formats)}"


@dataclass(frozen=True)
class Decolorize:
    """Removes the colours of terminals."""

    def __str__(self) -> str:
        return "| decolorize"


@dataclass(frozen=True)
class Selection:
    """Removes labels (drop), or all others (keep); a matcher means one of such a value."""

    name: str
    labels: tuple[str | Matcher, ...]

    def __str__(self) -> str:
        return f"| {self.name} {','.join(str(label) for label in self.labels)}"


Stage = (
    LineFilter | LabelFilter | Logfmt | Json | LineParser | LineFormat | LabelFormat | Decolorize
    | Selection
)  # fmt: skip
PARSERS = (Logfmt, Json, LineParser)


@dataclass(frozen=True)
class LogQuery:
    """The lines of the streams that all ``matchers`` select, through all ``stages``."""

    matchers: tuple[Matcher, ...]
    stages: tuple[Stage, ...] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Tell whether a stream is selected."""
        return all(matcher.matches(labels.get(matcher.name, "")) for matcher in self.matchers)

    def __str__(self) -> str:
        selector = "{" + ", ".join(str(matcher) for matcher in self.matchers) + "}"
        return " ".join([selector, *(str(stage) for stage in self.stages)])


@dataclass(frozen=True)
class Unwrap:
    """Which label is a sample's value; ``conversion`` is empty, bytes, duration, duration_seconds.

    ``filters`` are applied afterwards.
    """

    label: str
    conversion: str = ""
    filters: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        label = f"{self.conversion}({self.label})" if self.conversion else self.label
        return "".join([f" | unwrap {label}", *(f" | {one}" for one in self.filters)])


@dataclass(frozen=True)
class LogRange:
    """Lines of ``interval_ns`` before each moment, ``offset_ns`` earlier."""

    query: LogQuery
    interval_ns: int
    unwrap: Unwrap | None = None
    offset_ns: int = 0

    def __str__(self) -> str:
        offset = f" offset {show_go(self.offset_ns)}" if self.offset_ns else ""
        return f"{self.query}{self.unwrap or ''}[{show_prometheus(self.interval_ns)}]{offset}"


@dataclass(frozen=True)
class Grouping:
    """By which labels, or without which, series are put together."""

    labels: tuple[str, ...] = ()
    without: bool = False

    @property
    def is_single(self) -> bool:
        """Whether everything is one group."""
        return not self.labels and not self.without

    def __str__(self) -> str:
        return f" {'without' if self.without else 'by'} ({','.join(self.labels)})"


@dataclass(frozen=True)
class RangeAggregation:
    """A function of the lines, or unwrapped values, of a range."""

    operation: str
    range: LogRange
    grouping: Grouping | None = None
    parameter: float | None = None

    def __str__(self) -> str:
        parameter = "" if self.parameter is None else format_float(self.parameter, "f") + ","
        grouping = "" if self.grouping is None else str(self.grouping)
        return f"{self.operation}({parameter}{self.range}){grouping}"


@dataclass(frozen=True)
class VectorAggregation:
    """A function of the values of several series at each moment."""

    operation: str
    inner: Metric
    grouping: Grouping
    parameter: int = 0

    def __str__(self) -> str:
        grouping = "" if self.grouping.is_single else str(self.grouping)
        parameter = f"{self.parameter}," if self.parameter else ""
        return f"{self.operation}{grouping}({parameter}{self.inner})"


@dataclass(frozen=True)
class Literal:
    """A number."""

    value: float

    def __str__(self) -> str:
        return format_float(self.value)


@dataclass(frozen=True)
class VectorLiteral:
    """A number as a series without labels."""

    value: float

    def __str__(self) -> str:
        return f"vector({self.value:f})"


@dataclass(frozen=True)
class LabelReplace:
    """Writes a label of the result from another one that an expression matches."""

    inner: Metric
    target: str
    replacement: str
    source: str
    regex: str

    def __str__(self) -> str:
        texts = (self.target, self.replacement, self.source, self.regex)
        return f"label_replace({self.inner},{','.join(quote(text) for text in texts)})"


@dataclass(frozen=True)
class Matching:
    """How series of both sides find each other; ``group`` is empty, group_left, group_right.

    ``labels`` and ``include`` are None where the query does not name any.
    """

    is_bool: bool = False
    on: bool = False
    labels: tuple[str, ...] | None = None
    group: str = ""
    include: tuple[str, ...] | None = None

    @property
    def is_told(self) -> bool:
        """Whether the query says anything of it."""
        return self.on or self.labels is not None or bool(self.group)

    @property
    def word(self) -> str:
        """What the labels are for: on, or ignoring."""
        return "on" if self.on else "ignoring"


@dataclass(frozen=True)
class Binary:
    """An operation on the values of two sides."""

    left: Metric
    operator: str
    right: Metric
    matching: Matching = field(default_factory=Matching)

    def __str__(self) -> str:
        matching = self.matching
        operator = f"{self.operator} bool" if matching.is_bool else self.operator
        group = matching.group
        if matching.include is not None:
            group += f" ({','.join(matching.include)})"
        if matching.is_told:
            operator += f" {matching.word} ({','.join(matching.labels or ())}) {group}"
        return f"({self.left} {operator} {self.right})"


Metric = RangeAggregation | VectorAggregation | Literal | VectorLiteral | LabelReplace | Binary
Expression = LogQuery | Metric


def ranges(expression: Expression) -> Iterator[RangeAggregation]:
    """Yield what reads lines in a query for numbers, from left to right."""
    match expression:
        case RangeAggregation():
            yield expression
        case VectorAggregation(inner=inner) | LabelReplace(inner=inner):
            yield from ranges(inner)
        case Binary(left=left, right=right):
            yield from ranges(left)
            yield from ranges(right)
