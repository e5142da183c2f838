"""The C++ client compiles, whatever labels and their values are called."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.own_catalogue import generate
from tests.support.paths import ROOT
from whiteroom_monitoring.codegen.identifiers import CPP_KEYWORDS, CPP_TAKEN_TYPES, RESERVED_MACROS

INCLUDE = ROOT / "juce_backend/src/monitoring/include"
SYSTEM = ("cerrno", "climits", "cmath", "csignal", "cstdio", "cstdlib")
MACROS = ("EOF", "EPIPE", "E2BIG", "SIGTERM", "SIG_IGN")
VALUES = (*CPP_KEYWORDS, *RESERVED_MACROS, *MACROS, "5xx", "not-found")
MINGW = "x86_64-w64-mingw32-g++-posix"


def _labels(types: frozenset[str]) -> list[str]:
    """Return the labels whose types would have these names; Prometheus sets `instance` itself."""
    labels = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in types}
    return sorted(labels - {"instance"})


def _errors(compiler: str, folder: Path, files: dict[str, str], before: str) -> str:
    (folder / "work.h").write_text(files["cpp/work.h"])
    source = folder / "all.cpp"
    source.write_text(f'{before}#include "work.h"\nint main() {{}}\n')
    options = ("-std=gnu++20", "-Wall", "-Wextra", "-fsyntax-only", "-I", INCLUDE)
    command = [compiler, *options, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bool(done.returncode) <= bool(done.stderr)
    return done.stderr


def test_no_value_and_no_label_is_in_the_compilers_way(tmp_path: Path) -> None:
    """Keywords, macros of GNU mode and of the C library, and types of the core are renamed."""
    files = generate(tmp_path, [*_labels(CPP_TAKEN_TYPES), "cause"], VALUES)
    system = "".join(f"#include <{header}>\n" for header in SYSTEM)
    assert _errors("g++", tmp_path, files, system) == ""


@pytest.mark.skipif(shutil.which(MINGW) is None, reason=f"needs {MINGW}")
def test_no_value_is_in_the_way_of_windows(tmp_path: Path) -> None:
    """Macros of <windows.h> are renamed, as well."""
    files = generate(tmp_path, ["cause"], VALUES)
    assert _errors(MINGW, tmp_path, files, "#include <windows.h>\n") == ""


@pytest.mark.parametrize("value", ["constexpr", "linux", "errno", "EOF"])
def test_what_is_reserved_is_renamed_and_its_text_stays(tmp_path: Path, value: str) -> None:
    """The enumerator has an underscore at its end; the value in the exposition has none."""
    header = generate(tmp_path, ["cause"], [value, "other"])["cpp/work.h"]
    assert f"{{ {value}_, other }}" in header
    assert f'{{"{value}", "other"}}' in header


def test_a_domain_may_be_called_like_a_keyword(tmp_path: Path) -> None:
    """The namespace of the domain is renamed; the domain and its metrics keep their names."""
    header = generate(tmp_path, ["cause"], ["a"], domain="export")["cpp/export.h"]
    assert "namespace tape::export_ {" in header
    assert '"export_items0_total"' in header
