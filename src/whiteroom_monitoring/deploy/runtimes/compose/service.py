"""One service of the compose file: its image, command, user, mounts, limits and health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from whiteroom_monitoring.deploy.component import APP_ACCOUNT, Component, HttpProbe
from whiteroom_monitoring.deploy.host.accounts import MEMBERS, is_apart, is_own
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.runtimes.compose import accounts, images
from whiteroom_monitoring.deploy.runtimes.compose.places import DATA, Service

SETUP = "setup"
_PIDS = 512
_HEALTH = {"interval": "15s", "timeout": "5s", "retries": 4, "start_period": "30s"}
_LOGGING = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}


def common(memory_mib: int) -> dict[str, Any]:
    """Return what every service has: no right beyond its user's, and a limit of everything."""
    return {
        "network_mode": "host",
        "read_only": True,
        "tmpfs": ["/tmp:size=64m,mode=1777"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": f"{memory_mib}m",
        "pids_limit": _PIDS,
        "logging": _LOGGING,
    }


def render(service: Service, others: Sequence[Service], places: Placeholders) -> dict[str, Any]:
    """Return the service as Compose writes it."""
    component, variant = service.component, service.variant
    account = _account(component)
    own = places.of(component.name, is_apart(account))
    container = variant.container
    environment = container.environment
    content: dict[str, Any] = _image(service, places)
    content |= {
        "command": list(own.fill_all(_arguments(service), variant.program.home)),
        "environment": own.fill_values(
            variant.environment if environment is None else environment, variant.program.home
        ),
        "user": _user(component),
        "group_add": [
            str(accounts.number(name)) for name in (*_groups(component), *container.groups)
        ],
        "volumes": [*volumes(service, others, places), *container.mounts],
        **common(component.memory_mib),
        "cap_add": [name.upper() for name in component.capabilities],
        "healthcheck": _health(service, own),
        "restart": "unless-stopped",
        "depends_on": {SETUP: {"condition": "service_completed_successfully"}},
        "profiles": [service.profile] if service.profile else [],
    }
    if container.host_processes:
        content |= {"pid": "host", "cgroup": "host"}
    return {key: value for key, value in content.items() if value not in ([], {}, "")}


def _account(component: Component) -> str:
    return component.user or ("" if component.confined else accounts.NOBODY)


def _user(component: Component) -> str:
    """Return the numbers of the user; one without an account is root with the rights it names."""
    account = _account(component)
    number = accounts.number(account) if account else 0
    return f"{number}:{number}"


def _groups(component: Component) -> tuple[str, ...]:
    """Return the groups of the user; the accounts of ours may read the configuration."""
    return (*((MEMBERS,) if is_own(_account(component)) else ()), *component.groups)


def _image(service: Service, places: Placeholders) -> dict[str, Any]:
    if service.variant.before:
        return ours("alertmanager", places)
    if service.is_ours:
        return ours("monitoring", places)
    name = service.variant.image
    return {"image": images.reference(name), "entrypoint": [images.OFFICIAL[name].program]}


def ours(target: str, places: Placeholders) -> dict[str, Any]:
    """Return the image that the Dockerfile beside the compose file builds as ``target``."""
    assert places.project is not None
    folder = places.project.relative(places.project.files.folder)
    context = "/".join([".."] * len(PurePosixPath(folder).parts))
    build = {"context": context, "dockerfile": f"{folder}/Dockerfile"}
    return {
        "image": images.ours(target),
        "build": {**build, "target": target},
        "entrypoint": [images.PYTHON],
    }


def _arguments(service: Service) -> tuple[str, ...]:
    variant = service.variant
    words = variant.container.replaced or (*variant.arguments, *variant.container.arguments)
    if variant.before:
        # The first word is the entry point.
        return (*variant.before[1:], images.ALERTMANAGER[2], *words)
    return words


def _texts(service: Service) -> str:
    """Return everything in which the service may name a place."""
    variant = service.variant
    words = [*_arguments(service), *variant.environment.values()]
    if isinstance(variant.probe, HttpProbe):
        words.append(variant.probe.password_file)
    return "\n".join(words)


def volumes(service: Service, others: Sequence[Service], places: Placeholders) -> list[str]:
    """Return the named volumes of the service: its folders, and those of others that it names."""
    component, variant = service.component, service.variant
    folders = {f.path for f in (*component.folders, *variant.folders)}
    texts = _texts(service)
    shared = {f.path for other in others for f in other.component.folders}
    named = folders | {path for path in shared if path in texts}
    mounted = [
        f"{volume(path)}:{places.fill(path)}" for path in sorted(named) if path != "{segments}"
    ]
    if "{config}" in texts or "{secrets}" in texts:
        mounted.append(f"configuration:{places.fill('{config}')}:ro")
    if component.secrets or variant.secrets:
        mounted.append(f"{credentials(component)}:{places.paths.credentials_of(component.name)}:ro")
    if _account(component) == APP_ACCOUNT and "{segments}" in folders:
        mounted.append("${WHITEROOM_SEGMENTS:-segments}:" + str(places.paths.segments))
    elif "{segments}" in folders:
        mounted.append(f"{segments(component)}:{places.paths.segments_of(component.name)}")
    return mounted


def volume(path: str) -> str:
    """Return the name of the volume for a folder of a description.

    >>> volume("{data}/prometheus"), volume("{run}/redis")
    ('prometheus', 'run-redis')
    """
    return path.removeprefix("{data}/").replace("{", "").replace("}", "").replace("/", "-")


def credentials(component: Component) -> str:
    """Return the name of the volume with the credentials of a component."""
    return f"{component.name}-credentials"


def segments(component: Component) -> str:
    """Return the name of the volume with a component's own segments."""
    return f"{component.name}-segments"


def memory(account: str) -> dict[str, Any]:
    """Return a volume in memory, of an account's; the limit of who writes to it is its limit."""
    number = accounts.number(account)
    options = f"uid={number},gid={number},mode=0700"
    return {"driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": options}}


def _health(service: Service, places: Placeholders) -> Mapping[str, Any]:
    """Return how the engine asks for the service's health, where its image has what that takes."""
    probe = service.variant.probe
    if not isinstance(probe, HttpProbe):
        return {}
    url = places.paths.url(service.component.ports[0].name, probe.path)
    if service.is_ours or service.variant.before:
        password = places.fill(probe.password_file)
        module = "whiteroom_monitoring.deploy.runtimes.compose.healthy"
        words = ["CMD", images.PYTHON, "-m", module, url, *([password] if password else [])]
        return {"test": words, **_HEALTH}
    fetch = images.OFFICIAL[service.variant.image].fetch
    if not fetch or probe.password_file:
        return {}
    return {"test": ["CMD", *fetch, url], **_HEALTH}


def setup_mounts(services: Sequence[Service], places: Placeholders) -> list[str]:
    """Return every volume, which what prepares the containers gives to its owner."""
    mounted = {"configuration:" + str(places.paths.config), f"run:{places.paths.run}"}
    mounted |= {f"secrets:{places.paths.secrets}"}
    for service in services:
        mounted |= {v.removesuffix(":ro") for v in volumes(service, services, places)}
    return sorted(v for v in mounted if str(DATA) in v)
