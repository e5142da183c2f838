"""The generated pages: each holds all that the code and the configuration have."""

from __future__ import annotations

import argparse
import ast
import functools
import inspect
import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring import client, errors
from whiteroom_monitoring.cli.main import build_parser
from whiteroom_monitoring.client import testing
from whiteroom_monitoring.documents import cpp_reference
from whiteroom_monitoring.documents.references import (
    commands,
    http_apis,
    messages,
    project_keys,
    symptoms,
)
from whiteroom_monitoring.documents.references.markdown import cell

_REMEDIES = tomllib.loads(
    (Path(messages.__file__).parent / "remedies.toml").read_text(encoding="utf-8")
)


MODULES = functools.cache(messages.modules)
KNOWN = functools.cache(lambda: tuple(messages.messages(MODULES())))


def _page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_message_has_a_room_and_a_remedy() -> None:
    """Each class of errors that is raised has a remedy, and each room that raises a description."""
    known = set(KNOWN())
    errors_ = _REMEDIES["errors"]
    missing = {m.error for m in known if not {m.error, f"{m.room}.{m.error}"} & errors_.keys()}
    assert (missing, {m.room for m in known} - _REMEDIES["rooms"].keys()) == (set(), set())
    assert len(known) > 150


def test_every_class_of_errors_has_a_remedy() -> None:
    """No class that derives from the base of all errors is without an entry."""
    trees = MODULES().values()
    classes = {name for name in messages.error_classes(trees) if not name.startswith("_")}
    entries = {name.rpartition(".")[2] for name in _REMEDIES["errors"]}
    assert classes - entries == set()


def test_every_message_is_on_the_page() -> None:
    """The page has the words of each message."""
    page = _page(messages.PATH)
    assert [m.text for m in KNOWN() if cell(m.text) not in page] == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"no file"', "no file"),
        ('f"{a}: no {b}"', "…: no …"),
        ('"a " + name + " b"', "a … b"),
        ("str(error)", ""),
        ('f"{a}: {b}"', ""),
    ],
)
def test_what_is_filled_in_is_an_ellipsis(expression: str, expected: str) -> None:
    """A template keeps the words; one without words is no message to look for."""
    assert messages.template(ast.parse(expression, mode="eval").body) == expected


def test_a_new_message_is_seen() -> None:
    """A class that derives from one of ours by another is one of ours."""
    tree = ast.parse("class A(MonitoringError): ...\nclass B(A): ...\nclass C(ValueError): ...")
    assert messages.error_classes([tree]) == {"MonitoringError", "A", "B"}


def test_every_option_is_on_the_page() -> None:
    """The page has each command and each option that the parsers know."""
    parser = build_parser(every=True)
    [found] = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    page = commands.render(dict(found.choices))
    for name, subparser in found.choices.items():
        section = page.partition(f"## whiteroom {name}\n")[2].partition("\n## ")[0]
        options = [o for a in subparser._actions for o in a.option_strings if o.startswith("--")]
        assert [o for o in options if o not in section and o != "--help"] == [], name


def test_keys_of_nested_tables_are_listed() -> None:
    """A key within a table within a table of free names is a row."""
    keys = {row[0] for row in project_keys.keys(_schema())}
    assert {"`name`", "`programs.NAME.address`", "`stack.retention_time`"} <= keys


def _schema() -> dict[str, object]:
    path = ROOT / "src/whiteroom_monitoring/project/schema.json"
    content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_every_request_has_a_description() -> None:
    """Each route of each service says what it answers."""
    rows = re.findall(r"^\| (`[^`]+`) \|([^|]*)\|$", http_apis.render(), re.MULTILINE)
    assert [request for request, what in rows if not what.strip()] == []
    assert len(rows) > 40


def test_every_alert_is_found_by_its_symptom() -> None:
    """The index of symptoms has each runbook once, and tells what is heard from what is not."""
    runbooks = {path.stem for path in WHITE_ROOM.files.runbooks.glob("*.md")} - {"README"}
    named = re.findall(r"\| \[(\w+)\]", _page(symptoms.PATH))
    assert sorted(named) == sorted(runbooks)
    heard = _page(symptoms.PATH).partition("## Musicians do not")[0]
    assert "AudioXruns" in heard
    assert "DiskSpaceLow" not in heard


def test_public_python_is_documented() -> None:
    """Each public function and class of the client has a docstring, and so has each error."""
    members = [
        (module.__name__, name, value)
        for module in (client, testing, errors)
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__.startswith("whiteroom_monitoring")
    ]
    assert [f"{m}.{name}" for m, name, value in members if not inspect.getdoc(value)] == []
    assert len(members) > 10


@pytest.fixture(scope="module")
def doxygen_warnings(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what doxygen misses in the public headers."""
    folder = tmp_path_factory.mktemp("doxygen")
    return cpp_reference.read(ROOT / cpp_reference.HEADERS, folder, undocumented=True)


def test_public_cpp_classes_are_documented(doxygen_warnings: str) -> None:
    """Each class and struct of the public headers says what it is for."""
    assert re.findall(r"Compound \S+ is not documented", doxygen_warnings) == []


def test_a_class_without_a_comment_is_found(tmp_path: Path) -> None:
    """A header whose class has no comment is named, and a wrong comment ends the build."""
    (tmp_path / "a.h").write_text("/// A file.\nnamespace n {\nclass A { public: void f(); };\n}\n")
    said = cpp_reference.read(tmp_path, tmp_path / "out", undocumented=True)
    assert "Compound n::A is not documented" in said
    (tmp_path / "a.h").write_text("/// A class <nothing>.\nclass A { public: int a; };\n")
    with pytest.raises(cpp_reference.DoxygenError, match="nothing"):
        cpp_reference.read(tmp_path, tmp_path / "out")


def test_a_class_is_on_the_page_once() -> None:
    """No class of the C++ reference has two sections, whatever its namespaces are called."""
    page = cpp_reference.page("# C++\n")
    names = re.findall(r"^## (\w+)$\n\n(`#include [^`]+`)", page, re.MULTILINE)
    assert len(names) > 20
    assert len(names) == len(set(names))
