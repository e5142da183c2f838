"""The code that the how-to pages show does what they say, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.diagnostics import CheckFailed
from whiteroom_monitoring.probes import storage
from whiteroom_monitoring.promql import rule_files

FILES, STACK = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs/how-to/add-a-check.md").read_text(), re.DOTALL
)


def test_the_check_of_files_finds_what_it_should(tmp_path: Path) -> None:
    """A recording with capitals is named with its line and its remedy, others are counted."""
    namespace: dict[str, Any] = {"__name__": "recording_case"}
    exec(FILES, namespace)
    path = tmp_path / "r.yml"
    good = "groups:\n  - name: g\n    rules:\n      - {record: 'a:b:sum', expr: sum(up)}\n"
    path.write_text(good)
    workspace = SimpleNamespace(configuration=SimpleNamespace(rules=rule_files.read([path])))
    result = namespace["recording_case"].result(workspace)
    assert (result.state, result.seen) == ("ok", "1 recording")
    path.write_text(good.replace("a:b", "A:b"))
    workspace.configuration.rules = rule_files.read([path])
    [diagnostic] = namespace["recording_case"].result(workspace).diagnostics
    assert (diagnostic.line, diagnostic.remedy) == (4, "write a:b:sum")


@pytest.mark.parametrize(("series", "fails"), [(999_999.0, False), (1_000_000.0, True)])
def test_the_check_of_the_stack_finds_what_it_should(series: float, fails: bool) -> None:
    """It says how many series there are, and fails on too many."""
    namespace = dict(vars(storage))
    exec(STACK, namespace)
    stack: Any = SimpleNamespace(value=lambda expression: series)
    look = namespace["prometheus_series"].run
    if fails:
        with pytest.raises(CheckFailed, match="1000000 series"):
            look(stack)
    else:
        assert look(stack) == "999999 series"
