"""What `up` has written down is read as it was written, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import state

COMPONENT = state.ComponentState(
    name="inbox",
    process="inbox",
    address="http://127.0.0.1:1",
    probe=state.ResolvedProbe(url="http://127.0.0.1:1/"),
    of_app=False,
    job="j",
    interval_s=10,
)
STATE = state.StackState(True, (COMPONENT,), ("engine",), {"jack": "reason"})


def _paths(tmp_path: Path) -> StackPaths:
    paths = StackPaths(tmp_path)
    paths.run.mkdir()
    return paths


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """The state comes back with its types."""
    paths = _paths(tmp_path)
    state.write(paths, STATE)
    known = state.read(paths)
    assert known is not None
    assert (known.components, known.left_out) == (STATE.components, STATE.left_out)


WRONG: list[Any] = [None, 7, [7], {"a": [1]}, "text", 1e300]


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize(
    "field", ["with_app", "components", "name", "process", "probe", "of_app", "job", "command"]
)
def test_a_wrong_type_is_no_state(tmp_path: Path, field: str, value: Any) -> None:
    """A file with a value of another type counts as damaged, whichever field has it."""
    paths = _paths(tmp_path)
    state.write(paths, STATE)
    content = json.loads((paths.run / "stack.json").read_text())
    for node in (content, content["components"][0], content["components"][0]["probe"]):
        if field in node:
            # Names that nobody knows are passed over: a later version may have written them.
            is_right = type(node[field]) is type(value) and isinstance(value, str | dict)
            node[field] = value
            break
    (paths.run / "stack.json").write_text(json.dumps(content))
    known = state.read(paths)
    assert (known is not None) == is_right
