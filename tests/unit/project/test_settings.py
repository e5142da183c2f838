"""whiteroom.toml: every fault at once, each at its line, and what it means."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.project import settings
from whiteroom_monitoring.project.settings import read


def _read(tmp_path: Path, text: str) -> settings.Project:
    path = tmp_path / "whiteroom.toml"
    path.write_text(text)
    return read(path)


def test_a_name_is_enough(tmp_path: Path) -> None:
    """What is not said has a default, and paths begin at the file."""
    project = _read(tmp_path, 'name = "tape"\n')
    assert (project.name, project.title, project.programs) == ("tape", "tape", {})
    assert project.files.rules == tmp_path / "monitoring/prometheus/rules"
    assert project.alerts.priority_label == "severity"
    assert project.alerts.paging == {"critical"}
    assert not project.alerts.declared


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the key name is missing (add `name = ...`)"),
        ('name = "Tape"\n', ":1:8: found 'Tape', expected lower-case letters"),
        ('name = "a"\ntitel = "b"\n', ":2:1: unknown key titel (did you mean title?)"),
        ('name = "a"\n[programs.b]\nadress = "c:1"\n', ":3:1: unknown key adress (did you mean"),
        ('name = "a"\n[programs.b]\naddress = "c"\n', ":3:11: found 'c', expected HOST:PORT"),
        ('name = "a"\n[stack]\nports = {b = 70000}\n', "expected a port, 1 to 65535"),
        ('name = "a"\n[programs.b]\nport = 1\n', ":2:2: b has one of command and port"),
        ('name = "a"\n[programs.b]\nusername = "c"\n', "one of username and password_file"),
        ('name = "a"\n[catalogue]\nbundled = ["htpp"]\n', ":3:11: no bundled domain is named htpp"),
        ("name = \n", ":1:8: not valid TOML: Invalid value"),
    ],
)
def test_a_fault_is_named_at_its_line(tmp_path: Path, text: str, expected: str) -> None:
    """What does not fit is a message with place, what was found, and what to do."""
    with pytest.raises(DiagnosticsError) as caught:
        _read(tmp_path, text)
    assert expected in str(caught.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    """A second run for a second fault would cost its reader a minute."""
    with pytest.raises(DiagnosticsError) as caught:
        _read(tmp_path, 'name = 1\n[stack]\nwithout = "a"\nport_offset = -1\n')
    assert [diagnostic.line for diagnostic in caught.value.diagnostics] == [1, 3, 4]


def test_the_schema_is_one_and_describes_every_key() -> None:
    """Editors read it: it is valid, and each key says what it is for."""
    schema = json.loads(settings.SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    page = (WHITE_ROOM.root / "docs/reference/project.md").read_text()
    for key, described in schema["properties"].items():
        assert described["description"]
        assert f"`{key}" in page, key
    for key in schema["properties"]["programs"]["additionalProperties"]["properties"]:
        assert f"`{key}`" in page, key
