"""Asks a log store or a Loki, and prints what it answers, for people or for pipes."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.errors import MonitoringError, UsageError

API = "/loki/api/v1"
_LEVELS = {
    "critical": "\033[1;31m", "fatal": "\033[1;31m", "error": "\033[31m", "warn": "\033[33m",
    "info": "\033[32m", "debug": "\033[36m", "trace": "\033[90m",
}  # fmt: skip
_DIM, _PLAIN = "\033[90m", "\033[0m"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
Answer = Mapping[str, Any]


def _ask(arguments: argparse.Namespace, path: str, **parameters: str) -> Any:
    end = time.time_ns()
    begin = end - round(arguments.since * 1e9)
    query = {"start": str(begin), "end": str(end), **parameters}
    return HttpClient("logs", arguments.url).get_json(path, tuple(query.items()))


def _print_json(content: object) -> int:
    print(_cleaned(json.dumps(content, indent=2, ensure_ascii=False)))
    return 0


def labels_text(labels: Mapping[str, str]) -> str:
    """Return labels as a selector has them.

    >>> labels_text({"job": "x", "a": "1"})
    '{a="1", job="x"}'
    """
    return "{" + ", ".join(f"{n}={json.dumps(v)}" for n, v in sorted(labels.items())) + "}"


def _moment(time_ns: int) -> str:
    date = datetime.fromtimestamp(time_ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{date}.{time_ns // 10**6 % 1000:03}Z"


def query(arguments: argparse.Namespace) -> int:
    """Print lines, or numbers: of this moment, or at each step."""
    if arguments.limit < 1:
        raise UsageError(f"--limit {arguments.limit}: expected 1 or more")
    if arguments.context < 0:
        raise UsageError(f"--context {arguments.context}: expected 0 or more")
    step = {"step": str(arguments.step)} if arguments.step else {}
    expression: str = HttpClient("logs", arguments.url).get_json(
        f"{API}/format_query", (("query", arguments.query),)
    )["data"]
    is_lines = expression.lstrip(" (").startswith("{") and not step
    if is_lines or step:
        answer = _ask(
            arguments,
            f"{API}/query_range",
            query=arguments.query,
            limit=str(arguments.limit),
            direction=arguments.direction,
            **step,
        )
    else:
        answer = _ask(arguments, f"{API}/query", query=arguments.query)
    if arguments.context:
        return _print_context(answer["data"], arguments)
    if arguments.json:
        return _print_json(answer["data"])
    show(answer["data"], arguments)
    return 0


def _print_context(data: Answer, arguments: argparse.Namespace) -> int:
    """Print each line with those before and after it; what belongs together is one part."""
    if data["resultType"] != "streams":
        raise UsageError("--context: expected a query for lines")
    matching: dict[int, list[Answer]] = {}
    for stream in data["result"]:
        for time_text, text, *_ in stream["values"]:
            match = {"time": time_text, "stream": stream["stream"], "line": text}
            matching.setdefault(int(time_text), []).append(match)
    parts = _parts([_with_context(arguments, *item) for item in sorted(matching.items())])
    if arguments.json:
        return _print_json(parts)
    for number, part in enumerate(parts):
        print("--\n" if number else "", end="")
        for line in part:
            time_ns = int(line["time"])
            mark = ">" if time_ns in matching else " "
            text = _line(time_ns, line["stream"], line["line"], _is_coloured(arguments))
            print(mark, text, flush=True)
    return 0


def _parts(contexts: Iterable[Iterable[Answer]]) -> list[list[Answer]]:
    """Return contexts in the order of time; those that share a line are one part."""
    parts: list[dict[tuple[int, str, str], Answer]] = []
    for context in contexts:
        keyed = {(int(o["time"]), labels_text(o["stream"]), o["line"]): o for o in context}
        if parts and not keyed.keys().isdisjoint(parts[-1]):
            parts[-1] = {**keyed, **parts[-1]}
        else:
            parts.append(keyed)
    return [[part[key] for key in sorted(part)] for part in parts]


def _with_context(
    arguments: argparse.Namespace, time_ns: int, matching: Iterable[Answer]
) -> list[Answer]:
    """Return the context of a moment, with its lines, which streams beside it do not have."""
    context = _context(arguments, time_ns)
    texts = {(int(line["time"]), line["line"]) for line in context}
    return context + [line for line in matching if (time_ns, line["line"]) not in texts]


def _context(arguments: argparse.Namespace, time_ns: int) -> list[Answer]:
    selector = arguments.across or _selector(arguments.query)
    count = str(arguments.context)
    parameters = {"query": selector, "time": str(time_ns), "before": count, "after": count}
    client = HttpClient("logs", arguments.url)
    lines: list[Answer] = client.get_json("/api/context", tuple(parameters.items()))["lines"]
    return lines


def _selector(query: str) -> str:
    """Return what of a query says of which streams."""
    from whiteroom_monitoring.logs.logql.parser import parse_log_query  # noqa: PLC0415
    from whiteroom_monitoring.logs.logql.syntax import LogQuery  # noqa: PLC0415

    return str(LogQuery(parse_log_query(query).matchers))


def show(data: Answer, arguments: argparse.Namespace) -> None:
    """Print what a query has found."""
    match data["resultType"]:
        case "streams":
            _print_lines(data["result"], arguments, arguments.direction == "backward")
        case "scalar":
            print(data["result"][1])
        case "vector":
            for series in data["result"]:
                print(f"{_cleaned(labels_text(series['metric']))} {series['value'][1]}")
        case _:
            for series in data["result"]:
                print(_cleaned(labels_text(series["metric"])))
                for moment, value in series["values"]:
                    print(f"  {_moment(round(moment * 1e9))} {value}")


def _print_lines(
    streams: Iterable[Answer], arguments: argparse.Namespace, newest_first: bool
) -> None:
    is_coloured = _is_coloured(arguments)
    lines = [(int(v[0]), result["stream"], v[1]) for result in streams for v in result["values"]]
    for time_ns, stream, text in sorted(lines, key=lambda result: result[0], reverse=newest_first):
        print(_line(time_ns, stream, text, is_coloured), flush=True)


def _is_coloured(arguments: argparse.Namespace) -> bool:
    on_terminal = arguments.color == "auto" and sys.stdout.isatty()
    return on_terminal or arguments.color == "always"


def _cleaned(text: str, is_coloured: bool = False) -> str:
    """Return a text without control characters where a terminal shows it; for a pipe, as it is."""
    return _CONTROL.sub("\ufffd", text) if is_coloured or sys.stdout.isatty() else text


def _line(time_ns: int, stream: Mapping[str, str], text: str, is_coloured: bool) -> str:
    content = _cleaned(text, is_coloured)
    labels, moment = _cleaned(labels_text(stream), is_coloured), _moment(time_ns)
    if not is_coloured:
        return f"{moment} {labels} {content}"
    level = stream.get("detected_level") or stream.get("level") or ""
    colour = _LEVELS.get(level.lower(), "")
    return f"{_DIM}{moment} {labels}{_PLAIN} {colour}{content}{_PLAIN if colour else ''}"


def tail(arguments: argparse.Namespace) -> int:
    """Print lines as they come, until the store ends or somebody interrupts."""
    from websockets.exceptions import ConnectionClosed, WebSocketException  # noqa: PLC0415
    from websockets.sync.client import connect  # noqa: PLC0415

    query = urlencode({"query": arguments.query, "limit": arguments.limit})
    address = f"{re.sub('^http', 'ws', arguments.url)}{API}/tail?{query}"
    try:
        with connect(address, max_size=None) as socket:
            for message in socket:
                _print_message(json.loads(message), arguments)
    except ConnectionClosed as error:
        reason = error.rcvd.reason if error.rcvd else "the connection broke"
        raise MonitoringError(f"{arguments.url}: {reason}") from error
    except (OSError, WebSocketException, ValueError) as error:
        raise MonitoringError(f"{arguments.url}: {error}") from error
    return 0


def _print_message(content: Answer, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(_cleaned(json.dumps(content, ensure_ascii=False)), flush=True)
    else:
        _print_lines(content.get("streams") or [], arguments, False)


def labels(arguments: argparse.Namespace) -> int:
    """Print the names of labels, or the values of one."""
    name = arguments.label
    path = f"{API}/label/{name}/values" if name else f"{API}/labels"
    names = _ask(arguments, path)["data"]
    if arguments.json:
        return _print_json(names)
    for label in names or []:
        print(_cleaned(label))
    return 0


def series(arguments: argparse.Namespace) -> int:
    """Print streams."""
    matches = {"match[]": arguments.query} if arguments.query else {}
    streams = _ask(arguments, f"{API}/series", **matches)["data"]
    if arguments.json:
        return _print_json(streams)
    for stream in streams:
        print(_cleaned(labels_text(stream)))
    return 0


def stats(arguments: argparse.Namespace) -> int:
    """Print what a query has to read."""
    statistics = _ask(arguments, f"{API}/index/stats", query=arguments.query)
    if arguments.json:
        return _print_json(statistics)
    for name in ("streams", "chunks", "entries", "bytes"):
        print(f"{name:8} {statistics[name]}")
    return 0


def patterns(arguments: argparse.Namespace) -> int:
    """Print patterns with their level, that of most lines first."""
    step = str(max(round(arguments.since), 1))
    rows = _ask(arguments, f"{API}/patterns", query=arguments.query, step=step)["data"]
    if arguments.json:
        return _print_json(rows)
    for pattern in rows:
        count = sum(count for _, count in pattern["samples"])
        print(f"{count:8} {pattern['level']:8} {_cleaned(pattern['pattern'])}")
    return 0


def explain(arguments: argparse.Namespace) -> int:
    """Print how the log store reads a query."""
    explanation = _ask(arguments, "/api/explain", query=arguments.query)
    if arguments.json:
        return _print_json(explanation)
    for selection in explanation["ranges"]:
        print(selection["query"])
        for step in selection["steps"]:
            print(f"  {step['blocks']:6} blocks  {step['what']}")
        print(f"  {selection['bytes']:6} bytes at most, {selection['lines_from']}")
        for stage in selection["stages"]:
            print(f"         line by line: {stage}")
    price = sum(selection["bytes"] for selection in explanation["ranges"])
    print(f"price: {price} bytes at most, of {explanation['budget_bytes']} that a query may read")
    return 0
