"""Lets workers record that are started as the first argument says; prints the exposition."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import signal
import sys

from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import business, http


def save(songs: int) -> int:
    """Record in a worker."""
    business.songs_created_total.inc(songs)
    http.http_active_connections.inc()
    http.http_request_duration_seconds.observe(0.25)
    return os.getpid()


def save_and_be_killed(songs: int) -> None:
    """Record, and end by SIGKILL."""
    save(songs)
    os.kill(os.getpid(), signal.SIGKILL)


def main(method: str, segments: str) -> None:
    """Let a pool, processes, an executor and a killed process record 1 to 4 songs each time."""
    client.prepare("business-metrics", segments)
    chosen = multiprocessing.get_context(method)
    with chosen.Pool(2) as pool:  # ends its workers by SIGTERM
        pool.map(save, [1] * 8, chunksize=1)
    with chosen.Pool(1, maxtasksperchild=2) as pool:  # renews them
        pool.map(save, [2] * 4, chunksize=1)
    processes = [chosen.Process(target=save, args=(3,)) for _ in range(2)]
    processes.append(chosen.Process(target=save_and_be_killed, args=(100,)))
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=chosen) as executor:
        list(executor.map(save, [4] * 4))
    save(1000)
    sys.stdout.write(client.exposition().decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
