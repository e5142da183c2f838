"""Prepares the volumes of the containers, as root and without a network, and ends.

It makes the passwords that are not there yet, hands out to each component its credentials, writes
the configuration for the services that the chosen profiles have, and gives every folder its owner.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from whiteroom_monitoring.deploy import access, credentials, registry
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.components.alertmanager import ALERTMANAGER_ACCOUNT
from whiteroom_monitoring.deploy.configuration import config
from whiteroom_monitoring.deploy.host import accounts, owned_files, preparation
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent, resolve
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.deploy.runtimes.compose import places
from whiteroom_monitoring.logs.shipper import alloy
from whiteroom_monitoring.project import load
from whiteroom_monitoring.project.model import Project

ENV_FILE = Path("/run/secrets/env")


def run(profiles: Collection[str], own: bool) -> None:
    """Prepare the volumes for the services of the profiles."""
    project = load()
    descriptions = registry.load(project)
    services = places.services(descriptions, own)
    values = places.placeholders(project, descriptions)
    chosen = [s for s in services if not s.profile or s.profile in profiles]
    resolved = [resolve(s.component, s.variant, values) for s in chosen]
    operators = _operators()
    _hand_out(values.paths, resolved, operators)
    described = [service.component for service in services]
    named = {component.name for component in described}
    # What has no service is left out of the configuration like what is not chosen.
    described += [component for component in descriptions if component.name not in named]
    names = [s.name for s in chosen]
    _configure(values.paths, configuration(project, values.paths, described, names, operators))
    _prepare(resolved, values)
    _record(project, values.paths, resolved)
    print(f"prepared {', '.join(c.name for c in resolved)}", flush=True)


def _operators() -> dict[str, str]:
    """Return the operator's credentials. The secret is a copy, whose mode is the engine's."""
    if not ENV_FILE.is_file():
        return {}
    copy = Path("/tmp/env")
    shutil.copyfile(ENV_FILE, copy)
    copy.chmod(0o600)
    try:
        return credentials.read(copy, {})
    finally:
        copy.unlink()


def _hand_out(
    paths: StackPaths, components: Sequence[ResolvedComponent], operators: dict[str, str]
) -> None:
    accounts.make_folder(paths.run, mode=0o711)
    credentials.store(paths, operators)
    access.store(paths)
    owners = {c.name: c.user for c in components if c.user and accounts.is_own(c.user)}
    secrets = {c.name: c.secrets for c in components if c.secrets}
    paths.credentials.mkdir(exist_ok=True)
    # Those of services that are not chosen are mounted, too: they end up empty.
    unchosen = [f.name for f in paths.credentials.iterdir() if f.name not in secrets]
    credentials.hand_out(paths, secrets | dict.fromkeys(unchosen, ()), owners)


def configuration(
    project: Project,
    paths: StackPaths,
    descriptions: Sequence[Component],
    selected: Sequence[str],
    operators: dict[str, str],
) -> dict[str, str]:
    """Return the files of the configuration for the services that are ``kept``."""
    files = dict(config.render(project, paths, descriptions, selected, operators).files)
    if places.ALLOY.name in selected:
        files["alloy/config.alloy"] = _alloy(project, paths)
    return files


def _configure(paths: StackPaths, files: Mapping[str, str]) -> None:
    """Write the configuration; a file that is no longer part of it goes."""
    for path in sorted(paths.config.rglob("*"), reverse=True):
        if path.is_file() and str(path.relative_to(paths.config)) not in files:
            path.unlink()
    for name, text in files.items():
        path = paths.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        owned_files.write(path, text, 0o644)
    accounts.share(paths.config, {"alertmanager": ALERTMANAGER_ACCOUNT})


def _alloy(project: Project, paths: StackPaths) -> str:
    """Return Alloy's configuration, with the address of what takes its lines."""
    text = alloy.render_file(config.promtail_yml(project))
    return text.replace("http://127.0.0.1:3100", paths.url("loki"))


def _prepare(components: Sequence[ResolvedComponent], values: Placeholders) -> None:
    for component in components:
        mounted = [f for f in component.folders if not f.path.startswith("/dev/shm")]
        preparation.prepare(replace(component, folders=tuple(mounted)), values)


def _record(project: Project, paths: StackPaths, components: Sequence[ResolvedComponent]) -> None:
    """Write down what runs, for `status` and `verify`."""
    programs = {p.name: p.interval_s for p in project.programs.values() if p.is_elsewhere}
    recorded = state.StackState(
        with_app=False,
        components=tuple(component.as_state() for component in components),
        project=str(project.file),
        ports=dict(paths.ports),
        programs=programs,
        configuration=str(project.files.folder),
        in_containers=True,
    )
    state.write(paths, recorded)


if __name__ == "__main__":
    run(os.environ.get("WHITEROOM_PROFILES", "").split(","), own="--own" in sys.argv[1:])
