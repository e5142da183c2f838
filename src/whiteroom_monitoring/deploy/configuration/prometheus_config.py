"""Prometheus' configuration: the project's file, and a job for each program and component."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.project.model import Program, Project

DEFAULT_METRICS_PATH = "/metrics"
# How Prometheus spells the keys of files within a job.
_FILE_KEYS = ("ca_file", "cert_file", "key_file", "password_file", "credentials_file", "files")


@dataclass(frozen=True)
class Edits:
    """What is done to a project's files: ``changes`` takes a sentence for each change.

    ``shift`` moves the addresses of components in a text to the stack's ports.
    """

    shift: Callable[[str], str]
    changes: list[str]


def render(
    project: Project,
    path: Path,
    descriptions: Sequence[Component],
    selected: Collection[str],
    edits: Edits,
) -> dict[str, Any]:
    """Return the content of the file at ``path`` with the jobs of what the stack has."""
    shift, changes = edits.shift, edits.changes
    content: dict[str, Any] = plain_yaml.load(shift(path.read_text(encoding="utf-8"))) or {}
    name = path.name
    written = content.get("scrape_configs") or []
    jobs = [
        _ComponentJob(
            c.name, c.name in selected, plain_yaml.load(shift(plain_yaml.dump(component_job(c))))
        )
        for c in descriptions
        if c.scrape
    ]
    content["scrape_configs"] = [
        *_written_jobs(project, written, jobs, changes),
        *_added_jobs(project, {job.get("job_name") for job in written}, jobs),
    ]
    content["rule_files"] = _rule_files(project, path, content.get("rule_files"), changes)
    _with_absolute_files(content, path.parent, name, changes)
    if not content.get("alerting"):
        target = shift(f"{LOOPBACK}:{_number('alertmanager', descriptions)}")
        content["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [target]}]}]}
        changes.append(f"{name}: alerts go to the stack's Alertmanager; it names none")
    return content


def add_passwords(
    content: dict[str, Any], paths: StackPaths, descriptions: Sequence[Component]
) -> None:
    """Add the password of each component that asks for one, and has none of the project's."""
    jobs = {c.scrape.name: c.name for c in descriptions if c.scrape}
    for job in content["scrape_configs"]:
        owner = jobs.get(str(job.get("job_name")))
        if owner in access.GUARDED:
            job.setdefault("basic_auth", access.basic_auth(paths, owner))
    own = f"{LOOPBACK}:{paths.port('alertmanager')}"
    for manager in content["alerting"].get("alertmanagers", []):
        targets = [t for static in manager.get("static_configs", []) for t in static["targets"]]
        if own in targets:
            manager.setdefault("basic_auth", access.basic_auth(paths, "alertmanager"))


def rules_left_out(
    project: Project, descriptions: Sequence[Component], selected: Collection[str]
) -> set[str]:
    """Return the files of rules about what the stack does not have."""
    about = {rule: c.name in selected for c in descriptions for rule in c.rules}
    for program in project.programs.values():
        about |= {rule: program.is_elsewhere or about.get(rule, False) for rule in program.rules}
    return {rule for rule, is_there in about.items() if not is_there}


def component_job(component: Component) -> dict[str, Any]:
    """Return the entry of ``scrape_configs`` that scrapes a component. It has a scrape job."""
    job = component.scrape
    assert job is not None
    entry: dict[str, Any] = {"job_name": job.name}
    if job.interval_s is not None:
        entry["scrape_interval"] = f"{job.interval_s}s"
    if job.path != DEFAULT_METRICS_PATH:
        entry["metrics_path"] = job.path
    target = f"{LOOPBACK}:{component.ports[0].number}"
    return {**entry, "static_configs": [{"targets": [target], "labels": {"service": job.service}}]}


def program_job(program: Program) -> dict[str, Any]:
    """Return the entry of ``scrape_configs`` that scrapes a program where the project has it."""
    entry: dict[str, Any] = {"job_name": program.name}
    if program.interval_s is not None:
        entry["scrape_interval"] = f"{program.interval_s}s"
    if program.path != DEFAULT_METRICS_PATH:
        entry["metrics_path"] = program.path
    if program.tls is not None:
        files = ("ca_file", "cert_file", "key_file", "server_name")
        tls = {key: getattr(program.tls, key) for key in files}
        entry["scheme"] = "https"
        entry["tls_config"] = {key: str(value) for key, value in tls.items() if value}
    return entry | _credentials(program) | _discovery(program)


def _credentials(program: Program) -> dict[str, Any]:
    named = program.credentials
    if named.bearer_token_file:
        return {"authorization": {"credentials_file": str(named.bearer_token_file)}}
    if named.username:
        password = str(named.password_file)
        return {"basic_auth": {"username": named.username, "password_file": password}}
    return {}


def _discovery(program: Program) -> dict[str, Any]:
    """Return where its instances are, each with the label service."""
    labels = {"service": program.service}
    discovery: dict[str, Any] = {}
    if program.addresses:
        discovery["static_configs"] = [{"targets": list(program.addresses), "labels": labels}]
    if program.files:
        discovery["file_sd_configs"] = [{"files": list(program.files)}]
    if program.dns:
        discovery["dns_sd_configs"] = [
            {"names": [record.name], "type": record.type}
            | ({"port": record.port} if record.port else {})
            for record in program.dns
        ]
    if program.files or program.dns:
        relabelling = {"target_label": "service", "replacement": program.service}
        discovery["relabel_configs"] = [relabelling]
    return discovery


@dataclass(frozen=True)
class _ComponentJob:
    """The job of a component, at the stack's ports, and whether the stack has the component."""

    component: str
    kept: bool
    entry: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.entry["job_name"])


def _written_jobs(
    project: Project,
    written: Sequence[dict[str, Any]],
    jobs: Sequence[_ComponentJob],
    changes: list[str],
) -> Iterator[dict[str, Any]]:
    """Yield the jobs of the file but those that scrape a component that the stack has not."""
    owners = {job.name: job for job in jobs}
    for job in written:
        name = str(job.get("job_name"))
        program, owner = project.programs.get(name), owners.get(name)
        if program and program.is_elsewhere:
            changes.append(f"job {name}: scraped at {program.place}, as whiteroom.toml says")
            yield program_job(program)
        elif owner and not owner.kept and _targets(job) <= _targets(owner.entry):
            changes.append(f"job {name}: left out with the component {owner.component}")
        else:
            yield dict(job)


def _added_jobs(
    project: Project, names: Collection[Any], jobs: Sequence[_ComponentJob]
) -> Iterator[dict[str, Any]]:
    """Yield the jobs of programs and components that the file does not name."""
    for program in project.programs.values():
        if program.is_elsewhere and program.name not in names:
            yield program_job(program)
    yield from (job.entry for job in jobs if job.kept and job.name not in names)


def _targets(job: dict[str, Any]) -> set[str]:
    """Return the targets of a job; of one that finds them otherwise, one that no other has."""
    if any(key.endswith("_sd_configs") for key in job):
        return {"discovered"}
    static = job.get("static_configs") or []
    return {target for group in static for target in group.get("targets") or []}


def _rule_files(
    project: Project, path: Path, written: Sequence[str] | None, changes: list[str]
) -> list[str]:
    """Return the patterns of rules: those of the project's folder are copied, others stay."""
    patterns = ["rules/*.yml", "rules/*.yaml"]
    for pattern in written or []:
        absolute = path.parent / pattern
        if absolute.parent == project.files.rules or pattern == "rules/*.yml":
            continue
        changes.append(f"{path.name}: rule_files {pattern} is read at {absolute}")
        patterns.append(str(absolute))
    return patterns


def _with_absolute_files(node: Any, folder: Path, name: str, changes: list[str]) -> None:
    """Let relative paths of files begin at ``folder``, where the file is that names them."""
    if isinstance(node, list):
        for item in node:
            _with_absolute_files(item, folder, name, changes)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "files" and isinstance(value, list):
                node[key] = [_absolute(text, folder, name, changes) for text in value]
            elif key in _FILE_KEYS and isinstance(value, str):
                node[key] = _absolute(value, folder, name, changes)
            else:
                _with_absolute_files(value, folder, name, changes)


def _absolute(text: str, folder: Path, name: str, changes: list[str]) -> str:
    if Path(text).is_absolute():
        return text
    changes.append(f"{name}: {text} is read at {folder / text}")
    return str(folder / text)


def _number(name: str, descriptions: Sequence[Component]) -> int:
    return next(port.number for c in descriptions for port in c.ports if port.name == name)
