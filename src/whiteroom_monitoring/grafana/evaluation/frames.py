"""What queries return, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from whiteroom_monitoring.datasources.loki import LogLine

Value = float | None
Cell = str | float | None


@dataclass(frozen=True)
class Series:
    """Values of one name, one for each moment of its frame; None where there is none.

    ``query`` is the refId of the query that returned it.
    """

    query: str
    name: str
    labels: Mapping[str, str]
    values: Sequence[Value]


@dataclass(frozen=True)
class Lines:
    """Series over the same ``times``, in seconds since 1970."""

    times: Sequence[float]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table; ``kind`` is time (milliseconds), number or string.

    ``origin`` is its name before it was renamed, by which overrides may know it.
    """

    name: str
    kind: str
    cells: Sequence[Cell]
    query: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True)
class Table:
    """Columns of equal length; ``query`` is the refId of the query that returned them."""

    columns: tuple[Column, ...]
    query: str = ""

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self.columns[0].cells) if self.columns else 0

    def column(self, name: str) -> Column | None:
        """Return the first column with a name, None where there is none."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Frames:
    """Several tables, as queries and transformations leave them."""

    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Logs:
    """Lines of logs, the newest first."""

    entries: tuple[LogLine, ...]


@dataclass(frozen=True)
class Alert:
    """An alert as Prometheus knows it; ``since`` is in seconds since 1970.

    ``priority`` is the project's; ``level`` is what it asks for: ``page``, ``act`` or ``news``.
    """

    name: str
    state: str
    since: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    priority: str = ""
    level: str = "act"


@dataclass(frozen=True)
class Alerts:
    """Alerts, the most urgent first."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True)
class Text:
    """Text as HTML that is safe to show."""

    html: str


@dataclass(frozen=True)
class DashboardList:
    """Which dashboards are listed, by what they must match; whoever has them fills them in."""

    query: str
    tags: tuple[str, ...]
    max_items: int


Data = Lines | Table | Frames | Logs | Alerts | Text | DashboardList
