"""The formats in which metrics are served, and what serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass(frozen=True)
class Wanted:
    """What a scraper asks for; ``created`` adds ``_created`` to OpenMetrics."""

    open_metrics: bool = False
    created: bool = False

    @property
    def content_type(self) -> str:
        """The media type of an answer in this format."""
        return OPEN_METRICS if self.open_metrics else TEXT


@dataclass(frozen=True)
class Exposition:
    """Metrics on their way out: bytes in ``blocks``, made when they are taken.

    ``held_bytes`` is about how much memory they take until then.
    """

    content_type: str
    blocks: Iterable[bytes]
    held_bytes: int = 0


# Returns the metrics of this moment. May raise OSError, ValueError and MonitoringError.
Source = Callable[[Wanted], Exposition]


def text_only(expose: Callable[[], bytes]) -> Source:
    """Return a source for a function that knows text format 0.0.4 alone.

    >>> source = text_only(lambda: b"up 1\\n")
    >>> source(Wanted(open_metrics=True)).content_type
    'text/plain; version=0.0.4; charset=utf-8'
    """

    def source(wanted: Wanted) -> Exposition:
        return Exposition(TEXT, (expose(),))

    return source
