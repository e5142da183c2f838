"""Lines by level, and those that tell of a crash or of a lack of memory, as metrics for alerts."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from whiteroom_monitoring.client.generated import shipper as metrics
from whiteroom_monitoring.logs.logql.regex import compile_test
from whiteroom_monitoring.logs.shipper.entry import SECOND_NS

# Lines that are older are history, of the first start or after a long rest: nobody is told of them.
RECENT_S = 3600
_CANARY = "canary"
Level = Literal["critical", "error", "warn", "info", "debug", "unknown"]
Pattern = Literal["crash", "out_of_memory"]
_LEVELS: dict[Level, str] = {
    "critical": "emerg emergency alert crit critical fatal panic",
    "error": "err error",
    "warn": "warn warning",
    "info": "info information informational log notice",
    "debug": "debug trace",
}
_LEVEL_OF = {name: level for level, names in _LEVELS.items() for name in names.split()}
# What programs and kernels write when a process ends of its own fault. Each is so much of the form
# that a sentence about crashes, or an address, is none. A beginning is that of a line, or of a text
# in JSON.
_CRASH = (
    r"\bsegfault at [0-9a-f]+ ip ",
    r"\bgeneral protection fault\b.* (?:ip|rip):",
    r"\bKernel panic - not syncing",
    r"""(?:^|["\d:] ?)Segmentation fault\b""",
    r"\(core dumped\)|\bdumped core\.|\bcode=dumped, status=\d+/",
    r"\b(?:exited on|was terminated by) signal (?:4|6|7|8|11)\b",
    r"\bterminate called (?:after throwing|without an active exception|recursively)",
    r"\bterminating (?:due to|with) uncaught exception",
    r"\*\*\* (?:stack smashing|buffer overflow) detected \*\*\*",
    r"\b(?:malloc|calloc|realloc|free|munmap_chunk)\(\): "
    r"(?:corrupted|double|invalid|memory|unaligned) ",
    r"\bdouble free or corruption\b|\bcorrupted (?:size vs\.|double-linked list)",
    r"\bAssertion [`'].+' failed",
    r"""(?:^|["\]]|: |\.swift:\d+: )Fatal error: """,
    r"\bFatal Python error: ",
    r"\bProgram crashed: ",
    r"""(?:^|")panic: |\bthread '[^']+' (?:\(\d+\) )?panicked at """,
    r"\bERROR: (?:Address|Leak|Memory|Thread)Sanitizer: ",
)
_OUT_OF_MEMORY = (
    r"\b[Oo]ut of memory: Kill(?:ed)? process \d+",
    r"\boom-kill:constraint=",
    r"\bkilled by the OOM killer\b|\bresult 'oom-kill'",
    r"\bKilled /\S+ due to memory (?:pressure|used)\b",
)
_TRACEBACK = r"\bTraceback \(most recent call last\):"
# How a text without a level begins that Python, Java and JavaScript print of an exception.
_RAISED = (
    r"^Traceback \(most recent call last\):|^Exception in thread |^Unhandled exception in thread",
    r"^Uncaught (?:\w+Error|Error|exception)\b",
)


def _any(*expressions: str, many_lines: bool = False) -> Any:
    return compile_test("|".join(f"(?:{e})" for e in expressions), many_lines=many_lines)


# Looked for in all lines of a stream at once: hardly any has one of them.
_SUSPECT = _any(*_CRASH, *_OUT_OF_MEMORY, _TRACEBACK, *_RAISED, many_lines=True)
_PATTERNS: dict[Pattern, Any] = {
    "crash": _any(*_CRASH, many_lines=True),
    "out_of_memory": _any(*_OUT_OF_MEMORY, many_lines=True),
}
_UNCAUGHT = _any(_TRACEBACK)
_EXCEPTION = _any(*_RAISED)


def level_of(label: str) -> Level:
    """Return the level that a label means, as metrics have it.

    >>> level_of("ERR"), level_of("emerg"), level_of("")
    ('error', 'critical', 'unknown')
    """
    return _LEVEL_OF.get(label.lower(), "unknown")


# What was there before the shipper was, by source.
_HISTORY_NS: dict[str, int] = {}


def ignore_before(source: str, time_ns: int) -> None:
    """Count no line of a source that is older: it is history of before the first start."""
    _HISTORY_NS[source] = time_ns


def count(source: str, streams: Sequence[Mapping[str, Any]]) -> None:
    """Count lines that a target has acknowledged; canaries, and what is over an hour old, are none.

    ``source`` is the job of the configuration, ``streams`` are those of a push.
    """
    recent_ns = time.time_ns() - RECENT_S * SECOND_NS
    oldest = str(max(recent_ns, _HISTORY_NS.get(source, 0)))
    for stream in streams:
        labels = stream["stream"]
        if labels.get("job") == _CANARY:
            continue
        # Both have 19 digits, from 2001 to 2286.
        lines = [value[1] for value in stream["values"] if value[0] >= oldest]
        if lines:
            _count(source, labels.get("service", ""), level_of(labels.get("level", "")), lines)


def _count(source: str, program: str, level: Level, lines: list[str]) -> None:
    is_suspect = _SUSPECT.search("\n".join(lines)) is not None
    for level_of_lines, number in levels(level, lines if is_suspect else (), len(lines)).items():
        metrics.log_lines_total.inc(number, source=source, program=program, level=level_of_lines)
    if not is_suspect:
        return
    for pattern, matches in matching(level, lines).items():
        if matches:
            metrics.log_pattern_matches_total.inc(
                matches, source=source, program=program, pattern=pattern
            )


def levels(level: Level, suspects: Sequence[str], number: int) -> dict[Level, int]:
    """Return how many of a ``number`` of lines have each level.

    What an exception printed has none, and is an error, caught or not.

    >>> levels("unknown", ["Traceback (most recent call last):", "  File"], 2)
    {'unknown': 1, 'error': 1}
    """
    if level != "unknown":
        return {level: number}
    errors = sum(1 for line in suspects if _EXCEPTION.search(line))
    counts: dict[Level, int] = {"unknown": number - errors, "error": errors}
    return {level: count for level, count in counts.items() if count}


def matching(level: Level, lines: Sequence[str]) -> dict[Pattern, int]:
    """Return how many lines have each pattern.

    A traceback is a crash where its line is critical: others were caught by whoever logged them.

    >>> matching("info", ["Aborted (core dumped)", "no crash occurred"])
    {'crash': 1, 'out_of_memory': 0}
    """
    counts = {
        pattern: sum(1 for line in lines if regex.search(line))
        for pattern, regex in _PATTERNS.items()
    }
    if level == "critical":
        counts["crash"] += sum(1 for line in lines if _UNCAUGHT.search(line))
    return counts
