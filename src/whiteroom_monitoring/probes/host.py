"""Checks of how the stack sits on the machine: components, ports, secrets."""

from __future__ import annotations

import stat

from whiteroom_monitoring.deploy import status
from whiteroom_monitoring.probes.framework import Mismatch, Stack, check


@check("components.healthy", "components", "every component running and healthy")
def _(stack: Stack) -> str:
    components = status.read(stack.layout)
    bad = [f"{c.name} {c.state}" for c in components if not c.well]
    if bad or not components:
        raise Mismatch(", ".join(bad) or "nothing runs")
    return ", ".join(component.name for component in components)


@check("secrets.modes", "secrets", "secrets in files that only their owner can read")
def _(stack: Stack) -> str:
    folder = stack.layout.secrets
    open_to_others = [
        path.name
        for path in [folder, *folder.iterdir()]
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others:
        raise Mismatch(f"open to others: {', '.join(open_to_others)}")
    return f"{sum(1 for _ in folder.iterdir())} files"


@check("secrets.configuration", "secrets", "no secret and no unexpanded ${VARIABLE} in a config")
def _(stack: Stack) -> str:
    secrets = [path.read_text().strip() for path in stack.layout.secrets.iterdir()]
    # Without a credential, the file holds the way to the inbox, which is no secret.
    secrets = [text for text in secrets if not text.startswith(stack.layout.url("inbox"))]
    files = [path for path in stack.layout.config.rglob("*") if path.is_file()]
    for path in files:
        text = path.read_text(encoding="utf-8")
        if any(secret and len(secret) >= 8 and secret in text for secret in secrets):
            raise Mismatch(f"{path} holds a secret")
        # What stands so in a dashboard, Grafana and the console expand.
        if "${" in text and path.parent.name != "dashboards":
            raise Mismatch(f"{path} holds a ${{VARIABLE}} that nobody expands")
    return f"{len(files)} files"
