"""The command line: what a command was called before keeps working."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.cli import main


@pytest.mark.parametrize(("former", "present"), [("output", "logs"), ("agent", "segment-exporter")])
def test_a_former_name_works_and_names_the_present_one(
    capsys: pytest.CaptureFixture[str], former: str, present: str
) -> None:
    """A renamed command answers under both names; the former one adds one line on stderr."""
    helps = {}
    for name in (former, present):
        with pytest.raises(SystemExit) as caught:
            main.main([name, "--help"])
        assert caught.value.code == 0
        helps[name] = capsys.readouterr()
    assert helps[former].out == helps[present].out
    assert helps[former].err == f"whiteroom {former} is now whiteroom {present}\n"
    assert helps[present].err == ""


def test_former_names_are_no_commands() -> None:
    """A former name leads to a command that exists, and stands in no list of commands."""
    assert set(main.RENAMED.values()) <= main.COMMANDS.keys()
    assert not main.RENAMED.keys() & main.COMMANDS.keys()
