"""The Swift package: the same core as the other builds, its own tests, and what it refuses."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.own_catalogue import generate
from tests.swift.conftest import Build
from whiteroom_monitoring.codegen.identifiers import SWIFT_TAKEN_TYPES

CORE = "juce_backend/src/monitoring"
LISTS_IN_CMAKE = "file(STRINGS sources.txt WHITEROOM_CORE_SOURCES)"


def _targets(root: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["swift", "package", "describe", "--type", "json"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return {target["name"]: target for target in json.loads(done.stdout)["targets"]}


def test_every_build_has_the_same_core(root: Path) -> None:
    """CMake, SwiftPM and the Python build compile the sources that sources.txt names."""
    listed = set((root / CORE / "sources.txt").read_text().split())
    assert set(_targets(root)["WhiteRoomMonitoringCore"]["sources"]) == listed
    assert LISTS_IN_CMAKE in (root / CORE / "CMakeLists.txt").read_text()
    # The Python build is CMake's, too.
    assert "scikit_build_core" in (root / "pyproject.toml").read_text()


def test_every_source_is_listed_or_left_out_on_purpose(root: Path) -> None:
    """A source of the core is in sources.txt, or part of the optional endpoint."""
    listed = set((root / CORE / "sources.txt").read_text().split())
    core = root / CORE
    sources = {path.relative_to(core).as_posix() for path in core.rglob("*.cpp")}
    endpoint = set(_targets(root)["WhiteRoomMonitoringEndpointCore"]["sources"])
    assert sources == listed | endpoint


def test_package_has_no_unsafe_flag_and_no_dependency(root: Path) -> None:
    """The package can be a dependency of others: SwiftPM refuses unsafe flags in those."""
    text = (root / "Package.swift").read_text()
    assert "unsafeFlags" not in text
    assert ".package(" not in text


def test_swift_tests_pass(root: Path) -> None:
    """Everything that the Swift tests hold is so, and nothing is built with a warning."""
    # With testable imports everything would be built twice, here and for whoever comes after.
    done = subprocess.run(
        ["swift", "test", "-c", "release", "--quiet", "--disable-testable-imports"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "warning:" not in said
    assert re.search(r"Test run with \d+ tests in \d+ suites passed", said)


def test_generated_swift_compiles_whatever_labels_are_called(
    root: Path, build: Build, tmp_path: Path
) -> None:
    """Types of the package and of Swift, and keywords, are no clash with labels and domains."""
    build("whiteroom-swift-proof")  # builds the module
    labels = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in SWIFT_TAKEN_TYPES}
    for domain in ("work", "family", "segment"):
        files = generate(
            tmp_path, sorted(labels - {"instance", "exemplar"} | {"class"}), ["a"], domain
        )
    sources = [tmp_path / name for name in files if name.startswith("swift/")]
    (tmp_path / "swift").mkdir()
    for source in sources:
        source.write_text(files[source.relative_to(tmp_path).as_posix()])
    done = subprocess.run(
        [
            *("swiftc", "-typecheck", "-module-name", "Tape", "-swift-version", "6"),
            *("-I", root / ".build/release/Modules"),
            *("-I", root / CORE / "include", "-I", root / CORE / "module"),
            *sources,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="session")
def refusal(root: Path, build, tmp_path_factory):
    """Return a function that compiles Swift code and returns what the compiler says against it."""
    build("whiteroom-swift-proof")  # builds the module
    folder = tmp_path_factory.mktemp("refused")

    def run(code: str) -> str:
        source = folder / "code.swift"
        source.write_text(f"import WhiteRoomMonitoring\n{code}\n")
        modules = root / ".build/release/Modules"
        done = subprocess.run(
            [
                *("swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6"),
                *("-parse-as-library", "-I", str(modules), "-I", str(root / CORE / "module")),
                str(source),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr if done.returncode else ""

    return run


SENDABLE = """
func record(_ ui: UI.Shared) async {
    await withTaskGroup { group in
        for _ in 0..<2 { group.addTask { ui.uiUserActionsTotal[.play].increment() } }
    }
}
"""
SHARED_INSTANCE = """
func record(_ frames: borrowing UI.Realtime) async {
    let counter = frames.uiFramesTotal
    await withTaskGroup { group in
        for _ in 0..<2 { group.addTask { counter.increment() } }
    }
}
"""
COPIED_INSTANCE = """
func record(_ frames: consuming UI.Realtime) {
    let first = frames
    let second = frames
    first.uiFramesTotal.increment()
    second.uiFramesTotal.increment()
}
"""
COPIED_SESSION = """
func work(_ business: BusinessMetrics) {
    let session = business.sessionBegan()
    session.end()
    session.end()
}
"""


def test_what_any_thread_may_record_can_be_shared_by_tasks(refusal) -> None:
    """Handles of ManyWriters are Sendable: tasks share them without a warning."""
    assert refusal(SENDABLE) == ""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (SHARED_INSTANCE, "risks causing data races"),
        (COPIED_INSTANCE, "'frames' consumed more than once"),
        (COPIED_SESSION, "'session' consumed more than once"),
    ],
)
def test_what_one_thread_may_record_can_not_be_shared(code: str, said: str, refusal) -> None:
    """The compiler refuses a second writer of realtime cells, and a session that ends twice."""
    assert said in refusal(code)
