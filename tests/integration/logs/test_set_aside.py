"""A real supervisord sets the log of one of its programs aside, and tells the program."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support.wait import wait_until
from whiteroom_monitoring.deploy.component import Component, File
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.runtimes import log_rotation, supervisord_config
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor

# Opens its log again at the signal, and writes numbers.
PROGRAM = """
import os, signal, sys, time
path = sys.argv[1]
def reopen(*_):
    global file
    file = open(path, "a", buffering=1)
signal.signal(signal.SIGUSR1, reopen)
reopen()
for number in range(10**9):
    print(number, file=file)
    time.sleep(0.002)
"""
WITHIN_S = 120


def test_a_log_is_set_aside_while_its_program_writes() -> None:
    """Twice, by supervisord itself; every line is in one of the files."""
    with tempfile.TemporaryDirectory(prefix="whiteroom-test-") as folder:
        paths = StackPaths(Path(folder) / "data")
        for place in (paths.run, paths.log):
            place.mkdir(parents=True)
        log = paths.log / "writer-own.log"
        log.touch()
        program = Path(folder) / "writer.py"
        program.write_text(PROGRAM)
        component: Any = SimpleNamespace(
            name="writer",
            process="writer",
            command=(sys.executable, str(program), str(log)),
            user=None,
            environment={},
            capabilities=(),
            files=(File(str(log), max_bytes=1000, reopen="USR1"),),
            description=Component("writer", 1, ()),
        )
        supervisor = Supervisor(paths)
        log_rotation.write_plan(
            supervisor.rotation_plan, supervisord_config.rotated_logs([component]).values()
        )
        supervisor.write(supervisord_config.sections(supervisor, [component], []))
        supervisor.start()
        try:
            supervisor.start_component("writer")
            older = [log.with_name(f"{log.name}.{number}") for number in (2, 1)]
            wait_until(older[0].exists, WITHIN_S)
            wait_until(lambda: log.stat().st_size > 0, WITHIN_S)
        finally:
            supervisor.shut_down()
        lines = [line for file in (*older, log) for line in file.read_text().split()]
        assert len(lines) > 100
        # The last one may have been cut by the end.
        assert lines[:-1] == [str(number) for number in range(len(lines) - 1)]
