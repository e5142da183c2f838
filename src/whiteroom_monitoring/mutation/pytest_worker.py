"""Runs tests against a changed module, each time in a fork: a program of its own.

It is run by path, and imports nothing of the package: each fork imports it anew, with the one
module changed. It reads requests from standard input and answers on standard output, one JSON
document a line:

- ``{"tests": [...], "targets": [...]}``: which lines of the files ``targets`` each test runs;
- ``{"tests": [...]}``: whether a test fails;
- ``{"tests": [...], "module": ..., "path": ..., "source": ..., "timeout_s": ...}``: whether a test
  fails when ``module`` has this source.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.util
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest

# What takes long to import and does not depend on the package.
_PRELOADED = ("jsonschema", "yaml", "promql_parser", "httpx", "rich.console", "markdown_it")
_OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
_POLL_S = 0.005


class ChangedModule(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads one module from the code that it is given."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        self._name, self._path, self._code = name, path, code

    def find_spec(self, fullname: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of the one module, of no other."""
        if fullname != self._name:
            return None
        is_package = self._path.endswith("__init__.py")
        spec = importlib.util.spec_from_loader(
            fullname, self, origin=self._path, is_package=is_package
        )
        assert spec is not None
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(self._path)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code as the module."""
        exec(self._code, module.__dict__)


class LineRecorder:
    """A pytest plug-in that records which lines of some files each test runs, and how long."""

    def __init__(self, targets: Sequence[str]) -> None:
        self._targets = frozenset(targets)
        self._lines: set[tuple[str, int]] = set()
        self.tests: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Trace one test with its set-up and tear-down."""
        self._lines = set()
        start = time.monotonic()
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        try:
            result = yield
        finally:
            sys.settrace(None)
            threading.settrace(None)
        test = self.tests.setdefault(item.nodeid.partition("[")[0], {"seconds": 0.0, "lines": []})
        test["seconds"] += time.monotonic() - start
        test["lines"] += sorted(self._lines)
        return result

    def _enter(self, frame: FrameType, _: str, __: Any) -> Any:
        return self._line if frame.f_code.co_filename in self._targets else None

    def _line(self, frame: FrameType, _: str, __: Any) -> Any:
        self._lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line


def main() -> None:
    """Answer requests until standard input ends."""
    for name in _PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _run(request, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        # A fork that traces may answer with more than a pipe holds: it is read to its end first.
        content = answers.read() if "targets" in request else b""
        status = _wait(pid, time.monotonic() + request.get("timeout_s", 600))
    return {"status": status, **(json.loads(content) if content else {})}


def _wait(pid: int, deadline: float) -> int | str:
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_POLL_S)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "timeout"


def _run(request: dict[str, Any], writer: int) -> None:
    """Run the tests and end the fork with pytest's exit status."""
    status = 3
    try:
        os.setsid()
        silence = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silence, descriptor)
        plugins: list[object] = []
        if "targets" in request:
            plugins.append(LineRecorder(request["targets"]))
        elif "module" in request:
            code = compile(request["source"], request["path"], "exec", dont_inherit=True)
            sys.meta_path.insert(0, ChangedModule(request["module"], request["path"], code))
        options = [*_OPTIONS] if plugins else [*_OPTIONS, "-x"]
        status = int(pytest.main([*options, *request["tests"]], plugins=plugins))
        for plugin in plugins:
            assert isinstance(plugin, LineRecorder)
            os.write(writer, json.dumps({"tests": plugin.tests}).encode())
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
