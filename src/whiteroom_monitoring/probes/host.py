"""Probes of the stack on its host: components and secrets."""

from __future__ import annotations

import stat

from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.probes.stack import Stack, failure, probe


@probe("components.healthy", "host", "every component running and healthy")
def components_healthy(stack: Stack) -> str:
    components = status.read(stack.paths).components
    if not components:
        raise CheckFailed("nothing runs", remedy="whiteroom up")
    ill = [(component.name, component.state) for component in components if not component.well]
    if ill:
        raise failure("component", ill, "whiteroom logs COMPONENT")
    return ", ".join(component.name for component in components)


@probe("secrets.modes", "host", "secrets in files that only their owner can read")
def secrets_modes(stack: Stack) -> str:
    folder = stack.paths.secrets
    open_to_others = [
        path.name
        for path in [folder, *folder.iterdir()]
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others:
        raise CheckFailed(f"open to others: {', '.join(open_to_others)}")
    return f"{sum(1 for _ in folder.iterdir())} files"


@probe("secrets.configuration", "host", "no secret and no unexpanded ${VARIABLE} in a config")
def secrets_configuration(stack: Stack) -> str:
    secrets = [path.read_text().strip() for path in stack.paths.secrets.iterdir()]
    # Without a credential, the file holds the way to the inbox, which is no secret.
    secrets = [text for text in secrets if not text.startswith(stack.paths.url("inbox"))]
    files = [path for path in stack.paths.config.rglob("*") if path.is_file()]
    for path in files:
        text = path.read_text(encoding="utf-8")
        if any(secret and len(secret) >= 8 and secret in text for secret in secrets):
            raise CheckFailed(f"{path} holds a secret")
        # Grafana and the console expand it in dashboards, the shipper in its configuration.
        if "${" in text and path.parent.name not in ("dashboards", "promtail"):
            raise CheckFailed(f"{path} holds a ${{VARIABLE}} that nobody expands")
    return f"{len(files)} files"


@probe("services.containers", "host", "containers read without an error")
def services_containers(stack: Stack) -> str:
    stack.require("cadvisor")
    errors = stack.prometheus.value("container_scrape_error")
    if errors is None:
        # The real cAdvisor has no such metric in every version; its target says whether it is up.
        raise CheckSkipped("the exporter of containers tells no errors")
    if errors:
        raise CheckFailed(f"container_scrape_error is {errors:g}")
    count = stack.prometheus.value("count(container_last_seen)") or 0
    return f"{count:.0f} containers"
