"""What a run of mutants gives: a document for programs, lines for people."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar


class Result(Protocol):
    """A mutant and its verdict: caught, survived, or not counted, such as invalid."""

    @property
    def verdict(self) -> str:
        """Whether a test noticed it."""

    @property
    def kind(self) -> str:
        """The kind of change."""

    def __str__(self) -> str:
        """Return the mutant's place, and what became what."""

    def survivor(self) -> dict[str, Any]:
        """Return the mutant as an object of schemas/mutate.schema.json."""


AnyResult = TypeVar("AnyResult", bound=Result)


class RoomResult(Result, Protocol):
    """The result of a mutant of a Python module."""

    @property
    def room(self) -> str:
        """The room of the module."""


def report(
    results: Sequence[Result], kinds: Sequence[str], goal: float, seed: int
) -> dict[str, Any]:
    """Return the document of schemas/mutate.schema.json, but for how long it took."""
    counted = [result for result in results if result.verdict in ("caught", "survived")]
    caught = [result for result in counted if result.verdict == "caught"]
    ratio = len(caught) / len(counted) if counted else 1.0
    tried = Counter(result.kind for result in counted)
    noticed = Counter(result.kind for result in caught)
    return {
        "ok": ratio >= goal,
        "seed": seed,
        "mutants": len(counted),
        "caught": len(caught),
        "equivalent": sum(result.verdict == "equivalent" for result in results),
        "ratio": round(ratio, 4),
        "goal": goal,
        "kinds": {kind: {"mutants": tried[kind], "caught": noticed[kind]} for kind in kinds},
        "survivors": [result.survivor() for result in counted if result.verdict == "survived"],
    }


def add_rooms(
    document: dict[str, Any], results: Sequence[RoomResult], sizes: Mapping[str, int]
) -> None:
    """Add the counts of each room, which has as many mutants as ``sizes`` says, to the document.

    The ratio becomes an estimate for all mutants: a room counts as much as it has of them.
    """
    counted = [result for result in results if result.verdict in ("caught", "survived")]
    tried = Counter(result.room for result in counted)
    caught = Counter(result.room for result in counted if result.verdict == "caught")
    document["rooms"] = {
        room: {"mutants": tried[room], "caught": caught[room], "all": size}
        for room, size in sizes.items()
    }
    weight = sum(sizes[room] for room in tried)
    if weight:
        ratio = sum(sizes[room] * caught[room] / tried[room] for room in tried) / weight
        document.update(ratio=round(ratio, 4), ok=ratio >= document["goal"])


def shown(results: Iterable[AnyResult], total: int, show: bool) -> Iterator[AnyResult]:
    """Yield the results, and print each survivor as soon as it is known."""
    live = show and sys.stderr.isatty()
    for count, result in enumerate(results, start=1):
        if live:
            print(f"\r\033[K{count} of {total}", end="", file=sys.stderr, flush=True)
        if show and result.verdict == "survived":
            end = "\r\033[K" if live else ""
            print(f"{end}survived  {result}", flush=True)
        yield result
    if live:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def print_report(report: dict[str, Any]) -> None:
    """Print how many mutants of each kind were caught, of each room, and of all."""
    for kind, counts in report["kinds"].items():
        if counts["mutants"]:
            print(f"{kind:10}  {counts['caught']:4} of {counts['mutants']} caught")
    for room, counts in report.get("rooms", {}).items():
        if counts["mutants"]:
            ratio = counts["caught"] / counts["mutants"]
            print(
                f"{room:12}{counts['caught']:4} of {counts['mutants']:3} caught "
                f"{ratio:6.1%}, of {counts['all']} in all"
            )
    equivalent = f", {report['equivalent']} equivalent" if report["equivalent"] else ""
    print(
        f"{report['caught']} of {report['mutants']} mutants caught, {report['ratio']:.1%} "
        f"(goal {report['goal']:.0%}){equivalent}, seed {report['seed']}, "
        f"{report['seconds']:.0f} s"
    )
