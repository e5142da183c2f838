"""The configuration of a panel's fields, with names filled in that they take from labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.display.display_value import Field, field_config
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.panel import Panel

_OF_FIELD = re.compile(
    r"\$\{__(?:field|series)\.(?:(name|displayName)|labels\.([\w.]+)|labels\[[\"']([^\"']+)[\"']\])\}"
    r"|\$__(cell_name|cell_0|field_name|series_name)"
)


def configs(
    panel: Panel, fields: Sequence[Field], labels: Sequence[Mapping[str, str]], scope: Scope
) -> list[FieldConfig]:
    """Return the configuration of each field. Raises UnsupportedError."""
    return [
        _named(field_config(panel.field_config, field), field, own, scope)
        for field, own in zip(fields, labels, strict=True)
    ]


def _named(
    config: FieldConfig, field: Field, labels: Mapping[str, str], scope: Scope
) -> FieldConfig:
    """Fill in a name such as ``${__field.labels.job}``."""
    if "$" not in config.display_name:
        return config

    def part(reference: re.Match[str]) -> str:
        label = reference[2] or reference[3]
        return labels.get(label, "") if label else field.name

    text = _OF_FIELD.sub(part, config.display_name)
    return replace(config, display_name=scope.tolerant_text(text))
