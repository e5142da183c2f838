"""Every generated file is what the generator writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring import generated_files as files
from whiteroom_monitoring.codegen.outputs import generate
from whiteroom_monitoring.diagnostics import (
    CheckSkipped,
    Diagnostic,
    FilePlace,
    check,
    require_none,
)
from whiteroom_monitoring.diagnostics.check import count
from whiteroom_monitoring.generated_files import GeneratedFile
from whiteroom_monitoring.lint.workspace import Workspace

_REMEDY = f"run `{files.COMMAND}`"
_STATES = {
    "missing": "the generated file is missing",
    "differs": "the generated file is not what the catalogue says",
    "stale": "the generated file is left over: nothing generates it",
}


@check("generated-files", "catalogue", "what `whiteroom generate` writes")
def generated_files(workspace: Workspace) -> str:
    """No generated file is missing, stale or changed by hand."""
    if not workspace.clone:
        raise CheckSkipped("only a clone has them")
    _ = workspace.catalogue
    root = workspace.project.root
    compared = files.compare(root, generate(workspace.project))
    return require_none(_diagnostics(root, compared), count(len(compared), "file"))


def _diagnostics(root: Path, compared: list[GeneratedFile]) -> Iterator[Diagnostic]:
    for file in compared:
        if file.state != "current":
            yield Diagnostic(FilePlace(root / file.path), _STATES[file.state], _REMEDY)
