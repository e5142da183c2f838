"""Records what happens in the backend: as metrics, or nowhere."""

from __future__ import annotations

from typing import Any, Literal, get_args

from whiteroom_monitoring.client.generated import business, http, security

AuthenticationFault = Literal["unknown_account", "wrong_password", "locked", "expired", "malformed"]
Feature = Literal[
    "mixer",
    "editor",
    "export",
    "import",
    "record",
    "share",
    "presets",
    "automation",
    "metronome",
    "tuner",
]
FEATURES: frozenset[str] = frozenset(get_args(Feature))
# The questions of those who watch the process are none of its requests.
NOT_COUNTED = "/-/"
Retention = Literal["1d", "7d", "30d"]
Severity = Literal["critical", "high", "medium", "low", "unknown"]


class NullRecorder:
    """Records nothing: what ``--without-metrics`` takes."""

    def error(self, kind: str) -> None:
        """Count a request refused or failed, or a lost cache."""

    def authentication_failure(self, reason: AuthenticationFault) -> None:
        """Count a login or a session that was refused."""

    def signup(self) -> None:
        """Count a new account."""

    def session_begun(self) -> None:
        """Count a login."""

    def session_ended(self, duration_s: float) -> None:
        """Observe the length of a session."""

    def song_created(self) -> None:
        """Count a new song."""

    def performance_switched(self) -> None:
        """Count a switch from one performance to another."""

    def instrument_assigned(self, instrument: str) -> None:
        """Count an assignment; ``instrument`` is one of the table's."""

    def feature_used(self, feature: str, ok: bool) -> None:
        """Count a use, and whether it ended in an error; ``feature`` is one of FEATURES."""

    def users(self, active: int, registered: int) -> None:
        """Set how many there are."""

    def retention(self, after: Retention, ratio: float) -> None:
        """Set the share of the accounts of an age that came back at that age."""

    def deployed(self, version: str) -> None:
        """Set the version of White Room."""

    def audited(self, vulnerabilities: dict[Severity, int], written_at: float) -> None:
        """Set what the audit report says; ``written_at`` is Unix time."""


class Recorder(NullRecorder):
    """Records into the metrics of this process."""

    def __init__(self) -> None:
        errors: Any = http.http_errors_total
        uses: Any = business.feature_usage_total
        failures: Any = business.feature_errors_total
        self._errors = errors
        self._uses = {name: uses.labels(feature=name) for name in FEATURES}
        self._failures = {name: failures.labels(feature=name) for name in FEATURES}

    def error(self, kind: str) -> None:
        self._errors.inc(type=kind)

    def authentication_failure(self, reason: AuthenticationFault) -> None:
        security.authentication_failures_total.inc(reason=reason)

    def signup(self) -> None:
        business.user_signups_total.inc()

    def session_begun(self) -> None:
        business.user_sessions_total.inc()

    def session_ended(self, duration_s: float) -> None:
        business.session_duration_seconds.observe(max(duration_s, 0.0))

    def song_created(self) -> None:
        business.songs_created_total.inc()

    def performance_switched(self) -> None:
        business.performances_switched_total.inc()

    def instrument_assigned(self, instrument: str) -> None:
        business.instrument_assignments_total.inc(instrument=instrument)

    def feature_used(self, feature: str, ok: bool) -> None:
        self._uses[feature].inc()
        if not ok:
            self._failures[feature].inc()

    def users(self, active: int, registered: int) -> None:
        business.active_users.set(active)
        business.registered_users.set(registered)

    def retention(self, after: Retention, ratio: float) -> None:
        business.user_retention_ratio.set(ratio, after=after)

    def deployed(self, version: str) -> None:
        info: Any = business.deployment_info
        info.set(version=version)

    def audited(self, vulnerabilities: dict[Severity, int], written_at: float) -> None:
        for severity, count in vulnerabilities.items():
            security.security_vulnerabilities.set(count, severity=severity)
        security.security_audit_report_timestamp_seconds.set(written_at)
