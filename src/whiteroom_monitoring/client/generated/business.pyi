# Generated from catalogue/business.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Counter, Gauge, Histogram, Info, Metric

class _UserRetentionRatio(Metric):
    def set(self, value: float, /, *, after: Literal["1d", "7d", "30d"]) -> None: ...
    def labels(self, *, after: Literal["1d", "7d", "30d"]) -> Gauge: ...

class _FeatureUsageTotal(Metric):
    def inc(self, amount: float = 1, /, *, feature: Literal["mixer", "editor", "export", "import", "record", "share", "presets", "automation", "metronome", "tuner"]) -> None: ...
    def labels(self, *, feature: Literal["mixer", "editor", "export", "import", "record", "share", "presets", "automation", "metronome", "tuner"]) -> Counter: ...

class _FeatureErrorsTotal(Metric):
    def inc(self, amount: float = 1, /, *, feature: Literal["mixer", "editor", "export", "import", "record", "share", "presets", "automation", "metronome", "tuner"]) -> None: ...
    def labels(self, *, feature: Literal["mixer", "editor", "export", "import", "record", "share", "presets", "automation", "metronome", "tuner"]) -> Counter: ...

class _InstrumentAssignmentsTotal(Metric):
    def inc(self, amount: float = 1, /, *, instrument: str | int) -> None: ...
    def labels(self, *, instrument: str | int) -> Counter: ...

class _DeploymentInfo(Metric):
    def set(self, *, version: str | int) -> None: ...

active_users: Gauge
"""Users with a request in the last 15 minutes."""
registered_users: Gauge
"""Accounts that exist."""
user_retention_ratio: _UserRetentionRatio
"""Share of the accounts of a given age that were used again at that age."""
user_signups_total: Counter
"""Accounts created."""
user_sessions_total: Counter
"""Sessions begun."""
session_duration_seconds: Histogram
"""Length of sessions that have ended."""
songs_created_total: Counter
"""Songs that users have created."""
performances_switched_total: Counter
"""Switches from one performance of a song to another."""
feature_usage_total: _FeatureUsageTotal
"""Uses of a feature."""
feature_errors_total: _FeatureErrorsTotal
"""Uses of a feature that ended in an error."""
instrument_assignments_total: _InstrumentAssignmentsTotal
"""Instruments assigned to a channel."""
deployment_info: _DeploymentInfo
"""Version of White Room that is deployed."""

METRICS: tuple[Metric, ...]
