"""Checks of what surrounds the engine: backend, database, cache, web server, people, containers."""

from __future__ import annotations

import http
import time

from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.deploy.paths import LOOPBACK
from whiteroom_monitoring.probes.framework import Mismatch, Skip, Stack, check
from whiteroom_monitoring.probes.targets import AUDIT_TIME, BACKEND_JOB

TIMEOUT_S = 5
# What the healthy state of ActiveUsersLow needs.
FEWEST_USERS = 10


def _one(stack: Stack, component: str, expression: str) -> str:
    stack.require(component)
    value = stack.value(expression)
    if value != 1:
        raise Mismatch(f"{expression} is {value:g}")
    return f"{expression} is 1"


@check("services.database", "services", "PostgreSQL answers its exporter")
def _(stack: Stack) -> str:
    return _one(stack, "postgres-exporter", "pg_up")


@check("services.cache", "services", "Redis answers its exporter")
def _(stack: Stack) -> str:
    return _one(stack, "redis-exporter", "redis_up")


@check("services.web", "services", "nginx answers its exporter")
def _(stack: Stack) -> str:
    return _one(stack, "nginx-exporter", "nginx_up")


@check("services.containers", "services", "containers read without an error")
def _(stack: Stack) -> str:
    stack.require("cadvisor")
    errors = stack.value("container_scrape_error")
    if errors:
        raise Mismatch(f"container_scrape_error is {errors:g}")
    count = stack.prometheus.value("count(container_last_seen)") or 0
    return f"{count:.0f} containers"


@check("services.backend", "services", "the backend answers through the web server: 401 to nobody")
def _(stack: Stack) -> str:
    stack.require("nginx")
    port = stack.layout.port("web")
    limits = Limits(timeout_s=TIMEOUT_S)
    status = HttpClient("nginx", f"http://{LOOPBACK}:{port}", limits).get_status("/api/v1/me")
    if status != http.HTTPStatus.UNAUTHORIZED:
        raise Mismatch(f"status {status}")
    return f"status {status}"


@check("services.musicians", "services", f"requests, and {FEWEST_USERS} active users or more")
def _(stack: Stack) -> str:
    stack.require("musicians")
    rate = stack.value(f'sum(rate(http_requests_total{{job="{BACKEND_JOB}"}}[1m]))')
    users = stack.value("active_users")
    if rate == 0 or users < FEWEST_USERS:
        raise Mismatch(f"{rate:.1f} requests a second, {users:.0f} active users")
    return f"{rate:.1f} requests a second, {users:.0f} active users"


@check("security.audit", "security", "an audit report of the last two days")
def _(stack: Stack) -> str:
    stack.require("backend")
    written = stack.prometheus.value(AUDIT_TIME)
    if written is None:
        raise Skip("no audit report: put pip-audit's JSON where docs/how-to/operating.md says")
    age_h = (time.time() - written) / 3600
    if age_h > 48:
        raise Mismatch(f"{age_h:.0f} h old")
    return f"{age_h:.0f} h old"
