"""A dashboard's JSON is what the types of Grafana's foundation SDK describe.

The SDK publishes JSON schemas beside its types, but not in its package. The types say the same: a
key that they don't know is lost when the JSON is read and written again, and a value of another
type differs from its annotation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from whiteroom_monitoring.catalogue.document import Pointer
from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.annotations import misfits
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace


@check("dashboard-types", "dashboards", "what Grafana's SDK describes")
def dashboard_types(workspace: Workspace) -> str:
    """No dashboard has a key or value that Grafana's SDK does not know."""
    return require_none(diagnostics(workspace.dashboards), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield every key and every value that the SDK's types don't have."""
    plugins.register_default_plugins()
    for dashboard in dashboards:
        try:
            typed = Dashboard.from_json(dict(dashboard.data))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            yield dashboard.diagnostic((), f"the SDK can't read it: {error}", "generate it")
            continue
        written = json.loads(json.dumps(typed, cls=JSONEncoder))
        for pointer in _lost(dashboard.data, written, ()):
            problem = f"{pointer[-1]} is unknown to the SDK's types"
            yield dashboard.diagnostic(pointer, problem, "generate it")
        for place, value, expected in misfits(typed):
            yield dashboard.diagnostic(
                (), f"{place} is {value!r}, expected {expected}", "generate it"
            )


def _lost(before: Any, after: Any, pointer: Pointer) -> Iterator[Pointer]:
    """Yield where ``before`` has what ``after`` has not, or has otherwise."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key not in after:
                yield (*pointer, key)
            else:
                yield from _lost(value, after[key], (*pointer, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, value in enumerate(before):
            yield from _lost(value, after[index], (*pointer, index))
    elif before != after:
        yield pointer
