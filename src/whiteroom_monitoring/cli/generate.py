"""``whiteroom generate``: writes the files that are generated, or compares them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from whiteroom_monitoring import generated_files as files
from whiteroom_monitoring.cli.argument_types import folder
from whiteroom_monitoring.cli.check import workspace_of
from whiteroom_monitoring.cli.options import add_project_option
from whiteroom_monitoring.codegen.outputs import generate
from whiteroom_monitoring.deploy.configuration.config import promtail_yml
from whiteroom_monitoring.documents.references import pages
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.generated_files import GeneratedFile
from whiteroom_monitoring.project import FILE, load
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.resources import repository_root, share

MAX_DIFF_LINES = 60
_DONE = {"current": "unchanged", "missing": "written", "differs": "written", "stale": "removed"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom generate``."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a file is not current"
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON (documented in docs/reference/json.md)"
    )
    add_project_option(parser)
    parser.add_argument(
        "--catalogue", type=folder, metavar="DIR", help="the catalogue, in place of the project's"
    )
    parser.add_argument(
        "--root", type=Path, metavar="ROOT", help="write below ROOT (default: the project's folder)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write or compare the generated files. Return 1 when --check finds one that differs."""
    project = load(arguments.project)
    if arguments.root is None and repository_root() is None and project.file == share(FILE):
        raise UsageError(
            f"found no {FILE} here or above, and the bundled one is not for writing; make one by "
            "`whiteroom init NAME`, or name --project"
        )
    root = (arguments.root or project.root).absolute()
    if arguments.catalogue:
        project = replace(project, catalogues=(arguments.catalogue.absolute(),))
    generated = generate(project)
    if not arguments.catalogue and project.root == repository_root():
        generated |= pages.generate(workspace_of(project), _parsers())
    generated |= _of_alloy(project)
    outputs = files.compare(root, generated)
    if not arguments.check:
        files.write(root, outputs)
    if arguments.json:
        print(json.dumps(_report(outputs, arguments.check), indent=2))
    else:
        _print(outputs, arguments.check)
    return int(arguments.check and any(file.state != "current" for file in outputs))


def _of_alloy(project: Project) -> dict[str, str]:
    """Return Alloy's configuration, where the project has one of the shipper."""
    path = promtail_yml(project)
    folder = project.files.folder
    if not path.is_relative_to(folder) or not folder.is_relative_to(project.root):
        return {}
    # Here, because it takes the parsers of LogQL.
    from whiteroom_monitoring.logs.shipper import alloy  # noqa: PLC0415

    name = folder.relative_to(project.root) / "alloy/config.alloy"
    return {name.as_posix(): alloy.render_file(path)}


def _parsers() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of every command by its name."""
    from whiteroom_monitoring.cli.main import build_parser  # noqa: PLC0415

    actions = build_parser(every=True)._actions
    [subparsers] = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    return dict(subparsers.choices)


def _report(outputs: Sequence[GeneratedFile], check: bool) -> dict[str, Any]:
    return {
        "files": [
            {"path": file.path, "state": file.state if check else _DONE[file.state]}
            for file in outputs
        ]
    }


def _print(outputs: Sequence[GeneratedFile], check: bool) -> None:
    changed = [file for file in outputs if file.state != "current"]
    for file in changed:
        print(f"{file.state if check else _DONE[file.state]:9} {file.path}")
    if not changed:
        print(f"all {len(outputs)} generated files are current")
    elif check:
        lines = [line for file in changed for line in file.difference()]
        print("\n".join(lines[:MAX_DIFF_LINES]))
        if len(lines) > MAX_DIFF_LINES:
            print(f"... and {len(lines) - MAX_DIFF_LINES} more lines")
        print(f"\nto mend it, run: {files.COMMAND}")
