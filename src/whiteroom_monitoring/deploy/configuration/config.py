"""The configuration as components read it: the project's files with a stack's ports and paths.

What is written is what the project says. Each change of it is told, so that `up --plan` can print
it: an address that belongs to a component moves with the stack's ports, a channel without its
credential leads to the inbox, a relative path begins at its file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.covering.rules import PREFIX
from whiteroom_monitoring.datasources.http import USER
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.configuration import (
    alertmanager_config,
    pager_path_config,
    probe_routes,
    prometheus_config,
    runbooks,
)
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.deploy.registry import COMPONENTS, scrape_jobs
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.proofs import ledger
from whiteroom_monitoring.resources import share

# Of the first scrapes after a start.
QUICK_INTERVAL = "1s"

# Where Grafana's container has the dashboards.
_CONTAINER_DASHBOARDS = "/etc/grafana/dashboards"
_NOTE = "# Written by `whiteroom up` from the configuration of the project.\n"
_LOCAL_PORT = re.compile(rf"\b{re.escape(LOOPBACK)}:(\d+)")
_DEFAULTS = Path(__file__).with_name("defaults")


@dataclass(frozen=True)
class Rendered:
    """The content of each file by its path below StackPaths.config, and what was changed in it."""

    files: Mapping[str, str]
    changes: Sequence[str]


def prometheus_yml(project: Project) -> Path:
    """Return the project's configuration of Prometheus, or ours where it has none."""
    own = project.files.prometheus
    return own if own.exists() else _DEFAULTS / "prometheus.yml"


def alertmanager_yml(project: Project) -> Path:
    """Return the project's configuration of Alertmanager, or ours where it has none."""
    own = project.files.alertmanager
    return own if own.exists() else _DEFAULTS / "alertmanager.yml"


def loki_yml(project: Project) -> Path:
    """Return the project's configuration of Loki, or ours where it has none."""
    own = project.files.folder / "loki/loki-config.yml"
    return own if own.exists() else _DEFAULTS / "loki-config.yml"


def promtail_yml(project: Project) -> Path:
    """Return the project's configuration of the shipper, or ours where it has none."""
    own = project.files.folder / "promtail/promtail-config.yml"
    return own if own.exists() else _DEFAULTS / "promtail-config.yml"


def canaries_yml(project: Project) -> Path:
    """Return how canaries are written at the sources of logs, by the project or by us."""
    own = project.files.folder / "promtail/canaries.yml"
    if own.exists() or promtail_yml(project).parent == own.parent:
        return own
    return _DEFAULTS / "canaries.yml"


def rules(project: Project) -> list[Path]:
    """Return the project's files of rules."""
    return sorted(project.files.rules.glob("*.y*ml"))


def diagnostics(project: Project, descriptions: Sequence[Component]) -> list[Diagnostic]:
    """Return every diagnostic of the files and of the catalogue, at its place.

    What the components of ``descriptions`` expose may be named by rules.
    """
    # Here, because it takes a fifth of a second, which `whiteroom up --help` has not.
    from whiteroom_monitoring.lint import configuration  # noqa: PLC0415
    from whiteroom_monitoring.project import catalogues  # noqa: PLC0415

    try:
        return configuration.diagnostics(
            configuration.Configuration(
                catalogues.known(project),
                prometheus_yml(project),
                rules(project),
                alertmanager_yml(project),
                project.alerts,
                additions(project, descriptions),
            )
        )
    except DiagnosticsError as error:
        return list(error.diagnostics)


def additions(project: Project, descriptions: Sequence[Component]) -> Any:
    """Return what exists beside the files: what components expose, and the jobs that are added."""
    from whiteroom_monitoring.lint import configuration  # noqa: PLC0415
    from whiteroom_monitoring.promql.vocabulary import Family  # noqa: PLC0415

    families = {c.name: [Family.parse(line) for line in c.metrics] for c in descriptions}
    services = {job.name: job.service for job in scrape_jobs(descriptions).values()}
    services |= {program.name: program.service for program in project.programs.values()}
    of_path = pager_path_config.services(descriptions)
    return configuration.Additions(
        {name: f for name, f in families.items() if f},
        services | of_path,
        # The path's job keeps one metric, which no rule of a project names.
        frozenset(_described(project, descriptions)) | of_path.keys(),
    )


def _described(project: Project, descriptions: Sequence[Component]) -> Iterator[str]:
    """Yield the jobs whose metrics a catalogue, a vocabulary or a component tells."""
    from whiteroom_monitoring.project import catalogues  # noqa: PLC0415

    vocabularies = {path.stem for path in share("catalogue/vocabulary").glob("*.txt")}
    ours = {component.name for component in COMPONENTS}
    for component in descriptions:
        is_described = component.metrics or component.name in vocabularies | ours
        if component.scrape and is_described:
            yield component.scrape.name
    try:
        domains = catalogues.known(project).domains
    except DiagnosticsError:
        # The check of the catalogue says what is wrong.
        domains = ()
    recording = {domain.program for domain in domains if domain.metrics}
    yield from (p.name for p in project.programs.values() if p.domains or p.name in recording)


def render(
    project: Project,
    paths: StackPaths,
    descriptions: Sequence[Component],
    selected: Collection[str],
    credentials: Collection[str],
) -> Rendered:
    """Return the files of a stack that has those of the components that are ``kept``.

    ``credentials`` are the names that are set; a channel without its own leads to the inbox.
    """
    shift = _shift_of(paths, descriptions)
    edits = prometheus_config.Edits(shift, [])
    prometheus, alertmanager = prometheus_yml(project), alertmanager_yml(project)
    for path in (prometheus, alertmanager):
        text = path.read_text(encoding="utf-8")
        if shift(text) != text:
            edits.changes.append(f"{path.name}: addresses of components are at the stack's ports")
    contents = {
        "prometheus/prometheus.yml": prometheus_config.render(
            project, prometheus, descriptions, selected, edits
        ),
        "alertmanager/alertmanager.yml": alertmanager_config.render(
            project, alertmanager, paths, credentials, edits
        ),
    }
    prometheus_config.add_passwords(contents["prometheus/prometheus.yml"], paths, descriptions)
    alertmanager_content = contents["alertmanager/alertmanager.yml"]
    probe_routes.add(alertmanager_content, project.alerts.watchdog, edits.changes)
    own = pager_path_config.add(contents, paths, selected, edits.changes)
    files = {name: _NOTE + plain_yaml.dump(content) for name, content in contents.items()} | own
    left_out = prometheus_config.rules_left_out(project, descriptions, selected)
    proven = _proven(project, edits.changes)
    for path in rules(project):
        # What is covered leaves with its alerts.
        if path.name.removeprefix(PREFIX) not in left_out:
            text = proven.get(path.name) or path.read_text(encoding="utf-8")
            files[f"prometheus/rules/{path.name}"] = shift(text)
    for path in sorted(project.files.templates.glob("*.tmpl")):
        files[f"alertmanager/templates/{path.name}"] = shift(path.read_text(encoding="utf-8"))
    files |= runbooks.render(project.files.runbooks, paths, shift)
    files["loki/loki-config.yml"] = loki_yml(project).read_text(encoding="utf-8")
    files["promtail/promtail-config.yml"] = pager_path_config.add_log(
        shift(promtail_yml(project).read_text("utf-8")), paths, selected
    )
    canaries = canaries_yml(project)
    # A project with jobs of its own may have none.
    text = canaries.read_text("utf-8") if canaries.exists() else "canaries: []\n"
    files["promtail/canaries.yml"] = shift(text)
    grafana = _grafana(project.files.grafana, paths)
    return Rendered(
        {**files, **{name: shift(text) for name, text in grafana.items()}}, edits.changes
    )


def _proven(project: Project, changes: list[str]) -> dict[str, str]:
    """Return the texts of those files of rules whose alerts say when they were last proven."""
    # Here, because most projects have no proof, and reading rules takes a fifth of a second.
    if not (project.files.drills / ledger.FILE).exists():
        return {}
    from whiteroom_monitoring.proofs import annotations  # noqa: PLC0415

    texts = annotations.annotated(project, rules(project))
    if texts:
        changes.append("rules: pages say when their alerts were last proven")
    return texts


def quickened(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files with first scrapes that follow at once.

    Prometheus spreads its first scrapes over one interval. A start is green when all have happened,
    so it begins with short intervals, which `up` then replaces by those of ``files``.
    """
    content = plain_yaml.load(files["prometheus/prometheus.yml"])
    quick = {"scrape_interval": QUICK_INTERVAL, "scrape_timeout": QUICK_INTERVAL}
    content["global"] = {**(content.get("global") or {}), **quick}
    for job in content["scrape_configs"]:
        job.update({key: quick[key] for key in quick.keys() & job.keys()})
    text = _NOTE + plain_yaml.dump(content)
    return {**files, "prometheus/prometheus.yml": text}


def _shift_of(paths: StackPaths, descriptions: Sequence[Component]) -> Callable[[str], str]:
    """Return what moves the addresses of components in a text to this stack's ports."""
    moved = {port.number: paths.port(port.name) for c in descriptions for port in c.ports}

    def moved_address(address: re.Match[str]) -> str:
        port = int(address[1])
        return f"{LOOPBACK}:{moved.get(port, port)}"

    return lambda text: _LOCAL_PORT.sub(moved_address, text)


def _grafana(folder: Path, paths: StackPaths) -> dict[str, str]:
    """Return dashboards and provisioning, with this stack's folder of dashboards."""
    sources = [*folder.glob("dashboards/*.json"), *folder.glob("provisioning/*/*.yml")]
    files = {f"grafana/{path.relative_to(folder)}": path.read_text("utf-8") for path in sources}
    ours = str(paths.config / "grafana/dashboards")
    files = {name: text.replace(_CONTAINER_DASHBOARDS, ours) for name, text in files.items()}
    return {
        name: _with_passwords(text, paths) if "/datasources/" in name else text
        for name, text in files.items()
    }


def _with_passwords(text: str, paths: StackPaths) -> str:
    """Return provisioned data sources with the passwords of those that ask for one."""
    content = plain_yaml.load(text)
    for source in content["datasources"]:
        if source["uid"] in access.GUARDED:
            file = access.password_file(paths, source["uid"]).name
            secret = f"$__file{{{paths.credentials_of('console') / file}}}"
            source |= {"basicAuth": True, "basicAuthUser": USER}
            source["secureJsonData"] = {"basicAuthPassword": secret}
    return _NOTE + plain_yaml.dump(content)
