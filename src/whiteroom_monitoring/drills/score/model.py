"""A break of the chain: what it changes in the files of a configuration, and whom that concerns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from whiteroom_monitoring import plain_yaml

Kind = Literal[
    "rule", "covering", "inhibition", "route", "template", "receiver", "metric", "exporter"
]
KINDS: tuple[Kind, ...] = (
    *("rule", "covering", "inhibition", "route", "template", "receiver", "metric", "exporter"),
)
# The files of a configuration by their names, as `up` writes them.
ConfigFiles = Mapping[str, str]

ALERTMANAGER = "alertmanager/alertmanager.yml"
PROMETHEUS = "prometheus/prometheus.yml"
RULES = "prometheus/rules/"
TEMPLATES = "alertmanager/templates/"


@dataclass(frozen=True)
class Cover:
    """What a removed clause of covering is about: two alerts, by their names."""

    covering: str
    covered: str


@dataclass(frozen=True)
class Break:
    """In ``file``, ``old`` of ``subject`` becomes ``new``; ``change`` returns the file's new text.

    ``alerts`` are the names of the alerts that it can touch, those with ``labels``; without names
    they follow from the digests of the alerts' ways. With a ``cover``, no scenario shows it: the
    two alerts are made to hold, and one has to silence the other. ``number`` tells breaks apart
    that are alike in all of this.
    """

    kind: Kind
    file: str
    subject: str
    old: str
    new: str
    change: Callable[[str], str] = field(repr=False, compare=False)
    alerts: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)
    cover: Cover | None = None
    number: int = 0

    @property
    def id(self) -> str:
        """What names the break in every version of the configuration that has it."""
        again = f" #{self.number}" if self.number else ""
        return f"{self.kind}: {self.subject}: {self.old} → {self.new or '(nothing)'}{again}"

    @property
    def is_text(self) -> bool:
        """Whether it is of the words that every alert's messages have."""
        return self.kind == "template"

    def __str__(self) -> str:
        return f"{self.file}: {self.id}"

    def files(self, files: ConfigFiles) -> dict[str, str]:
        """Return the files with the break."""
        return {**files, self.file: self.change(files[self.file])}


def edited(edit: Callable[[Any], object]) -> Callable[[str], str]:
    """Return a change of a file of YAML: ``edit`` changes its content in place."""

    def change(text: str) -> str:
        content = plain_yaml.load(text)
        edit(content)
        return plain_yaml.dump(content)

    return change
