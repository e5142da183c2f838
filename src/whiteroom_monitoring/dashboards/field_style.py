"""How values look: thresholds with their colours, and texts in the place of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as model

GOOD, WARNING, BAD, PLAIN = "green", "orange", "red", "text"

Number = float | int


@dataclass(frozen=True)
class Thresholds:
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
class ValueText:
    """A text that stands for the values from ``low`` to ``high``, both included."""

    text: str
    color: str
    low: Number
    high: Number


@dataclass(frozen=True)
class FieldStyle:
    """How a panel's values are shown: Grafana's field configuration.

    ``unit`` is one of Grafana's. ``no_value`` is shown where there is no value. ``colors`` gives
    series of a name a colour of their own, and ``dashed`` names series that are limits and no
    measurements.
    """

    unit: str
    thresholds: Thresholds | None = None
    mappings: tuple[ValueText, ...] = ()
    decimals: int | None = None
    maximum: Number | None = None
    minimum: Number | None = 0
    no_value: str | None = None
    colors: Mapping[str, str] = field(default_factory=dict)
    dashed: tuple[str, ...] = ()

    def threshold_steps(self) -> dashboard.ThresholdsConfig:
        """Return the thresholds as Grafana has them."""
        steps = self.thresholds.steps() if self.thresholds else [(PLAIN, None)]
        return (
            dashboard.ThresholdsConfig()
            .mode(model.ThresholdsMode.ABSOLUTE)
            .steps([model.Threshold(value=value, color=color) for color, value in steps])
        )

    def value_mappings(self) -> list[model.ValueMapping]:
        """Return the texts as Grafana's value mappings."""
        return [
            model.RangeMap(
                options=model.DashboardRangeMapOptions(
                    from_val=mapping.low,
                    to=mapping.high,
                    result=model.ValueMappingResult(
                        text=mapping.text, color=mapping.color, index=index
                    ),
                )
            )
            for index, mapping in enumerate(self.mappings)
        ]

    def overrides(self) -> list[tuple[str, list[model.DynamicConfigValue]]]:
        """Return what differs for series of a name."""
        names = dict.fromkeys([*self.colors, *self.dashed])
        return [(name, self._override(name)) for name in names]

    def _override(self, name: str) -> list[model.DynamicConfigValue]:
        color = {"mode": "fixed", "fixedColor": self.colors.get(name, BAD)}
        values = [model.DynamicConfigValue(id_val="color", value=color)]
        if name in self.dashed:
            line = {"fill": "dash", "dash": [8, 6]}
            values.append(model.DynamicConfigValue(id_val="custom.lineStyle", value=line))
            values.append(model.DynamicConfigValue(id_val="custom.fillOpacity", value=0))
        return values
