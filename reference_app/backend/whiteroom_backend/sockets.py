"""The socket on which the backend answers."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.client.exposition.server import ListenError

# nginx and those of its group may connect, nobody else.
SOCKET_MODE = 0o660
BACKLOG = 2048


@contextlib.contextmanager
def on_port(address: str, port: int) -> Iterator[socket.socket]:
    """Listen on a port; 0 takes a free one. Raises ListenError."""
    try:
        listener = socket.create_server((address, port), backlog=BACKLOG)
    except OSError as error:
        raise ListenError(f"{address}:{port}: can't be listened on: {error.strerror}") from error
    with listener:
        yield listener


@contextlib.contextmanager
def on_path(path: Path) -> Iterator[socket.socket]:
    """Listen on a Unix socket, in the place of an abandoned one. Raises ListenError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            _remove_abandoned(path)
            earlier = os.umask(0o777 & ~SOCKET_MODE)
            try:
                listener.bind(str(path))
            finally:
                os.umask(earlier)
            listener.listen(BACKLOG)
        except OSError as error:
            raise ListenError(f"{path}: can't be listened on: {error}") from error
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


def _remove_abandoned(path: Path) -> None:
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise ListenError(f"{path}: is no socket; move it away, or name another --socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise ListenError(f"{path}: somebody serves there; end that, or name another --socket")
    path.unlink()
