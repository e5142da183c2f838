"""``python -m whiteroom_musicians``: lets the musicians at White Room, or puts it under stress."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
from collections.abc import Sequence

from whiteroom_musicians import options, stress
from whiteroom_musicians.backoff import Backoff
from whiteroom_musicians.client import ApiClient
from whiteroom_musicians.driver import Driver
from whiteroom_musicians.engine import Engine
from whiteroom_musicians.errors import MusiciansError, UsageError
from whiteroom_musicians.http_client import Address, ConnectionPool
from whiteroom_musicians.log import Log
from whiteroom_musicians.stats import Stats

PROGRAM = "whiteroom_musicians"
SUCCESS, FAILURE, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` and return its exit status."""
    try:
        chosen = options.parse(argv)
        address = None if chosen.url is None else Address.parse(chosen.url)
        return asyncio.run(_run(chosen, address))
    except MusiciansError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return USAGE if isinstance(error, UsageError) else FAILURE
    except BrokenPipeError:  # nobody reads any more; the interpreter is not to complain of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE


async def _run(chosen: argparse.Namespace, address: Address | None) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log = Log(sys.stdout, chosen.json or not sys.stdout.isatty())
    sys.excepthook = log.uncaught
    pool = None if address is None else ConnectionPool(address)
    try:
        if pool is not None and chosen.stress is not None:
            return await _stress(chosen, pool, log, stop)
        return await _play(chosen, pool, log, stop)
    finally:
        if pool is not None:
            pool.close()


async def _play(
    chosen: argparse.Namespace, pool: ConnectionPool | None, log: Log, stop: asyncio.Event
) -> int:
    stats = Stats()
    jitter = random.Random()
    client = None if pool is None else ApiClient(pool, stats, Backoff("backend", log, jitter))
    engine = None
    if chosen.control is not None:
        engine = Engine(chosen.control, stats, Backoff("engine", log, jitter))
    habits = options.habits(chosen)
    log.say("info", "begin", seed=habits.seed, url=chosen.url, control=chosen.control)
    if client is None:
        log.say("info", "no --url: the musicians use the engine alone")
    if engine is None:
        log.say("info", "no --control: the musicians use the backend alone")
    await Driver(habits, client, engine, stats, log).run(stop, chosen.for_s)
    needed = client or engine
    reached = needed is not None and needed.backoff.ever_answered
    return SUCCESS if stop.is_set() or reached else FAILURE


async def _stress(
    chosen: argparse.Namespace, pool: ConnectionPool, log: Log, stop: asyncio.Event
) -> int:
    client = ApiClient(pool, Stats(), Backoff("backend", log, random.Random()))
    sessions = await stress.until(stop, stress.prepare_all(client, chosen.seed, chosen.musicians))
    if sessions is not None:
        stream = stress.Stress(pool, sessions, chosen.stress, chosen.seed)
        log.say("info", "stress", **await stream.run(stop, chosen.for_s))
    return SUCCESS
