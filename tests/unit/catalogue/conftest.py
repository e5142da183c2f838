"""Catalogues written for a test, in which a mark shows where the diagnostic is expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError

MARK = "▸"

Place = tuple[str, int, int]


def _marked_places(files: Mapping[str, str]) -> list[Place]:
    return [
        (name, number, mark.start() - count + 1)
        for name, text in sorted(files.items())
        for number, line in enumerate(text.splitlines(), start=1)
        for count, mark in enumerate(re.finditer(MARK, line))
    ]


@pytest.fixture
def load_diagnostics(
    tmp_path: Path,
) -> Callable[[Mapping[str, str]], tuple[list[Diagnostic], list[Place]]]:
    """Return a function that loads files and returns their diagnostics and the marked places."""

    def load_files(files: Mapping[str, str]) -> tuple[list[Diagnostic], list[Place]]:
        for name, text in files.items():
            (tmp_path / name).write_text(text.replace(MARK, ""), encoding="utf-8")
        try:
            load(tmp_path)
        except DiagnosticsError as error:
            return list(error.diagnostics), _marked_places(files)
        return [], _marked_places(files)

    return load_files
