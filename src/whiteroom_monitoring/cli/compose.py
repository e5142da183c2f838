"""``whiteroom compose``: prints the compose file that the descriptions of components give."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from whiteroom_monitoring.cli.options import add_project_option
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import load


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom compose``."""
    add_project_option(parser)
    parser.add_argument(
        "--own",
        action="store_true",
        help="our log store, shipper and exporter of containers, in place of Loki, Alloy and "
        "cAdvisor",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write it there (default: print it)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print or write the compose file."""
    # Here, because YAML and the descriptions take a fifth of a second, which `--help` has not.
    from whiteroom_monitoring.deploy.runtimes.compose.render import render  # noqa: PLC0415

    project = load(arguments.project)
    text = render(project, registry.load(project), arguments.own)
    dockerfile = project.files.folder / "Dockerfile"
    if not dockerfile.is_file():
        print(f"{dockerfile}: not found: services of ours can't be built without", file=sys.stderr)
    if arguments.output is None:
        print(text, end="")
        return 0
    try:
        arguments.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output {arguments.output}: {error.strerror}") from error
    return 0
