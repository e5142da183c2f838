"""Recording metrics in Python, on the same core as C++.

>>> from whiteroom_monitoring import client
>>> from whiteroom_monitoring.client.generated import business
>>> preparation = client.prepare("business-metrics")
>>> business.songs_created_total.inc()
>>> business.feature_usage_total.inc(feature="mixer")
>>> b"songs_created_total 1" in client.exposition()
True
>>> client.close()

A project's own metrics are a package that `whiteroom generate` has written, which `prepare` is
given: ``client.prepare("tape-looper", metrics=tape_metrics)``.

What is recorded before ``prepare`` is kept and carried over. Child processes need nothing: forked,
or started anew by multiprocessing, they count into the same program.
"""

from __future__ import annotations

import atexit
import importlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

from whiteroom_monitoring.client import _native, multiprocess
from whiteroom_monitoring.client import generated as bundled
from whiteroom_monitoring.client.exposition.request import Exposition, ExpositionRequest
from whiteroom_monitoring.client.families import Family
from whiteroom_monitoring.errors import MonitoringError


class PreparationError(MonitoringError):
    """The process can't be prepared as asked."""


@dataclass(frozen=True)
class Preparation:
    """The result of ``prepare``; the application runs in every case.

    With ``shared``, readers see the segment at ``path``; without, ``problem`` is the reason. With
    ``locked``, its pages can't be paged out.
    """

    shared: bool
    locked: bool
    path: Path | None
    problem: str


@dataclass
class _Prepared:
    program: str
    directory: str
    segment: _native.Segment
    by_pid: int

    def is_for(self, program: str, directory: str) -> bool:
        return program == self.program and directory in ("", self.directory)

    def preparation(self) -> Preparation:
        shared, locked, path, problem = self.segment.preparation()
        return Preparation(shared, locked, Path(path) if path else None, problem)


class SettableGauge(Protocol):
    """A gauge, or one of its labelled series."""

    def set(self, value: float, /) -> None:
        """Set the value."""


_log = logging.getLogger(__name__)
_at_scrape: dict[SettableGauge, Callable[[], float]] = {}
_prepared: _Prepared | None = None


def prepare(
    program: str, directory: Path | str | None = None, *, metrics: ModuleType = bundled
) -> Preparation:
    """Let this process, and children that it will have, record the metrics of ``program``.

    ``metrics`` is the generated package that has them; children import it by its name.

    ``directory`` is the folder of segments, else $WHITEROOM_SEGMENTS or /dev/shm/whiteroom-<uid>.
    May block and allocate. A full or missing memory file system is no error: see ``Preparation``.
    A second call for the same program returns the same, and a child process may choose another than
    its parent. To be made before the first child process is started.

    Raises PreparationError for an unknown program, and when the process is prepared for another.
    """
    folder = str(directory) if directory else ""
    if _prepared is not None:
        if _prepared.is_for(program, folder):
            return _prepared.preparation()
        if _prepared.by_pid == os.getpid():
            current = f"{_prepared.program} in {_prepared.directory}"
            raise PreparationError(f"prepare({program!r}): this process records {current}")
    modules = _modules(metrics)
    if program not in modules:
        known = ", ".join(sorted(modules))
        own = "" if metrics is not bundled else "; with metrics=PACKAGE, a program of your own"
        raise PreparationError(f"prepare({program!r}): expected one of {known}{own}")
    close()
    place = folder or _native.default_directory()
    prepared = _prepare(program, place, os.getpid(), modules[program])
    multiprocess.pass_to_children(program, prepared.directory, metrics.__name__)
    _close_at_every_end()
    return prepared.preparation()


def _modules(package: ModuleType) -> dict[str, list[str]]:
    """Return the modules of what each program of a generated package records.

    Raises PreparationError for a module that `whiteroom generate` has not written.
    """
    domains = getattr(package, "DOMAINS", None)
    if not isinstance(domains, dict):
        name = package.__name__
        raise PreparationError(f"metrics={name}: expected a package of `whiteroom generate`")
    return {
        # A bundled domain is named in full.
        program: [name if "." in name else f"{package.__name__}.{name}" for name in names]
        for program, names in domains.items()
    }


def _prepare(program: str, directory: str, by_pid: int, modules: list[str]) -> _Prepared:
    global _prepared  # noqa: PLW0603 - a process has one segment
    metrics: list[_native.Metric] = []
    for module in modules:
        metrics.extend(importlib.import_module(module).METRICS)
    segment = _native.Segment(program, directory)
    segment.prepare(metrics)
    _prepared = _Prepared(program, directory, segment, by_pid)
    return _prepared


def _prepare_as_parent(program: str, directory: str, package: str) -> None:
    """Prepare a spawned child; a forked one is prepared already."""
    if _prepared is not None:
        return
    try:
        modules = _modules(importlib.import_module(package))
    except ImportError:
        # What the parent has imported is not on the child's path: it counts for itself alone.
        return
    if program in modules:
        _prepare(program, directory, 0, modules[program])
        _close_at_every_end()


def _close_at_every_end() -> None:
    multiprocess.close_on_sigterm(_mark_closed)
    multiprocess.close_on_quick_exit(_mark_closed)


def at_scrape(metric: SettableGauge, value: Callable[[], float]) -> None:
    """Set a gauge, or one of its labelled series, to ``value()`` whenever this process is scraped.

    It is called by the thread that answers, at each exposition of this process' own endpoint, in
    the order of registration; the segment exporter does not call it. What it raises is logged, and
    the gauge keeps what it had. Calling again with the same object replaces the function.

    Of several processes of one program, such as gunicorn's workers, only the one that answers is
    asked, and each keeps the value of the scrape that it answered last. So what belongs to the
    whole program, such as the length of a queue in a database, needs ``aggregation: latest`` (or
    ``max``) in the catalogue: with ``sum`` the old values of the others would be added to it.
    """
    _at_scrape[metric] = value


def _set_values() -> None:
    for metric, value in list(_at_scrape.items()):
        try:
            metric.set(value())
        except Exception:
            _log.exception("%s: no value at the scrape", getattr(metric, "name", metric))


def open_exposition(request: ExpositionRequest) -> Exposition:
    """Return the program's metrics, those of all its processes together, block by block.

    From now on this process counts as the program's endpoint, and the segment exporter leaves the
    program to it. Raises PreparationError before ``prepare``, OSError when the folder can't be
    read.
    """
    if _prepared is None:
        raise PreparationError("the metrics can't be served: call prepare() first")
    _set_values()
    _prepared.segment.set_served(True)
    blocks = _native.expose(
        _prepared.directory,
        _prepared.program,
        _prepared.segment,
        request.open_metrics,
        request.created,
    )
    return Exposition(request.content_type, blocks, blocks.held_bytes)


def stop_serving() -> None:
    """Say that this process answers no scrapes any more: the segment exporter serves it again."""
    if _prepared is not None:
        _prepared.segment.set_served(False)


def read_families() -> list[Family]:
    """Return the same as values, for an exposition in another form.

    Families come by name; one without series has been declared but not recorded. Raises as
    ``open_exposition``.
    """
    if _prepared is None:
        raise PreparationError("the metrics can't be read: call prepare() first")
    _set_values()
    _prepared.segment.set_served(True)
    families = _native.read_families(_prepared.directory, _prepared.program, _prepared.segment)
    return [Family.of(values) for values in families]


def exposition(*, open_metrics: bool = False, created: bool = False) -> bytes:
    """Return the same as one text: in text format 0.0.4, or in OpenMetrics 1.0.

    ``created`` adds ``_created`` to OpenMetrics. Raises as ``open_exposition``.
    """
    return b"".join(open_exposition(ExpositionRequest(open_metrics, created)).blocks)


def program() -> str | None:
    """Return the program that this process is prepared for, or None."""
    return _prepared.program if _prepared else None


def close() -> None:
    """End in order: the segment is folded into what its program has recorded so far. Idempotent."""
    global _prepared  # noqa: PLW0603 - a process has one segment
    if _prepared is not None:
        _prepared.segment.close()
        _prepared = None
        multiprocess.stop_passing_to_children()


def _mark_closed() -> None:
    if _prepared is not None:
        _prepared.segment.mark_closed()


atexit.register(close)
_child_initializer = multiprocess.ChildInitializer(_prepare_as_parent, close)
