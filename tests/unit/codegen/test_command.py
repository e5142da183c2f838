"""`whiteroom generate` writes what is missing or wrong, and `--check` only says so."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from tests.support.projects import small_clone
from whiteroom_monitoring import codegen as package
from whiteroom_monitoring import generated_files as files
from whiteroom_monitoring.cli import generate
from whiteroom_monitoring.cli.main import main

SCHEMAS = Path(package.__file__).parent.parent / "schemas"
REFERENCE = "docs/reference/metrics.md"
HEADER = "juce_backend/src/monitoring/include/whiteroom/monitoring/generated/audio.h"
OWN_HEADER = "juce_backend/src/monitoring/include/whiteroom/monitoring/generated/self.h"


def test_everything_is_written_and_then_current(clone, states) -> None:
    """What generate writes is what generate --check expects."""
    assert clone.generate() == 0
    assert set(states("--check").values()) == {"current"}
    assert clone.generate("--check") == 0


def test_missing_files_fail_the_check_and_are_not_written(clone, states) -> None:
    """Where nothing is generated yet, --check fails and still writes nothing."""
    assert clone.generate("--check") == 1
    assert set(states("--check").values()) == {"missing"}
    assert not (clone.root / REFERENCE).exists()


def test_drifted_file_fails_the_check_with_a_diff(clone, capsys) -> None:
    """A hand-edited file is shown as a diff, with the command that mends it."""
    clone.generate()
    path = clone.root / REFERENCE
    path.write_text(path.read_text().replace("Time from a note", "Time since a note"))
    capsys.readouterr()
    assert clone.generate("--check") == 1
    said = capsys.readouterr().out
    assert f"differs   {REFERENCE}" in said
    assert "-Time since a note to its sound." in said
    assert "+Time from a note to its sound." in said
    assert said.endswith("to mend it, run: whiteroom generate\n")


def test_diff_is_limited(clone, capsys) -> None:
    """A large difference is cut, and the number of lines left out is said."""
    clone.generate("--check")
    said = capsys.readouterr().out
    assert said.count("\n+") <= generate.MAX_DIFF_LINES
    assert "more lines\n" in said


def test_only_what_changed_is_written(clone, states) -> None:
    """A current file is not touched, so that nothing is built again without need."""
    clone.generate()
    reference, own = clone.root / REFERENCE, clone.root / OWN_HEADER
    for path in (reference, own):
        os.utime(path, (1, 1))
    reference.write_text("something else")
    written = {path for path, state in states().items() if state == "written"}
    assert written == {REFERENCE}
    assert own.stat().st_mtime == 1


def test_file_of_a_removed_domain_is_stale_and_removed(clone, states) -> None:
    """What a removed domain has left is reported by --check and removed by generate."""
    clone.generate()
    (clone.root / "catalogue" / "audio.yaml").unlink()
    assert states("--check")[HEADER] == "stale"
    assert clone.generate("--check") == 1
    assert states()[HEADER] == "removed"
    assert not (clone.root / HEADER).exists()


def test_file_that_is_not_generated_is_left_alone(clone, states) -> None:
    """A file beside the generated ones, without their first line, is nobody's business."""
    clone.generate()
    beside = clone.root / "docs" / "guide.md"
    beside.write_text("Written by hand; `whiteroom generate` is explained\nbelow.\n")
    states()
    assert beside.exists()


def test_every_file_says_that_it_is_generated(clone, states) -> None:
    """The first line of each generated file names its source and the command."""
    clone.generate()
    for path in states():
        first = (clone.root / path).read_text().splitlines()[0]
        assert "Generated from " in first
        assert "`whiteroom generate`" in first


def test_output_is_the_same_every_time(clone, states, tmp_path_factory) -> None:
    """The same catalogue gives the same bytes, wherever it lies."""
    other = small_clone(tmp_path_factory.mktemp("other"))
    catalogue = str(clone.root / "catalogue")
    assert main(["generate", "--project", str(other), "--catalogue", catalogue]) == 0
    for path in states():
        assert (other / path).read_bytes() == (clone.root / path).read_bytes()


@pytest.mark.parametrize("words", [[], ["--check"]])
def test_json_keeps_its_schema(words: list[str], clone, capsys) -> None:
    """What --json prints is what its schema documents."""
    schema = json.loads((SCHEMAS / "generate.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    clone.generate("--json", *words)
    jsonschema.validate(json.loads(capsys.readouterr().out), schema)


def test_invalid_catalogue_writes_nothing(clone, capsys) -> None:
    """A diagnostic in the catalogue is printed with its place, exit 1, and no file is written."""
    clone.write("audio.yaml", "domain: audio\nprogram: juce-backend\nmetrics: 7\n")
    assert clone.generate() == 1
    assert "audio.yaml:3:10: found the number 7" in capsys.readouterr().err
    assert not (clone.root / REFERENCE).exists()


def test_installed_package_needs_a_project(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """Outside of a clone, generate says what to name, as a usage error."""
    monkeypatch.setattr(generate, "repository_root", lambda: None)
    assert main(["generate"]) == 2
    assert "whiteroom init NAME" in capsys.readouterr().err


def test_failed_write_leaves_the_old_file_whole(clone, monkeypatch, capsys) -> None:
    """When the disk fails, the old file is whole, nothing is left beside it, and exit is 1."""
    clone.generate()
    path = clone.root / REFERENCE
    path.write_text("old")

    def fail(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", fail)
    capsys.readouterr()
    assert clone.generate() == 1
    assert f"{path}: the file can't be written: No space left on device" in capsys.readouterr().err
    assert path.read_text() == "old"
    assert [file.name for file in path.parent.iterdir()] == ["metrics.md"]


# ./test.sh runs the command itself.
@pytest.mark.long
def test_this_repository_is_current() -> None:
    """The generated files of this repository are what its catalogue says."""
    assert main(["generate", "--check"]) == 0
