"""How values look: limits and the colours beyond them, and words in the place of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as model

GOOD, WARNING, BAD, PLAIN = "green", "orange", "red", "text"

Number = float | int


@dataclass(frozen=True)
class Limits:
    """From where on a value is a ``warning``, and from where on it is ``bad``.

    When ``bad`` is the smaller of both, lower is worse.
    """

    warning: Number
    bad: Number

    def steps(self) -> list[tuple[str, Number | None]]:
        """Return the colours, each with the value at which it begins; the first has none."""
        if self.bad >= self.warning:
            return [(GOOD, None), (WARNING, self.warning), (BAD, self.bad)]
        return [(BAD, None), (WARNING, self.bad), (GOOD, self.warning)]


@dataclass(frozen=True)
class Word:
    """A word that stands for the values from ``low`` to ``high``, both included."""

    text: str
    colour: str
    low: Number
    high: Number


@dataclass(frozen=True)
class Look:
    """How a panel's values are shown.

    ``unit`` is one of Grafana's. ``fixed`` gives series of a name a colour of their own, and
    ``dashed`` those that are limits and no measurements.
    """

    unit: str
    limits: Limits | None = None
    words: tuple[Word, ...] = ()
    decimals: int | None = None
    highest: Number | None = None
    lowest: Number | None = 0
    nothing: str | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)
    dashed: tuple[str, ...] = ()

    def thresholds(self) -> dashboard.ThresholdsConfig:
        """Return the limits as Grafana's thresholds."""
        steps = self.limits.steps() if self.limits else [(PLAIN, None)]
        return (
            dashboard.ThresholdsConfig()
            .mode(model.ThresholdsMode.ABSOLUTE)
            .steps([model.Threshold(value=value, color=colour) for colour, value in steps])
        )

    def mappings(self) -> list[model.ValueMapping]:
        """Return the words as Grafana's value mappings."""
        return [
            model.RangeMap(
                options=model.DashboardRangeMapOptions(
                    from_val=word.low,
                    to=word.high,
                    result=model.ValueMappingResult(text=word.text, color=word.colour, index=index),
                )
            )
            for index, word in enumerate(self.words)
        ]

    def overrides(self) -> list[tuple[str, list[model.DynamicConfigValue]]]:
        """Return what differs for series of a name."""
        names = dict.fromkeys([*self.fixed, *self.dashed])
        return [(name, self._override(name)) for name in names]

    def _override(self, name: str) -> list[model.DynamicConfigValue]:
        colour = {"mode": "fixed", "fixedColor": self.fixed.get(name, BAD)}
        values = [model.DynamicConfigValue(id_val="color", value=colour)]
        if name in self.dashed:
            style = {"fill": "dash", "dash": [8, 6]}
            values.append(model.DynamicConfigValue(id_val="custom.lineStyle", value=style))
            values.append(model.DynamicConfigValue(id_val="custom.fillOpacity", value=0))
        return values
