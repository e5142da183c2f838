"""``whiteroom generate``: writes the files that are generated, or compares them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whiteroom_monitoring import generated_files as files
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.codegen import interfaces
from whiteroom_monitoring.codegen.outputs import generate
from whiteroom_monitoring.covering import load as covering
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.generated_files import GeneratedFile
from whiteroom_monitoring.project import repository_root
from whiteroom_monitoring.slo import load as objectives

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
    parser.add_argument(
        "--catalogue", type=Path, metavar="DIR", help="the catalogue (default: ROOT/catalogue)"
    )
    parser.add_argument(
        "--root", type=Path, metavar="ROOT", help="write below ROOT (default: this clone)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write or compare the generated files. Return 1 when --check finds one that differs."""
    root = arguments.root or repository_root()
    if root is None:
        raise UsageError(
            "generate writes into a clone, but this is an installed package: name --root"
        )
    folder = arguments.catalogue or root / "catalogue"
    generated = generate(
        load(folder),
        objectives.load(root / objectives.PATH),
        interfaces.load(folder),
        covering.load(root / covering.PATH),
        covering.written_rules(root),
    )
    outputs = files.compare(root, generated)
    if not arguments.check:
        files.write(root, outputs)
    if arguments.json:
        print(json.dumps(_report(outputs, arguments.check), indent=2))
    else:
        _print(outputs, arguments.check)
    return int(arguments.check and any(file.state != "current" for file in outputs))


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
