"""Send one command to the reference engine and print its answer.

Usage: python examples/control_engine.py [--socket PATH] COMMAND [NAME=VALUE ...]

    python examples/control_engine.py status
    python examples/control_engine.py fault kind=slow_plugin channel=bass microseconds=30000
    python examples/control_engine.py fault kind=stall milliseconds=50
    python examples/control_engine.py faults_off

docs/reference/reference-engine.md lists the commands.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys

from whiteroom_monitoring.deploy.paths import StackPaths, default_data


def value_of(text: str) -> object:
    """Return numbers, true and false as such, anything else as text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def ask(path: str, request: dict[str, object]) -> dict[str, object]:
    """Send ``request`` to the socket at ``path`` and return the answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(path)
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer: dict[str, object] = json.loads(connection.makefile().readline())
        return answer


def main() -> int:
    """Return 0 when the engine has done what was asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--socket", default=str(StackPaths(default_data(0)).control_socket))
    parser.add_argument("command")
    parser.add_argument("fields", nargs="*", metavar="NAME=VALUE")
    arguments = parser.parse_args()
    request: dict[str, object] = {"command": arguments.command}
    for field in arguments.fields:
        name, separator, value = field.partition("=")
        if not separator:
            parser.error(f"{field}: expected NAME=VALUE")
        request[name] = value_of(value)
    try:
        answer = ask(arguments.socket, request)
    except OSError as error:
        print(f"{arguments.socket}: {error.strerror}; does the engine run?", file=sys.stderr)
        return 1
    print(json.dumps(answer, indent=2))
    return 0 if answer.get("ok") else 1


if __name__ == "__main__":
    sys.exit(main())
