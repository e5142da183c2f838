"""The pipeline of a source: the stages of its job, with what they hold for this source alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from whiteroom_monitoring.logs.shipper import config
from whiteroom_monitoring.logs.shipper.entry import Clock, Entry
from whiteroom_monitoring.logs.shipper.stages import changing, parsing, selecting, stage
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics, metrics
from whiteroom_monitoring.logs.shipper.stages.multiline import Multiline, PartialLines
from whiteroom_monitoring.logs.shipper.stages.stage import Context, EachEntry, Stage

_SIMPLE: dict[str, Callable[[Any, Context], parsing.Apply]] = {
    "drop": selecting.drop,
    "json": parsing.json,
    "labelallow": changing.labelallow,
    "labeldrop": changing.labeldrop,
    "labels": changing.labels,
    "limit": selecting.limit,
    "logfmt": parsing.logfmt,
    "output": changing.output,
    "pack": changing.pack,
    "regex": parsing.regex,
    "replace": changing.replace,
    "static_labels": changing.static_labels,
    "structured_metadata": changing.structured_metadata,
    "template": changing.template,
    "tenant": changing.tenant,
    "timestamp": parsing.timestamp,
}
# What these two stand for. https://grafana.com/docs/loki/latest/send-data/promtail/stages/cri/
_CRI = (
    config.Stage(
        regex=config.RegexStage(
            expression=r"^(?s)(?P<time>\S+?) (?P<stream>stdout|stderr) (?P<flags>\S+?) "
            r"(?P<content>.*)$"
        )
    ),
    config.Stage(labels={"stream": None}),
    config.Stage(timestamp=config.TimestampStage(source="time", format="RFC3339Nano")),
    config.Stage(output=config.OutputStage(source="content")),
)
_DOCKER = (
    config.Stage(
        json=config.JsonStage(expressions={"output": "log", "stream": None, "timestamp": "time"})
    ),
    config.Stage(labels={"stream": None}),
    config.Stage(timestamp=config.TimestampStage(source="timestamp", format="RFC3339Nano")),
    config.Stage(output=config.OutputStage(source="output")),
)


class Pipeline:
    """The stages of one source. Raises StageError when one can't be made.

    With ``holds``, lines may wait for others: they are then to be given one by one, each with
    ``context.before``.
    """

    def __init__(
        self,
        stages: Sequence[config.Stage],
        registry: CustomMetrics,
        clock: Clock = Clock(),  # noqa: B008 - it can't be changed
    ) -> None:
        self.context = Context(clock)
        self.holds = _holds(stages)
        self._stages = _made(stages, registry, self.context)

    def run(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries that are to be sent."""
        return stage.run(self._stages, entries)

    def flush(self, idle_s: float | None) -> list[Entry]:
        """Return what was held back for long enough; with None, all of it."""
        return stage.flush(self._stages, idle_s) if self.holds else []

    def held(self) -> list[Any]:
        """Return the positions before the lines that are held back."""
        return (
            [position for stage in self._stages for position in stage.held()] if self.holds else []
        )


def _holds(stages: Sequence[config.Stage]) -> bool:
    return any(s.multiline or s.cri or (s.match and _holds(s.match.stages)) for s in stages)


def _made(stages: Sequence[config.Stage], registry: CustomMetrics, context: Context) -> list[Stage]:
    made: list[Stage] = []
    for one in stages:
        name, content = one.one()
        if name in ("cri", "docker"):
            made += _made(_CRI if name == "cri" else _DOCKER, registry, context)
            if name == "cri":
                made.append(PartialLines(content, context))
        elif name == "multiline":
            made.append(Multiline(content, context))
        elif name == "match":
            inner = _made(content.stages, registry, context)
            made.append(selecting.Match(content, inner, context))
        elif name == "metrics":
            made.append(EachEntry(metrics(content, registry, context), context))
        else:
            made.append(EachEntry(_SIMPLE[name](content, context), context))
    return made
