"""``whiteroom check``: holds catalogue, rules, routes, runbooks and dashboards together."""

from __future__ import annotations

import argparse
from dataclasses import replace

from whiteroom_monitoring.cli.options import add_project_option, folder
from whiteroom_monitoring.deploy import config
from whiteroom_monitoring.deploy import registry as components
from whiteroom_monitoring.diagnostics import registry, report, succeeded
from whiteroom_monitoring.lint.registry import checks
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.project import FILE, load
from whiteroom_monitoring.project.settings import files_in
from whiteroom_monitoring.resources import repository_root, share


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom check``."""
    parser.add_argument(
        "--json", action="store_true", help="print JSON (documented in docs/reference/json.md)"
    )
    add_project_option(parser)
    parser.add_argument(
        "--infrastructure",
        type=folder,
        metavar="DIR",
        help="folder of prometheus/, alertmanager/, grafana/ and runbooks/, in place of the "
        "project's",
    )
    parser.add_argument(
        "--catalogue", type=folder, metavar="DIR", help="the catalogue, in place of the project's"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make every check and print the results. Return 1 when one fails."""
    workspace = workspace_from(arguments)
    left_out = workspace.project.checks.without
    results = registry.results([c for c in checks() if c.id not in left_out], workspace)
    if arguments.json:
        print(report.as_json(results))
    else:
        report.print_table(results)
    return int(not succeeded(results))


def workspace_from(arguments: argparse.Namespace) -> Workspace:
    """Return the project's workspace, with the folders that the options put in their place."""
    project = load(arguments.project)
    own = project.files
    if arguments.infrastructure:
        files = files_in(arguments.infrastructure.absolute())
        project = replace(
            project, files=replace(files, components=own.components, probes=own.probes)
        )
    if arguments.catalogue:
        project = replace(project, catalogues=(arguments.catalogue.absolute(),))
    descriptions = components.load(project)
    return Workspace(
        project,
        config.prometheus_yml(project),
        config.alertmanager_yml(project),
        config.additions(project, descriptions),
        clone=repository_root() is not None or project.file != share(FILE),
    )
