"""What a scraper requests and what it gets: the formats of an exposition, and its source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass(frozen=True)
class ExpositionRequest:
    """The format that a scraper requests; ``created`` adds ``_created`` to OpenMetrics."""

    open_metrics: bool = False
    created: bool = False

    @property
    def content_type(self) -> str:
        """The media type of an exposition in this format."""
        return OPEN_METRICS if self.open_metrics else TEXT


@dataclass(frozen=True)
class Exposition:
    """The metrics of one moment as bytes in ``blocks``, each written when it is taken.

    ``held_bytes`` estimates the memory that they take until then.
    """

    content_type: str
    blocks: Iterable[bytes]
    held_bytes: int = 0


# Returns the metrics of this moment. May raise OSError, ValueError and MonitoringError.
Source = Callable[[ExpositionRequest], Exposition]


def text_only(expose: Callable[[], bytes]) -> Source:
    """Return a source for a function that knows text format 0.0.4 alone.

    >>> source = text_only(lambda: b"up 1\\n")
    >>> source(ExpositionRequest(open_metrics=True)).content_type
    'text/plain; version=0.0.4; charset=utf-8'
    """

    def source(request: ExpositionRequest) -> Exposition:
        return Exposition(TEXT, (expose(),))

    return source
