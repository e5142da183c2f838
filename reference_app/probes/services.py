"""Probes of the services around the engine: backend, datastores, web server."""

from __future__ import annotations

import http
import time

from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.deploy.paths import LOOPBACK
from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.probes.stack import Stack, probe

from .jobs import BACKEND_JOB

TIMEOUT_S = 5
AUDIT_TIME = "security_audit_report_timestamp_seconds"
# What the healthy state of ActiveUsersLow needs.
MIN_USERS = 10


def _one(stack: Stack, job: str, expression: str) -> str:
    stack.require_job(job)
    value = stack.value(expression)
    if value != 1:
        raise CheckFailed(f"{expression} is {value:g}")
    return f"{expression} is 1"


@probe("services.database", "services", "PostgreSQL answers its exporter")
def services_database(stack: Stack) -> str:
    return _one(stack, "postgres", "pg_up")


@probe("services.cache", "services", "Redis answers its exporter")
def services_cache(stack: Stack) -> str:
    return _one(stack, "redis", "redis_up")


@probe("services.web", "services", "nginx answers its exporter")
def services_web(stack: Stack) -> str:
    return _one(stack, "nginx", "nginx_up")


@probe("services.backend", "services", "the backend answers through the web server: 401 to nobody")
def services_backend(stack: Stack) -> str:
    stack.require("nginx")
    port = stack.paths.port("web")
    limits = Limits(timeout_s=TIMEOUT_S)
    status = HttpClient("nginx", f"http://{LOOPBACK}:{port}", limits).get_status("/api/v1/me")
    if status != http.HTTPStatus.UNAUTHORIZED:
        raise CheckFailed(f"status {status}")
    return f"status {status}"


@probe("services.musicians", "services", f"requests, and {MIN_USERS} active users or more")
def services_musicians(stack: Stack) -> str:
    stack.require("musicians")
    rate = stack.value(f'sum(rate(http_requests_total{{job="{BACKEND_JOB}"}}[1m]))')
    users = stack.value("active_users")
    if rate == 0 or users < MIN_USERS:
        raise CheckFailed(f"{rate:.1f} requests a second, {users:.0f} active users")
    return f"{rate:.1f} requests a second, {users:.0f} active users"


@probe("security.audit", "services", "an audit report of the last two days")
def security_audit(stack: Stack) -> str:
    stack.require_job(BACKEND_JOB)
    written = stack.prometheus.value(AUDIT_TIME)
    if written is None:
        raise CheckSkipped(
            "no audit report: put pip-audit's JSON where docs/how-to/operating.md says"
        )
    age_h = (time.time() - written) / 3600
    if age_h > 48:
        raise CheckFailed(f"{age_h:.0f} h old")
    return f"{age_h:.0f} h old"
