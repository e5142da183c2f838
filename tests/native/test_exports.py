"""What a plug-in with the core in it shows to the process that loads it: its own entry points."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

BUILT = ROOT / "build"
PRODUCT = BUILT / "bin/libwhiteroom-product.so"
CORE = BUILT / "juce_backend/src/monitoring/libwhiteroom_monitoring.a"

pytestmark = pytest.mark.skipif(
    not shutil.which("nm") or not PRODUCT.exists(), reason="needs binutils and the C++ build"
)


def symbols(file: Path, *options: str) -> list[tuple[str, str]]:
    """Return the kind and the name of each symbol that a file defines."""
    done = subprocess.run(
        ["nm", "--defined-only", *options, file], capture_output=True, text=True, check=True
    )
    rows = (line.split(maxsplit=2) for line in done.stdout.splitlines())
    return [(row[1], row[2]) for row in rows if len(row) == 3]


def test_a_plugin_exports_its_entry_points_alone() -> None:
    """No name of the library is seen by a host or by another product."""
    ours = [name for _, name in symbols(PRODUCT, "-D") if "whiteroom" in name or "wrm_" in name]
    assert ours == []
    assert ("T", "product_make") in symbols(PRODUCT, "-D")


def test_nothing_keeps_a_plugin_from_being_unloaded() -> None:
    """Neither the core nor its adapter has a symbol that the loader makes unique in the process."""
    assert [name for kind, name in symbols(CORE) if kind == "u"] == []
    assert [name for kind, name in symbols(PRODUCT, "-D") if kind == "u"] == []


def test_every_name_of_the_core_says_its_version() -> None:
    """What is in the namespace is in the version's namespace, so two versions share nothing."""
    ours = "whiteroom::monitoring::"
    names = [name for _, name in symbols(CORE, "-C") if ours in name]
    assert len(names) > 100
    assert [name for name in names if ours in name.replace(f"{ours}v0_1::", "")] == []


def thread_variables(file: Path) -> list[str]:
    """Return the names of the thread-local variables that a file defines or uses."""
    done = subprocess.run(["readelf", "-sW", file], capture_output=True, text=True, check=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return [row[7] for row in rows if len(row) == 8 and row[3] == "TLS"]


def test_what_records_has_no_variable_of_a_thread(tmp_path: Path) -> None:
    """The first access to a thread-local variable may allocate: core and plug-in have none."""
    assert thread_variables(CORE) == []
    assert thread_variables(PRODUCT) == []
    source = tmp_path / "other.cpp"
    source.write_text("thread_local int used = 1;\n")
    subprocess.run(["g++", "-c", source, "-o", tmp_path / "other.o"], check=True)
    assert thread_variables(tmp_path / "other.o") == ["used"]
