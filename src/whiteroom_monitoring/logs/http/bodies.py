"""Bodies of pushes: compressed or not, JSON, protobuf or OpenTelemetry's, become rows."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import cramjam
import orjson

from whiteroom_monitoring.client.exposition.bounded_http import is_nested_deeper
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.store.store import Pushed
from whiteroom_monitoring.logs.store.streams import canonical
from whiteroom_monitoring.web.server import BodyTooLargeError

JSON = "application/json"
NESTING = 64


class BadBodyError(MonitoringError):
    """A body is no push. Answer it with status 400."""


def decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """Return what a body holds. Raises BadBodyError, and BodyTooLargeError for a bomb."""
    if encoding in ("", "identity", "snappy"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise BadBodyError(f"Content-Encoding {encoding[:40]!r} not supported")
    # zlib reads both headers when 32 is added to its window.
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        text = decoder.decompress(body, limit + 1)
    except zlib.error as error:
        raise BadBodyError(f"{encoding}: {error}") from error
    if len(text) > limit:
        raise BodyTooLargeError(limit)
    if not decoder.eof:
        raise BadBodyError(f"{encoding}: unexpected EOF")
    return text


def from_protobuf(body: bytes, limit: int) -> Pushed:
    """Return the streams of a message in snappy's block format."""
    try:
        if cramjam.snappy.decompress_raw_len(body) > limit:
            raise BodyTooLargeError(limit)
        message = memoryview(cramjam.snappy.decompress_raw(body))
    except (cramjam.DecompressionError, ValueError, OverflowError) as error:
        raise BadBodyError(f"snappy: corrupt input: {error}") from error
    try:
        return _native.read_push(message)
    except ValueError as error:
        raise BadBodyError(str(error)) from error


def load_json(body: bytes) -> Any:
    """Return JSON that is not nested too deeply. Raises BadBodyError."""
    if is_nested_deeper(body, NESTING) if b"[[[[" in body or body.count(b"{") > 10**6 else False:
        raise BadBodyError(f"JSON that is nested deeper than {NESTING} levels")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadBodyError(f"couldn't parse push request: {error}") from error


def from_json(body: bytes) -> Pushed:
    """Return the streams of a JSON push."""
    content = load_json(body)
    streams = content.get("streams") if isinstance(content, dict) else None
    if not isinstance(streams, list):
        raise BadBodyError('couldn\'t parse push request: expected {"streams": [...]}')
    return [_json_stream(number, stream) for number, stream in enumerate(streams)]


def _json_stream(number: int, stream: Any) -> tuple[bytes, _native.Rows]:
    place = f"streams[{number}]"
    labels = stream.get("stream") if isinstance(stream, dict) else None
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise BadBodyError(f"couldn't parse push request: {place}.stream: expected texts by name")
    try:
        rows = _native.rows_of_values(stream.get("values", []))
    except (ValueError, OverflowError) as error:
        raise BadBodyError(f"couldn't parse push request: {place}.{error}") from error
    return _labels(labels), rows


def _labels(labels: Mapping[str, str]) -> bytes:
    return canonical(labels).encode()
