"""The core compiles where musicians are, without a warning; on Windows, what only records does."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import ROOT

CORE = ROOT / "juce_backend/src/monitoring"
PAGE = ROOT / "docs/reference/platforms.md"
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
WINDOWS = "x86_64-w64-mingw32-g++-posix"
BIG_ENDIAN = "powerpc64-linux-gnu-g++"
PACKAGES = {WINDOWS: "g++-mingw-w64-x86-64-posix", BIG_ENDIAN: "g++-powerpc64-linux-gnu"}
# Clang for these comes with zig, which brings the headers of their systems.
ZIG = {
    "macOS, arm64": "aarch64-macos",
    "iOS, arm64": "aarch64-ios",
    "Linux with musl, x86-64": "x86_64-linux-musl",
}


@dataclass(frozen=True)
class Compiler:
    """A compiler for another platform, and the Debian or Python package that has it."""

    command: tuple[str, ...]
    package: str

    @property
    def is_installed(self) -> bool:
        """Return whether it can be called here."""
        if "ziglang" in self.command:
            return importlib.util.find_spec("ziglang") is not None
        return shutil.which(self.command[0]) is not None

    def errors(self, *options: object) -> str:
        """Compile and return what it complains of, all of it as errors."""
        command = [*self.command, *WARNINGS, *map(str, options)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode != 0 or not done.stderr
        return done.stderr


def of_debian(program: str) -> Compiler:
    """Return a compiler of Debian's."""
    return Compiler((program,), PACKAGES[program])


def of_zig(target: str) -> Compiler:
    """Return zig's clang for a target."""
    command = (sys.executable, "-m", "ziglang", "c++", "-target", target)
    if target.endswith("-ios") and (zig := importlib.util.find_spec("ziglang")):
        assert zig.submodule_search_locations is not None
        # Zig names the headers that Apple's systems share for macOS alone.
        shared = Path(zig.submodule_search_locations[0]) / "lib/libc/include/any-darwin-any"
        command += ("-isystem", str(shared))
    return Compiler(command, "ziglang (from PyPI)")


CORE_COMPILES_FOR = {
    **{platform: of_zig(target) for platform, target in ZIG.items()},
    "Linux, big-endian (powerpc64)": of_debian(BIG_ENDIAN),
}
HEADERS_COMPILE_FOR = {"Windows, x86-64": of_debian(WINDOWS), **CORE_COMPILES_FOR}


def need(compiler: Compiler) -> None:
    """Skip the test where its compiler is missing."""
    if not compiler.is_installed:
        pytest.skip(f"no compiler for this platform here; it is in {compiler.package}")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "platform",
    # Zig translates the headers of a system when they are asked for first: minutes.
    [
        pytest.param(name, marks=pytest.mark.long) if name in ZIG else name
        for name in HEADERS_COMPILE_FOR
    ],
)
def test_what_records_compiles(platform: str, tmp_path: Path) -> None:
    """A program of C++17 that records needs no other system's headers, and endures Windows'."""
    compiler = HEADERS_COMPILE_FOR[platform]
    need(compiler)
    system = "#include <windows.h>\n" if "Windows" in platform else ""
    source = tmp_path / "records.cpp"
    source.write_text(f"{system}#include <whiteroom/monitoring.h>\nint main() {{}}\n")
    options = ("-std=c++17", "-fno-exceptions", "-c", "-I", CORE / "include")
    assert compiler.errors(*options, source, "-o", tmp_path / "records.o") == ""


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("platform", CORE_COMPILES_FOR)
def test_the_core_compiles(platform: str, tmp_path: Path) -> None:
    """Each of the core's sources compiles, without a warning."""
    compiler = CORE_COMPILES_FOR[platform]
    need(compiler)
    for source in (CORE / "sources.txt").read_text().split():
        options = ("-std=c++20", "-c", "-I", CORE / "include", "-o", tmp_path / "made.o")
        assert compiler.errors(*options, CORE / source) == "", source


@pytest.mark.parametrize("program", PACKAGES)
def test_a_mistake_is_noticed(program: str, tmp_path: Path) -> None:
    """A compiler that is asked complains of what would be a warning."""
    compiler = of_debian(program)
    need(compiler)
    source = tmp_path / "mistake.cpp"
    source.write_text("int main(int words, char**) { short less = words; return less; }\n")
    assert "conversion" in compiler.errors("-fsyntax-only", source)


def test_the_page_tells_of_each_platform() -> None:
    """Whatever compiles here stands in the table, as compiled and not as run, and nothing else."""
    rows = re.findall(r"^\| ([^|]+?) +\| ([^|]+?) +\| ([^|]+?) +\|", PAGE.read_text(), re.M)[2:]
    compiled = {name for name, core, _ in rows if core == "compiled"}
    assert compiled == set(CORE_COMPILES_FOR)
    assert {name for name, core, _ in rows if core == "no"} == {"Windows, x86-64", "32 bits"}
    recorded = {name for name, _, headers in rows if headers == "compiled"}
    assert recorded == set(HEADERS_COMPILE_FOR)
