"""The law of ``whiteroom logql``: a terminal is told what the HTTP API answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.log_store import RunningStore, running_store
from whiteroom_monitoring.cli.main import main


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    folder: Path = tmp_path_factory.mktemp("logs")
    with running_store(folder) as running:
        now = time.time_ns()
        values = [[str(now - n * 10**9), f"level=error took={n}ms id={n}"] for n in range(5)]
        assert running.push({"job": "x"}, values) == 204
        running.ask("POST", "/flush", b"")
        yield running


def _run(store: RunningStore, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["logql", *words, "--url", f"http://127.0.0.1:{store.port}"]) == 0
    return capsys.readouterr().out


def test_lines_and_numbers(store: RunningStore, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines are printed in their order, numbers with their labels, and JSON as it is answered."""
    query = '{job="x"} | logfmt | id < 3'
    lines = _run(store, capsys, "query", query, "--direction", "forward").splitlines()
    assert [line.rsplit("id=", 1)[1] for line in lines] == ["2", "1", "0"]
    assert 'job="x"' in lines[0]
    assert "\033" not in lines[0]
    assert "\033[31m" in _run(store, capsys, "query", query, "--color", "always")
    assert _run(store, capsys, "query", 'sum(count_over_time({job="x"}[1h]))') == "{} 5\n"
    assert _run(store, capsys, "query", "1+1").strip() == "2"
    data = json.loads(_run(store, capsys, "query", "vector(2)", "--step", "30m", "--json"))
    assert data["resultType"] == "matrix"


def test_context_is_printed_around_lines(
    store: RunningStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines that are asked for are marked; contexts that share a line are one part."""
    query = '{job="x"} |~ "id=[04]$"'
    parts = _run(store, capsys, "query", query, "--context", "1").split("--\n")
    shown = [[(line[0], line[-1]) for line in part.splitlines()] for part in parts]
    assert shown == [[(">", "4"), (" ", "3")], [(" ", "1"), (">", "0")]]
    joined = json.loads(_run(store, capsys, "query", query, "--context", "2", "--json"))
    assert [[line["line"][-1] for line in part] for part in joined] == [["4", "3", "2", "1", "0"]]
    across = _run(store, capsys, "query", query, "--context", "1", "--across", '{job="y"}')
    assert [line[-1] for line in across.splitlines()] == ["4", "-", "0"]


def test_what_there_is(store: RunningStore, capsys: pytest.CaptureFixture[str]) -> None:
    """Labels, series, stats and patterns are printed one a line."""
    assert "job" in _run(store, capsys, "labels").split()
    assert _run(store, capsys, "labels", "job").split() == ["x"]
    assert 'job="x"' in _run(store, capsys, "series", '{job="x"}')
    assert _run(store, capsys, "stats", '{job="x"}').split()[4:6] == ["entries", "5"]
    pattern = _run(store, capsys, "patterns", '{job="x"}').split(maxsplit=2)
    assert pattern == ["5", "error", "level=error took=<_> id=<_>\n"]


def test_explain_says_what_is_left_out(
    store: RunningStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """A text that is nowhere leaves no block."""
    query = '{job="x"} |= "nowhere at all" | json'
    told = json.loads(_run(store, capsys, "explain", query, "--json"))["ranges"][0]
    assert [step["blocks"] for step in told["steps"]] == [1, 1, 1, 0]
    assert told["stages"] == ["| json"]
    explained = _run(store, capsys, "explain", query)
    assert "4-grams of |=" in explained
    assert "price: 0 bytes at most, of " in explained


def test_what_is_wrong_is_told(store: RunningStore, capsys: pytest.CaptureFixture[str]) -> None:
    """The status is 1, with the reason that the store gives."""
    address = f"http://127.0.0.1:{store.port}"
    assert main(["logql", "query", "{job=", "--url", address]) == 1
    assert "col 6" in capsys.readouterr().err
    assert main(["logql", "tail", "{job=", "--url", address]) == 1
    assert "unexpected" in capsys.readouterr().err
