"""C and Swift see a class of the core as its one description says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.codegen import clients, interfaces
from whiteroom_monitoring.codegen.identifiers import camel
from whiteroom_monitoring.codegen.interfaces import Interface
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.resources import share

HEAD = """\
name: meter
wraps: Meter
header: meter.h
help: Measures loudness.
swift: {module: Monitoring, owner: Meter, owner_help: Measures loudness.}
make: {name: make, help: Make it., parameters: [{name: channels, type: texts}]}
end: {name: free, help: Free it.}
"""
FUNCTION = "functions:\n  - {name: report, help: Report., callers: any, parameters: [PARAMETER]}\n"
INTERFACES = interfaces.load(share("catalogue"))


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], tuple[Interface, ...]]:
    """Return a function that loads a description, in which ▸ marks a place."""
    folder = tmp_path / "interfaces"
    folder.mkdir()

    def load_text(text: str) -> tuple[Interface, ...]:
        (folder / "meter.yaml").write_text(text.replace("▸", ""))
        return interfaces.load(tmp_path)

    return load_text


def _with(parameter: str) -> str:
    return HEAD + FUNCTION.replace("PARAMETER", parameter)


@pytest.mark.parametrize(
    ("parameter", "written"),
    [
        ("type: number", ("double level", "level", "level: Double", "level")),
        ("type: count", ("uint32_t level", "level", "level: Int", "UInt32(clamping: level)")),
        (
            "type: duration, default: 0",
            (
                "int64_t level_ns",
                "std::chrono::nanoseconds(level_ns)",
                "level: Duration = .zero",
                "level.inNanoseconds",
            ),
        ),
        (
            "type: time",
            (
                "uint64_t level_ns",
                "time_point_of(level_ns)",
                "level: MonotonicTime",
                "level.nanoseconds",
            ),
        ),
        ("type: boolean, labelled: false", ("bool level", "level", "_ level: Bool", "level")),
        (
            "type: label, domain: audio, label: driver",
            (
                "const char* level",
                'label_named<audio::Driver>(audio::kDriverValues, "driver", level)',
                "level: Audio.Driver",
                "level.text",
            ),
        ),
    ],
)
def test_type_is_the_same_value_in_every_language(
    parameter: str, written: tuple[str, str, str, str], load
) -> None:
    """A parameter is declared and passed on by its type, in C, C++ and Swift."""
    in_c, in_cpp, in_swift, to_c = written
    header, source, swift = clients.generate_interfaces(
        load(_with(f"{{name: level, {parameter}}}")), WHITE_ROOM.outputs
    ).values()
    assert f"void wrm_meter_report(wrm_meter* object, {in_c});" in header
    assert f"to.wrapped.report({in_cpp});" in source
    assert f"    public func report({in_swift}) {{" in swift
    assert f"        wrm_meter_report(core, {to_c})" in swift


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        (_with("{name: level, type: ▸numbr}"), "unknown type numbr", "did you mean number?"),
        (
            _with("{name: level, type: ▸count, optional: true}"),
            "the type count can't be optional",
            "optional types: boolean, time",
        ),
        (_with("▸{name: level}"), "the key type is missing", "add `type:`"),
        (HEAD.replace("name: meter", "name: ▸Meter"), "found 'Meter', expected lower-case", ""),
        (
            _with("{name: level, type: count}").replace("callers: any", "callers: ▸everybody"),
            "found 'everybody', expected one of any, callback, preparation",
            "",
        ),
    ],
)
def test_what_does_not_fit_is_reported_at_its_place(
    text: str, problem: str, remedy: str, load
) -> None:
    """A description that can't be written down is a diagnostic with place and remedy."""
    with pytest.raises(DiagnosticsError) as caught:
        load(text)
    [diagnostic] = caught.value.diagnostics
    assert (diagnostic.line, diagnostic.column) == _marked(text)
    assert diagnostic.problem.startswith(problem)
    assert diagnostic.remedy == remedy


def _marked(text: str) -> tuple[int, int]:
    before = text[: text.index("▸")]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda interface: interface.name)
def test_every_function_is_there_for_c_and_for_swift(interface: Interface) -> None:
    """Each function of the committed descriptions has a C function and a Swift method."""
    header, source, swift = clients.generate_interfaces([interface], WHITE_ROOM.outputs).values()
    for function in interface.functions:
        assert f" wrm_{interface.name}_{function.name}(" in header
        assert f".{function.name}(" in source
        assert f" func {camel(function.name)}(" in swift


def test_text_of_a_call_that_may_fail_is_checked(load) -> None:
    """A null pointer as a text is a problem of the call, and nothing that is read."""
    text = _with("{name: level, type: text}").replace("callers: any", "callers: preparation")
    _, source, _ = clients.generate_interfaces(load(text), WHITE_ROOM.outputs).values()
    assert '.wrapped.report(&given(level, "level"));' in source


def test_catalogue_without_interfaces_has_none(tmp_path: Path) -> None:
    """A catalogue of another project needs no interfaces."""
    assert interfaces.load(tmp_path) == ()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"type": "duration", "default": 0}, ".zero"),
        ({"type": "duration", "default": 5}, "5"),
        ({"type": "count", "default": 0}, "0"),
        ({"type": "count"}, None),
    ],
)
def test_only_a_duration_of_nothing_is_zero(raw: dict[str, object], expected: str | None) -> None:
    """A default is written as it stands in the description, but for a duration of nothing."""
    assert interfaces._default(raw, {}) == expected
