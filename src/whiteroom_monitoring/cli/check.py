"""``whiteroom check``: holds catalogue, rules, routes, runbooks and dashboards together."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.cli.argument_types import folder
from whiteroom_monitoring.cli.options import add_project_option
from whiteroom_monitoring.datasources.http import HttpClient, basic_authorization
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.datasources.vocabulary import running
from whiteroom_monitoring.deploy import registry as components
from whiteroom_monitoring.deploy.configuration import config
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.diagnostics import CheckResult, registry, report, succeeded
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.lint.checks import checks
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.project import FILE, Project, load
from whiteroom_monitoring.project.settings import files_in
from whiteroom_monitoring.promql.vocabulary import Family
from whiteroom_monitoring.resources import repository_root, share


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom check``."""
    parser.add_argument(
        "--json", action="store_true", help="print JSON (documented in docs/reference/json.md)"
    )
    add_project_option(parser)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="ID",
        help="make this check alone; may be repeated",
    )
    parser.add_argument(
        "file", nargs="*", type=Path, help="report what is wrong in these files alone"
    )
    parser.add_argument(
        "--infrastructure",
        type=folder,
        metavar="DIR",
        help="folder of prometheus/, alertmanager/, grafana/ and runbooks/, in place of the "
        "project's",
    )
    parser.add_argument(
        "--prometheus",
        metavar="URL",
        help="hold rules and dashboards against what this Prometheus has, too; what it lacks of "
        "programs that nobody has described is then wrong, not unknown",
    )
    parser.add_argument(
        "--prometheus-password-file",
        type=Path,
        metavar="FILE",
        help="the password that it asks for, such as secrets/prometheus_password of a stack's data",
    )
    parser.add_argument(
        "--catalogue", type=folder, metavar="DIR", help="the catalogue, in place of the project's"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make every check and print the results. Return 1 when one fails."""
    workspace = replace(workspace_from(arguments), about=_files(arguments.file))
    if arguments.prometheus:
        families = {**workspace.additions.families, arguments.prometheus: _running(arguments)}
        additions = replace(workspace.additions, families=families, live=True)
        workspace = replace(workspace, additions=additions)
    results = _results(arguments, workspace)
    if arguments.json:
        print(report.as_json(results))
    else:
        report.print_table(results)
    return int(not succeeded(results))


def _results(arguments: argparse.Namespace, workspace: Workspace) -> list[CheckResult]:
    """Make the checks that are asked for, and keep what is about the files that are."""
    known = {check.id: check for check in checks()}
    for name in arguments.only:
        if name not in known:
            remedy = did_you_mean(name, known) or f"there are: {', '.join(known)}"
            raise UsageError(f"--only {name}: no such check; {remedy}")
    left_out = workspace.project.checks.without
    chosen = arguments.only or [name for name in known if name not in left_out]
    progress = Progress(quiet=arguments.json or not sys.stderr.isatty())
    try:
        chosen_checks = [known[name] for name in dict.fromkeys(chosen)]
        results = registry.results(chosen_checks, workspace, progress.step)
    finally:
        progress.end()
    return [_about(result, workspace.about) for result in results]


def _about(result: CheckResult, files: Sequence[Path]) -> CheckResult:
    """Return the result as far as it concerns these files."""
    if result.state != "failed" or not files:
        return result
    diagnostics = tuple(d for d in result.diagnostics if d.path and d.path.absolute() in files)
    return replace(result, diagnostics=diagnostics, state="failed" if diagnostics else "ok")


def _files(paths: Sequence[Path]) -> tuple[Path, ...]:
    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file")
    return tuple(path.absolute() for path in paths)


def _running(arguments: argparse.Namespace) -> list[Family]:
    file = arguments.prometheus_password_file
    if file and not file.is_file():
        raise UsageError(f"--prometheus-password-file {file}: there is no such file")
    authorization = basic_authorization(file) if file else ""
    url = arguments.prometheus.rstrip("/")
    return running(PrometheusClient(HttpClient("Prometheus", url, authorization=authorization)))


def workspace_from(arguments: argparse.Namespace) -> Workspace:
    """Return the project's workspace, with the folders that the options put in their place."""
    project = load(arguments.project)
    own = project.files
    if arguments.infrastructure:
        files = files_in(arguments.infrastructure.absolute())
        project = structs.replace(
            project, files=structs.replace(files, components=own.components, probes=own.probes)
        )
    if arguments.catalogue:
        project = structs.replace(project, catalogues=(arguments.catalogue.absolute(),))
    return workspace_of(project)


def workspace_of(project: Project) -> Workspace:
    """Return a project's workspace."""
    descriptions = components.load(project)
    return Workspace(
        project,
        config.prometheus_yml(project),
        config.alertmanager_yml(project),
        config.additions(project, descriptions),
        clone=repository_root() is not None or project.file != share(FILE),
    )
