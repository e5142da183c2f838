"""Fixtures of several rooms: processes that record into the folder of segments of one test."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Record = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def record(segments: Path) -> Record:
    """Run Python code in a process of its own, prepared as ``business-metrics``.

    With ``killed=True`` the process ends by SIGKILL, else in order.
    """

    def run(code: str, killed: bool = False) -> subprocess.CompletedProcess[str]:
        program = f"""
import os, signal
from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import business, http, security
preparation = client.prepare("business-metrics", {str(segments)!r})
{textwrap.dedent(code)}
if {killed}:
    os.kill(os.getpid(), signal.SIGKILL)
"""
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False
        )
        assert done.returncode == (-signal.SIGKILL if killed else 0), done.stderr
        return done

    return run
