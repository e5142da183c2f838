"""Templates of stages: those of LogQL, and the functions that a pipeline has besides.

Source: https://grafana.com/docs/loki/latest/send-data/promtail/stages/template/
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.template.execute import Template, TemplateError
from whiteroom_monitoring.logs.logql.template.functions import Builtin
from whiteroom_monitoring.logs.shipper.entry import text_of
from whiteroom_monitoring.logs.shipper.errors import StageError


def _hashed(name: str) -> Builtin:
    return Builtin(lambda salt, text: hashlib.new(name, (salt + text).encode()).hexdigest(), "ss")


_FUNCTIONS = {"Hash": _hashed("sha3_256"), "Sha2Hash": _hashed("sha256")}


def template(text: str) -> Callable[[Mapping[str, Any]], str | None]:
    """Return a template that fields fill in; what can't be filled in is None. Raises StageError.

    >>> filled = template("{{ ToUpper .level }}{{ if eq .a \\"1\\" }}!{{ else }}?{{ end }}")
    >>> filled({"level": "warn", "a": 1.0}), filled({"level": ["warn"]}), filled({"level": True})
    ('WARN!', '["WARN"]?', None)
    """
    try:
        parsed = Template("pipeline_template", text, _FUNCTIONS)
    except QueryError as error:
        raise StageError(str(error)) from error

    def filled(fields: Mapping[str, Any]) -> str | None:
        values = {n: v if isinstance(v, bool) else text_of(v) for n, v in fields.items()}
        try:
            return parsed.run(values, _FUNCTIONS)
        except TemplateError:
            return None

    return filled
