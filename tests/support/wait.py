"""Waiting for what other processes and threads do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
POLL_S = 0.02


def wait_until(condition: Callable[[], T], within_s: float = 20, what: object = None) -> T:
    """Return the first true result of ``condition``; fail when there is none ``within_s``.

    A condition that can't be asked yet, because a server does not listen or a file is not there,
    does not hold. ``what`` names it in the failure; a callable is called then.
    """
    deadline = time.monotonic() + within_s
    while True:
        problem: object = None
        try:
            if result := condition():
                return result
        except OSError as error:
            problem = error
        if time.monotonic() >= deadline:
            subject = what() if callable(what) else what or condition
            raise AssertionError(f"{subject}: not within {within_s:g} s ({problem or 'false'})")
        time.sleep(POLL_S)


def stays_true(condition: Callable[[], object], for_s: float, what: object = None) -> None:
    """Fail as soon as ``condition`` is false within ``for_s``: for what must not happen."""
    deadline = time.monotonic() + for_s
    while time.monotonic() < deadline:
        assert condition(), f"{what or condition}: no longer true"
        time.sleep(POLL_S)
