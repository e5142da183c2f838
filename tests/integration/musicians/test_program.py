"""The program as it is started: signals, exit status, messages."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from whiteroom_musicians.command import main

from tests.support.ports import free_port
from tests.support.wait import wait_until

from .conftest import Double, Musicians

Start = Callable[..., Musicians]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_the_summary(
    backend: Double, musicians: Start, number: signal.Signals
) -> None:
    """A signal ends it with status 0, a last line that sums up, and no complaint."""
    backend.mood = "hang"
    started = musicians("--url", backend.url, "--rate", "100")
    wait_until(lambda: backend.under_way, 10)
    begin = time.monotonic()
    status, said, complaints = started.stop(number)
    assert (status, complaints) == (0, "")
    assert time.monotonic() - begin < 3
    assert [line["message"] for line in said if line["level"] == "info"] == [
        *("begin", "no --control: the musicians use the backend alone", "end")
    ]


def test_more_than_can_be_done_hinders_no_signal(backend: Double, musicians: Start) -> None:
    """A plan that is faster than the machine leaves things undone, and still ends in order."""
    options = ("--rate", "10000", "--musicians", "5000", "--for", "1s")
    status, said, complaints = musicians("--url", backend.url, *options).end()
    assert (status, complaints) == (0, "")
    assert said[-1]["seconds"] < 4


def test_time_ends_it(backend: Double, musicians: Start) -> None:
    """After --for it ends with status 0, and has done something."""
    options = ("--rate", "100", "--for", "1s")
    status, said, complaints = musicians("--url", backend.url, *options).end()
    assert (status, complaints) == (0, "")
    assert said[-1]["message"] == "end"
    assert said[-1]["sign_ups"] == len(backend.users) > 0
    assert said[-1]["errors"] == {}


def test_a_backend_that_was_never_reached_is_a_failure(musicians: Start) -> None:
    """When --for ends without any answer the status is 1, and one line has said why."""
    url = f"http://127.0.0.1:{free_port()}"
    status, said, _ = musicians("--url", url, "--rate", "100", "--for", "1s").end()
    assert status == 1
    away = [line for line in said if line["level"] == "warning"]
    assert len(away) == 1
    assert "can't be connected to; does it run?" in away[0]["problem"]


def test_an_engine_that_is_away_does_not_hinder_the_rest(
    backend: Double, musicians: Start, tmp_path: Path
) -> None:
    """Without an engine at its socket the backend is used, and the status is 0."""
    options = ("--rate", "300", "--for", "1s", "--control", str(tmp_path / "no.sock"))
    status, said, _ = musicians("--url", backend.url, *options).end()
    assert status == 0
    assert said[-1]["sign_ups"] > 0


USAGE = [
    ([], ["--url", "--control", "expected one"]),
    (["--url", "nowhere"], ["--url", "nowhere", "http://HOST:PORT"]),
    (["--musicians", "0"], ["--musicians", "'0'", "a whole number from 1 to 10000"]),
    (["--rate", "nan"], ["--rate", "'nan'", "a number from 0.01"]),
    (["--seed", "x"], ["--seed", "'x'", "a whole number"]),
    (["--day", "30"], ["--day", "'30'", "such as 30m"]),
    (["--for", "0s"], ["--for", "'0s'", "above 0"]),
    (["--wrong-passwords", "2"], ["--wrong-passwords", "'2'", "from 0 to 1"]),
    (["--faults", "-1"], ["--faults", "expected"]),
    (["--stress", "fast"], ["--stress", "'fast'", "a number"]),
    (["--stress", "5", "--control", "x"], ["--stress 5", "--url"]),
    (["--url", "http://h", "--loud"], ["--loud", "--help"]),
]


@pytest.mark.parametrize(("options", "words"), USAGE)
def test_a_bad_option_says_what_was_expected(
    options: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad usage has status 2 and one line with the option, the value and what was expected."""
    assert main(options) == 2
    message = capsys.readouterr().err
    assert message.startswith("whiteroom_musicians: ")
    assert message.count("\n") == 1
    assert not [word for word in words if word not in message], message
