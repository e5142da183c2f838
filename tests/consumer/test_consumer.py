"""Another project builds against the libraries: installed, and as a subdirectory of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.paths import ROOT

HERE = Path(__file__).parent
BUILT = ROOT / "build"


def _cmake(*arguments: object) -> str:
    command = ["nice", "cmake", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _configure(build: Path, *options: str) -> None:
    _cmake("-S", HERE, "-B", build, "-G", "Ninja", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *options)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The libraries, installed from the clone's own build into a folder that then moved."""
    if not (BUILT / "CMakeCache.txt").is_file():
        pytest.skip("the C++ build is missing: infrastructure/monitoring/start.sh --install-only")
    folder = tmp_path_factory.mktemp("consumer")
    _cmake("--install", BUILT, "--prefix", folder / "first")
    return (folder / "first").rename(folder / "moved")


def _check_plain(build: Path, segments: Path) -> None:
    recorded = subprocess.run(
        [build / "plain", segments], capture_output=True, text=True, check=True
    ).stdout
    assert '\nui_errors_total{type="engine"} 2\n' in recorded
    assert "\naudio_callbacks_total 1\n" in recorded


def _check_programs(build: Path, segments: Path) -> None:
    recorded = subprocess.run(
        [build / "recorder", segments], capture_output=True, text=True, check=True
    ).stdout
    assert '\nui_errors_total{type="engine"} 2\n' in recorded
    assert "\nui_frames_total 60\n" in recorded
    with subprocess.Popen(
        [build / "server", segments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            served = answer.read().decode()
    assert "\nui_active_sessions 3\n" in served
    assert "\nui_frames_total 60\n" in served


def test_a_project_finds_the_installed_package(
    installed: Path, segments: Path, tmp_path: Path
) -> None:
    """find_package() gives both targets, wherever the package is, with nothing of the clone."""
    _configure(tmp_path, f"-DCMAKE_PREFIX_PATH={installed}")
    _cmake("--build", tmp_path)
    _check_programs(tmp_path, segments / "full")
    _check_plain(tmp_path, segments / "plain")
    for file in installed.rglob("*.cmake"):
        assert str(ROOT) not in file.read_text()
        assert str(installed.parent / "first") not in file.read_text()


@pytest.mark.parametrize(("components", "is_found"), [("", True), ("COMPONENTS endpoint", False)])
def test_without_libmicrohttpd_only_the_endpoint_is_missing(
    installed: Path, tmp_path: Path, components: str, is_found: bool
) -> None:
    """The core is found; a project that asks for the endpoint is told that it can't be had."""
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(Core LANGUAGES CXX)\n"
        f"find_package(WhiteRoomMonitoring REQUIRED {components})\n"
    )
    options = [f"-DCMAKE_PREFIX_PATH={installed}", "-DCMAKE_DISABLE_FIND_PACKAGE_MicroHTTPD=ON"]
    command = ["cmake", "-S", str(tmp_path), "-B", str(tmp_path / "build"), "-G", "Ninja"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == is_found, done.stderr
    words = " ".join(done.stderr.split())
    assert ("no component endpoint" in words and "libmicrohttpd-dev" in words) != is_found


def _commands(build: Path) -> Sequence[dict[str, str]]:
    commands: list[dict[str, str]] = json.loads((build / "compile_commands.json").read_text())
    return [command for command in commands if str(HERE) not in command["file"]]


def test_a_project_takes_the_sources_into_its_own(tmp_path: Path) -> None:
    """add_subdirectory() brings the libraries alone: no test, no app, no warning that is an error,
    and nothing that is installed with the other project."""
    _configure(tmp_path, f"-DWHITEROOM_SOURCE={ROOT}")
    commands = _commands(tmp_path)
    assert commands
    core = ROOT / "juce_backend/src/monitoring/src"
    folders = {Path(command["file"]).parent for command in commands}
    assert folders == {core, core / "generated"}
    assert not [command for command in commands if "-W" in command["command"]]
    _cmake("--install", tmp_path, "--prefix", tmp_path / "prefix")
    assert not (tmp_path / "prefix").exists()


def test_a_project_adds_the_folder_of_the_core_alone(tmp_path: Path) -> None:
    """Nothing of the repository around it is needed to configure the core, and to link with it."""
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(Core LANGUAGES CXX)\n"
        f"add_subdirectory({ROOT}/juce_backend/src/monitoring monitoring)\n"
        f"add_executable(plain {HERE}/plain.cpp)\n"
        "target_link_libraries(plain PRIVATE WhiteRoom::monitoring)\n"
    )
    _cmake("-S", tmp_path, "-B", tmp_path / "build", "-G", "Ninja")
    rules = (tmp_path / "build/build.ninja").read_text()
    assert "libwhiteroom_monitoring.a" in rules
    assert "-lwhiteroom" not in rules  # a target that is not there becomes a library's name


def test_every_header_is_for_programs_without_c_plus_plus_20(tmp_path: Path) -> None:
    """All that is installed compiles as C++17 without exceptions, warning-free, in one program."""
    include = ROOT / "juce_backend/src/monitoring/include"
    headers = sorted(path.relative_to(include) for path in include.rglob("*.h"))
    # Its adapter for devices needs JUCE itself.
    ours = [path for path in headers if path.name != "juce_device.h"]
    source = tmp_path / "all.cpp"
    source.write_text("".join(f"#include <{path}>\n" for path in reversed(ours)))
    strict = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
    options = ("-std=c++17", "-fno-exceptions", "-fno-rtti", *strict, "-I", include)
    command = ["g++", *options, "-fsyntax-only", source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(ours) > 40


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_project_vendors_the_folder_of_the_core(segments: Path, tmp_path: Path) -> None:
    """A copy of that folder alone, in a project of C++17 without exceptions, links and records."""
    shutil.copytree(ROOT / "juce_backend/src/monitoring", tmp_path / "vendored")
    vendored = f"-DWHITEROOM_SOURCE={tmp_path / 'vendored'}"
    _configure(tmp_path / "build", vendored, "-DWITH_ENDPOINT=OFF", "-DCMAKE_CXX_STANDARD=17")
    _cmake("--build", tmp_path / "build")
    _check_plain(tmp_path / "build", segments)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_project_builds_the_sources_within_its_own(segments: Path, tmp_path: Path) -> None:
    """What add_subdirectory() brings works in the other project's programs."""
    _configure(tmp_path, f"-DWHITEROOM_SOURCE={ROOT}")
    _cmake("--build", tmp_path)
    _check_programs(tmp_path, segments)
