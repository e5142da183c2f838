"""Which functions outside of a program a function of it may come to call, by its machine code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_JUMP = re.compile(r"^\s+[0-9a-f]+:\s+(call|jmp|b|bl)q?\s+(.*)$")
_TARGET = re.compile(r"[0-9a-fx]+ <(.+?)(@plt)?(\+0x[0-9a-f]+)?>$")

# A call of an address that is computed may lead anywhere.
COMPUTED = "a computed address"


def external_calls(program: Path, function: str) -> set[str]:
    """Return the external functions that ``function`` can reach by calls, as C++ names.

    ``function`` is part of a mangled name; the program has one function with it. Calls of computed
    addresses are among the result as ``COMPUTED``.
    """
    calls = _calls(program)
    [start] = [name for name in calls if re.search(rf"\d{re.escape(function)}(yy|\w*F$)", name)]
    externals: set[str] = set()
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for target, external in calls.get(name, ()):
            if external:
                externals.add(target)
            else:
                waiting.append(target)
    return {_demangled(name) for name in externals}


def _calls(program: Path) -> dict[str, set[tuple[str, bool]]]:
    """Return what each function calls or jumps to: names, and whether they are external."""
    calls: dict[str, set[tuple[str, bool]]] = {}
    current: set[tuple[str, bool]] = set()
    name = ""
    for line in _output("objdump", "-d", "--no-show-raw-insn", str(program)).splitlines():
        if begins := _FUNCTION.match(line):
            name = begins[1]
            current = calls.setdefault(name, set())
        elif jumps := _JUMP.match(line):
            target = _TARGET.search(jumps[2])
            if target is None:
                # A jump to a computed address within a function is a switch.
                if jumps[1] in {"call", "bl"}:
                    current.add((COMPUTED, True))
            elif target[1] != name:
                current.add((target[1], target[2] is not None))
    return calls


def _demangled(name: str) -> str:
    return _output("c++filt", name).strip()


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
