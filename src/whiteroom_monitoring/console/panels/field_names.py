"""The configuration of a panel's fields, with names filled in that they take from labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from whiteroom_monitoring.grafana.display.display_value import Field, field_config
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.panel import Panel

_OF_FIELD = re.compile(
    r"\$\{__(?:field|series)\.(?:(name|displayName)|labels\.([\w.]+)|labels\[[\"']([^\"']+)[\"']\])\}"
    r"|\$__(?:cell_(\d+)|cell_name|field_name|series_name)"
)


def configs(
    panel: Panel,
    fields: Sequence[Field],
    labels: Sequence[Mapping[str, str]],
    scope: Scope,
    rows: Sequence[Sequence[str]] = (),
) -> list[FieldConfig]:
    """Return the configuration of each field, which may be a value of a row with these texts.

    Raises UnsupportedError.
    """
    return [
        _named(field_config(panel.field_config, field), _Names(field.name, own, cells), scope)
        for field, own, cells in zip(fields, labels, rows or [()] * len(fields), strict=True)
    ]


@dataclass(frozen=True)
class _Names:
    """What a display name may take from a field; ``cells`` are the texts of its row."""

    name: str
    labels: Mapping[str, str]
    cells: Sequence[str]


def _named(config: FieldConfig, names: _Names, scope: Scope) -> FieldConfig:
    """Fill in a name such as ``${__field.labels.job}``.

    Variables come first: what a label holds is not looked at again.
    """
    if "$" not in config.display_name:
        return config

    def part(reference: re.Match[str]) -> str:
        label, cell = reference[2] or reference[3], reference[4]
        if cell is None:
            return names.labels.get(label, "") if label else names.name
        return names.cells[int(cell)] if int(cell) < len(names.cells) else ""

    text = scope.tolerant_text(config.display_name)
    return replace(config, display_name=_OF_FIELD.sub(part, text))
