"""Events of the catalogue become functions in C++, C and Swift, and a page."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.projects import WHITE_ROOM

HEADERS = ROOT / "juce_backend/src/monitoring/include"
# An event with a field of each type; `cause` has the values of a metric's label.
EVENTS = """
events:
  - name: sound_lost
    level: warn
    message: "{plugin} lost {lost_seconds} s"
    help: Sound was lost.
    fields:
      - {name: cause, type: choice, values: [over_budget, device]}
      - {name: kind, type: choice, values: [short, long-one]}
      - {name: lost_seconds, type: float, unit: seconds}
      - {name: frames, type: integer}
      - {name: plugin, type: text}
      - {name: dropout_id, type: id}

  - name: engine_started
    level: info
    message: started
    help: The engine plays.
"""


def _files(clone) -> dict[str, str]:
    engine = (clone.root / "catalogue/audio.yaml").read_text()
    clone.write("audio.yaml", engine + EVENTS)
    return clone.clients()


def test_cpp_has_a_function_for_each_event(clone) -> None:
    """Fields are arguments in their order; a choice has the type of the label with its values."""
    header = _files(clone)[f"{WHITE_ROOM.outputs.cpp}/audio.h"]
    arguments = (
        "Cause cause, Kind kind, double lost_seconds, std::int64_t frames, LogText plugin, "
        "std::uint64_t dropout_id, EventLog::Clock::time_point time"
    )
    assert f"void sound_lost({arguments} = EventLog::Clock::now()) const noexcept" in header
    assert "void engine_started(EventLog::Clock::time_point time" in header
    assert header.count("enum class Cause ") == header.count("enum class Kind ") == 1


def test_swift_has_a_function_for_each_event(clone) -> None:
    """Fields are arguments in their order, with the types of Swift."""
    swift = _files(clone)[f"{WHITE_ROOM.outputs.swift}/Audio.swift"]
    arguments = (
        "cause: Cause, kind: Kind, lostSeconds: Double, frames: Int64, plugin: LogText, "
        "dropoutId: UInt64, at time: MonotonicTime = .now"
    )
    assert f"public func soundLost({arguments}) {{" in swift
    # FNV-1a of its name.
    assert f"log.put({0x8BFDE7BF}, time, UInt64(cause.rawValue)," in swift


def test_the_functions_of_c_compile(clone, tmp_path: Path) -> None:
    """The header is C11 without warnings, and a call has an argument for each field."""
    header = _files(clone)[f"{WHITE_ROOM.outputs.cpp}/log_events_c.h"]
    folder = tmp_path / "generated"
    folder.mkdir()
    (folder / "log_events_c.h").write_text(header)
    (tmp_path / "log_ring.h").write_text("#include <whiteroom/monitoring/log_ring.h>\n")
    source = tmp_path / "logs.c"
    source.write_text(
        '#include "generated/log_events_c.h"\n'
        "void logs(wrm_log log) {\n"
        "  wrm_log_sound_lost(log, 1, WRM_AUDIO_CAUSE_DEVICE, WRM_AUDIO_KIND_LONG_ONE,\n"
        "                     0.5, -3, 1, 7);\n"
        "  wrm_log_engine_started(log, 2);\n"
        "}\n"
    )
    options = ("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only")
    command = ["gcc", *options, f"-I{HEADERS}", str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_page_has_each_event(clone) -> None:
    """The page beside that of the metrics names level, message and each field."""
    page = _files(clone)["docs/reference/log-events.md"]
    assert "### sound_lost\n\nSound was lost.\n\n- Level warn\n" in page
    assert "- Field `kind`: choice: `short`, `long-one`\n" in page
    assert "- Field `lost_seconds`: float, in seconds\n" in page


def test_without_events_there_is_no_page(clone) -> None:
    """A catalogue without events has neither the page nor the header of C."""
    assert [path for path in clone.clients() if "log" in path] == []
