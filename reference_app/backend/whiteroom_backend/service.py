"""One run of the backend: from the migration to the end in order."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import psycopg
import uvicorn
from starlette.types import ASGIApp

from whiteroom_backend import app, audit, deployment, migrations, sockets
from whiteroom_backend.accounts import Accounts
from whiteroom_backend.api import Api
from whiteroom_backend.cache import Cache
from whiteroom_backend.database import Database, complete
from whiteroom_backend.errors import ApiError, StartError
from whiteroom_backend.features import Features
from whiteroom_backend.file_watch import Content, WatchedFile
from whiteroom_backend.gauges import Gauges
from whiteroom_backend.instrumentation import Instrumentation
from whiteroom_backend.instruments import Instruments
from whiteroom_backend.log import Log, bridge
from whiteroom_backend.passwords import Passwords
from whiteroom_backend.recorder import NullRecorder, Recorder
from whiteroom_backend.sessions import Sessions
from whiteroom_backend.songs import Songs
from whiteroom_monitoring import client
from whiteroom_monitoring.client.exposition.bounded_http import (
    ServerLimits,
    SignalFreeServer,
    uvicorn_settings,
)
from whiteroom_monitoring.client.exposition.server import MetricsServer

METRICS_PROGRAM = "business-metrics"
LOOPBACK = "127.0.0.1"
FIGURES_EVERY_S = 10.0
FILES_EVERY_S = 1.0
# PostgreSQL may be starting beside the backend.
WAIT_FOR_DATABASE_S = 60.0
RETRY_S = 0.5
# How long a request that is under way may take when the backend is told to stop.
GRACE_S = 10
LIMITS = ServerLimits(answer_s=60)
HEADERS = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]


async def serve(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT. Raises MonitoringError when it can't start."""
    log = Log(sys.stdout)
    sys.excepthook = log.uncaught
    bridge(log)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    recorder = NullRecorder() if chosen.without_metrics else Recorder()
    with _listening(chosen) as listener, _metrics(chosen, recorder, log) as metrics_port:
        if not await _migrated(chosen.database, log, stop):
            return
        async with _application(chosen, recorder, log) as application:
            places = {**_place(listener), "metrics_port": metrics_port}
            await _answer(application, listener, stop, lambda: log.say("info", "serving", **places))
    log.say("info", "ended")


@contextlib.asynccontextmanager
async def _application(
    chosen: argparse.Namespace, recorder: NullRecorder, log: Log
) -> AsyncIterator[ASGIApp]:
    database = Database(chosen.database, chosen.pool_size, log)
    cache = Cache(chosen.redis, log, lambda: recorder.error("cache"))
    passwords = Passwords()
    api = Api(
        Accounts(database, passwords, recorder),
        Sessions(database, cache, recorder),
        Songs(database, recorder),
        Instruments(database),
        Features(database, recorder),
    )
    application: ASGIApp = app.make(api, database, cache, recorder, log, address=chosen.address)
    await database.open()
    work = [
        asyncio.create_task(_every(seconds, job, log))
        for seconds, job in _jobs(chosen, database, recorder, log)
    ]
    try:
        yield application if chosen.without_metrics else Instrumentation(application)
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await cache.close()
        await database.close()
        passwords.close()


def _jobs(
    chosen: argparse.Namespace, database: Database, recorder: NullRecorder, log: Log
) -> Iterator[tuple[float, Callable[[], Awaitable[None]]]]:
    yield FIGURES_EVERY_S, Gauges(database, recorder).look
    if chosen.version_file:

        def deployed(content: Content) -> None:
            recorder.deployed(deployment.parse(content.text))

        yield FILES_EVERY_S, WatchedFile(chosen.version_file, deployed, log).look
    if chosen.audit_report:

        def audited(content: Content) -> None:
            recorder.audited(audit.parse(content.text), content.written_at)

        yield FILES_EVERY_S, WatchedFile(chosen.audit_report, audited, log).look


async def _every(seconds: float, job: Callable[[], Awaitable[None]], log: Log) -> None:
    while True:
        try:
            await job()
        except ApiError:
            pass  # the database is away, which is logged elsewhere
        except Exception as error:
            log.failed("background work failed", error)
        await asyncio.sleep(seconds)


async def _migrated(database: str, log: Log, stop: asyncio.Event) -> bool:
    """Return False when the backend is told to stop while it waits for the database."""
    deadline = asyncio.get_running_loop().time() + WAIT_FOR_DATABASE_S
    while not stop.is_set():
        try:
            applied = await migrations.migrate(complete(database))
        except psycopg.OperationalError as error:
            if asyncio.get_running_loop().time() > deadline:
                raise StartError(f"--database: {str(error).strip()}; does it run?") from error
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RETRY_S)
        except psycopg.Error as error:
            raise StartError(f"--database: can't be migrated: {str(error).strip()}") from error
        else:
            log.say("info", "migrated", applied=applied)
            return True
    return False


async def _answer(
    application: ASGIApp, listener: socket.socket, stop: asyncio.Event, announce: Callable[[], None]
) -> None:
    config = uvicorn.Config(
        application,
        timeout_graceful_shutdown=GRACE_S,
        headers=HEADERS,
        **uvicorn_settings(LIMITS),
    )
    server = SignalFreeServer(config)

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    asyncio.get_running_loop().call_soon(announce)
    await server.serve([listener])
    ending.cancel()


@contextlib.contextmanager
def _listening(chosen: argparse.Namespace) -> Iterator[socket.socket]:
    if chosen.socket:
        with sockets.on_path(chosen.socket) as listener:
            yield listener
    else:
        with sockets.on_port(chosen.address, chosen.port) as listener:
            yield listener


def _place(listener: socket.socket) -> dict[str, object]:
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return {"socket": name}
    return {"address": name[0], "port": name[1]}


@contextlib.contextmanager
def _metrics(chosen: argparse.Namespace, recorder: NullRecorder, log: Log) -> Iterator[int | None]:
    """Serve the metrics on a thread of their own, so that a busy backend can be scraped."""
    if not isinstance(recorder, Recorder):
        yield None
        return
    preparation = client.prepare(METRICS_PROGRAM, directory=chosen.segments)
    if preparation.problem:
        log.say("warning", "metrics not shared", problem=preparation.problem)
    try:
        with MetricsServer(LOOPBACK, chosen.metrics_port) as server:
            yield server.port
    finally:
        client.close()
