"""Free TCP ports of the loopback interface, asked for by binding them."""

from __future__ import annotations

import contextlib
import socket


def free_ports(count: int) -> list[int]:
    """Return ports that differ from each other and that nothing listens on at this moment."""
    with contextlib.ExitStack() as held:
        listeners = [
            held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [int(listener.getsockname()[1]) for listener in listeners]


def free_port() -> int:
    """Return one port that nothing listens on at this moment."""
    return free_ports(1)[0]
