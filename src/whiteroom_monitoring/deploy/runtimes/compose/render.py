"""The whole compose file, rendered from the descriptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.deploy.component import APP_ACCOUNT, Component
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.runtimes.compose import places, service
from whiteroom_monitoring.project.model import Project

FILE_NAME = "docker-compose.yml"
_HEAD = """\
# Written by `whiteroom compose` from the components' descriptions; change those, not this file.
# How it is used, and what of it has never been run: docs/how-to/containers.md
"""
_SETUP_MIB = 512
# What prepares the containers gives each its folders.
_SETUP_RIGHTS = ["CHOWN", "DAC_OVERRIDE", "FOWNER"]


def render(project: Project, descriptions: Sequence[Component], own: bool = False) -> str:
    """Return the text of the compose file; ``own`` as `places.services` has it."""
    return _HEAD + plain_yaml.dump(content(project, descriptions, own))


def content(project: Project, descriptions: Sequence[Component], own: bool) -> dict[str, Any]:
    """Return the content of the compose file."""
    chosen = places.services(descriptions, own)
    values = places.placeholders(project, descriptions)
    rendered = {s.name: service.render(s, chosen, values) for s in chosen}
    mounts = service.setup_mounts(chosen, values)
    services = {
        service.SETUP: _setup(values, mounts, own),
        **rendered,
        "verify": _verify(values, mounts),
    }
    return {
        "name": project.name,
        "services": services,
        "volumes": {name: {} for name in _volumes(mounts)} | _in_memory(chosen),
        "secrets": {"env": {"file": "${WHITEROOM_ENV_FILE:-.env}"}},
    }


def _setup(values: Placeholders, mounts: Sequence[str], own: bool) -> dict[str, Any]:
    """Return the service that makes passwords, configuration and folders, and ends."""
    module = "whiteroom_monitoring.deploy.runtimes.compose.setup"
    limits = service.common(_SETUP_MIB)
    return {
        **service.ours("monitoring", values),
        "command": ["-m", module, *(["--own"] if own else [])],
        "environment": {"WHITEROOM_PROFILES": "${COMPOSE_PROFILES:-}"},
        "user": "0:0",
        **limits,
        "network_mode": "none",
        "cap_add": _SETUP_RIGHTS,
        "tmpfs": [*limits["tmpfs"], f"{places.DATA}:size=16m,mode=0711"],
        "volumes": list(mounts),
        "secrets": ["env"],
    }


def _verify(values: Placeholders, mounts: Sequence[str]) -> dict[str, Any]:
    """Return the service that runs `whiteroom verify` against the others: by its profile alone."""
    volumes = [m for m in mounts if m.startswith(("configuration:", "run:", "secrets:"))]
    return {
        **service.ours("monitoring", values),
        "command": ["-m", "whiteroom_monitoring", "verify", "--data", str(places.DATA)],
        "user": "0:0",
        "volumes": [f"{mount}:ro" for mount in volumes],
        **service.common(_SETUP_MIB),
        "profiles": ["tools"],
    }


def _volumes(mounts: Sequence[str]) -> list[str]:
    return sorted({mount.partition(":")[0] for mount in mounts if not mount.startswith("$")})


def _in_memory(services: Sequence[places.Service]) -> dict[str, Any]:
    """Return the volumes of segments: those of programs, and of each service that has its own."""
    folders = [(s.component, {f.path for f in s.component.folders}) for s in services]
    own = [c for c, paths in folders if "{segments}" in paths and c.user != APP_ACCOUNT]
    return {service.segments(c): service.memory(c.user) for c in own} | {
        "segments": service.memory(APP_ACCOUNT)
    }
