"""What the commands that ask a log store print."""

from __future__ import annotations

import argparse
import sys

import pytest

from whiteroom_monitoring.cli import log_query, logql

BAD = "a\x1b]0;title\x07b\x9b31m\x7f"
LINES = {"resultType": "streams", "result": [{"stream": {"x": BAD}, "values": [["1", BAD]]}]}
NUMBERS = {"resultType": "vector", "result": [{"metric": {"x": BAD}, "value": [1, "2"]}]}


@pytest.mark.parametrize("selector", [None, '{job="x"}'])
def test_series_need_no_selector(
    selector: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one, all streams are printed."""
    requests: list[tuple[tuple[str, str], ...]] = []

    def answer(_: object, path: str, query: tuple[tuple[str, str], ...]) -> log_query.Answer:
        requests.append(query)
        return {"data": [{"job": "x", "env": "e"}]}

    monkeypatch.setattr(log_query.HttpClient, "get_json", answer)
    parser = argparse.ArgumentParser()
    logql.configure(parser)
    assert logql.run(parser.parse_args(["series", *([selector] if selector else [])])) == 0
    assert capsys.readouterr().out == '{env="e", job="x"}\n'
    assert [value for name, value in requests[0] if name == "match[]"] == [
        text for text in (selector,) if text
    ]


@pytest.mark.parametrize("data", [LINES, NUMBERS], ids=["lines", "numbers"])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_is_sent_no_escapes_of_strangers(
    data: log_query.Answer,
    is_terminal: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A pipe gets lines as they are, a terminal without what steers it; labels are escaped."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal, raising=False)
    arguments = argparse.Namespace(color="never", direction="forward")
    log_query.show(data, arguments)
    printed = capsys.readouterr().out
    is_raw = any(control in printed for control in "\x1b\x9b\x7f")
    assert is_raw == (data is LINES and not is_terminal)
