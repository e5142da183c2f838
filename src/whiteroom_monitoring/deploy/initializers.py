"""What a description can only name: how a component's data is made before its first start."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from whiteroom_monitoring.deploy import postgresql_cluster
from whiteroom_monitoring.deploy.placeholders import Placeholders

INITIALIZERS: Mapping[str, Callable[[Placeholders], None]] = {
    "postgresql": postgresql_cluster.initialize,
}
