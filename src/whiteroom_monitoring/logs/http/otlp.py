"""Logs of OpenTelemetry, as protobuf and as JSON.

Source: opentelemetry-proto 1.5, logs/v1/logs.proto; which attributes become labels is Loki 3.7's
default, https://grafana.com/docs/loki/latest/send-data/otel/
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.http.bodies import BadBodyError, load_json
from whiteroom_monitoring.logs.metadata import encode
from whiteroom_monitoring.logs.store.store import Pushed
from whiteroom_monitoring.logs.store.streams import canonical

INDEXED = frozenset(
    """cloud.availability_zone cloud.region container.name deployment.environment
    deployment.environment.name k8s.cluster.name k8s.container.name k8s.cronjob.name
    k8s.daemonset.name k8s.deployment.name k8s.job.name k8s.namespace.name k8s.pod.name
    k8s.replicaset.name k8s.statefulset.name service.instance.id service.name
    service.namespace""".split()
)
_NO_NAME = re.compile(r"[^A-Za-z0-9_]")
Fields = list[tuple[str, str]]
MAX_DEPTH = 32


def from_protobuf(body: bytes) -> Pushed:
    """Return the streams of an ExportLogsServiceRequest. Raises BadBodyError."""
    streams = _Streams()
    for resource_logs in _of(body, 1):
        resource = next(_of(resource_logs, 1), b"")
        labels, shared = _split([_key_value(a) for a in _of(resource, 1)])
        for scope_logs in _of(resource_logs, 2):
            scope = _scope(next(_of(scope_logs, 1), b""))
            for record in _of(scope_logs, 2):
                streams.add(labels, [*shared, *scope], _record(record))
    return streams.all()


def from_json(body: bytes) -> Pushed:
    """Return the streams of the same message as JSON. Raises BadBodyError."""
    streams = _Streams()
    try:
        for resource_logs in load_json(body).get("resourceLogs", []):
            attributes = resource_logs.get("resource", {}).get("attributes", [])
            labels, shared = _split(_json_attributes(attributes))
            for scope_logs in resource_logs.get("scopeLogs", []):
                scope_fields = scope_logs.get("scope", {})
                scope = [
                    (f"scope_{n}", scope_fields[n])
                    for n in ("name", "version")
                    if scope_fields.get(n)
                ]
                scope += [
                    (n, _text(v)) for n, v in _json_attributes(scope_fields.get("attributes", []))
                ]
                for record in scope_logs.get("logRecords", []):
                    streams.add(labels, [*shared, *scope], _json_record(record))
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise BadBodyError(f"couldn't parse OTLP logs: {error}") from error
    return streams.all()


class _Streams:
    def __init__(self) -> None:
        self._rows: dict[bytes, _native.Rows] = {}

    def add(self, labels: Mapping[str, str], shared: Fields, record: dict[str, Any]) -> None:
        key = canonical(labels).encode()
        rows = self._rows.setdefault(key, _native.Rows())
        named = [("severity_number", record.get("severity_number", 0) or "")]
        named += [(n, record.get(n, "")) for n in ("severity_text", "trace_id", "span_id")]
        own = [(_name(n), _text(v)) for n, v in record.get("attributes", [])]
        fields = [(n, str(v)) for n, v in named if v]
        time_ns = record.get("time") or record.get("observed", 0)
        if not 0 <= time_ns < 2**63:
            raise BadBodyError(f"time {time_ns}: expected nanoseconds since 1970")
        if record.get("observed"):
            fields.append(("observed_timestamp", str(record["observed"])))
        if record.get("flags"):
            fields.append(("flags", str(record["flags"])))
        meta = encode({**dict(shared), **dict(own), **dict(fields)}.items())
        rows.append(time_ns, _text(record.get("body", "")).encode(errors="replace"), meta)

    def all(self) -> Pushed:
        return list(self._rows.items())


def _name(name: str) -> str:
    """Return an attribute's name as labels have it.

    >>> _name("k8s.pod.name")
    'k8s_pod_name'
    """
    return _NO_NAME.sub("_", name)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return orjson.dumps(value).decode()
    return str(value)


def _split(attributes: list[tuple[str, Any]]) -> tuple[dict[str, str], Fields]:
    """Return the attributes of a resource that are labels, and the others."""
    labels = {_name(n): _text(v) for n, v in attributes if n in INDEXED and _text(v)}
    return labels or {"service_name": "unknown_service"}, [
        (_name(n), _text(v)) for n, v in attributes if n not in INDEXED
    ]


# Protobuf.


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field. Raises BadBodyError."""
    at = 0
    try:
        while at < len(message):
            key, at = _varint(message, at)
            number, kind = key >> 3, key & 7
            if kind == 0:
                value, at = _varint(message, at)
                yield number, value
                continue
            if kind == 2:
                size, at = _varint(message, at)
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
            else:
                raise BadBodyError(f"protobuf: a field of kind {kind}")
            if at + size > len(message):
                raise IndexError
            content = message[at : at + size]
            at += size
            yield number, content if kind == 2 else int.from_bytes(content, "little")
    except IndexError:
        raise BadBodyError("protobuf: a message that is cut off") from None


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 64:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise BadBodyError("protobuf: a number of more than 64 bits")


def _of(message: bytes, number: int) -> Iterator[bytes]:
    """Yield the fields of a number that are bytes."""
    for field_number, value in _fields(message):
        if field_number == number and isinstance(value, bytes):
            yield value


def _string(value: int | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _key_value(message: bytes) -> tuple[str, Any]:
    key: str = ""
    value: Any = ""
    for number, content in _fields(message):
        if number == 1:
            key = _string(content)
        elif number == 2 and isinstance(content, bytes):
            value = _any_value(content)
    return key, value


def _any_value(message: bytes, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise BadBodyError(f"a value that is nested deeper than {MAX_DEPTH} levels")
    number, content = next(_fields(message), (0, b""))
    if isinstance(content, int):
        return _number(number, content)
    if number == 5:
        return [_any_value(value, depth + 1) for value in _of(content, 1)]
    if number == 6:
        return dict(_pair(item, depth + 1) for item in _of(content, 1))
    return base64.b64encode(content).decode() if number == 7 else _string(content)


def _number(number: int, bits: int) -> bool | int | float:
    if number == 2:
        return bool(bits)
    if number == 4 and bits < 2**64:
        return float(struct.unpack("<d", bits.to_bytes(8, "little"))[0])
    return bits - 2**64 if 2**63 <= bits < 2**64 else bits


def _pair(message: bytes, depth: int) -> tuple[str, Any]:
    key = next(_of(message, 1), b"").decode(errors="replace")
    return key, _any_value(next(_of(message, 2), b""), depth)


def _scope(message: bytes) -> Fields:
    names = {1: "scope_name", 2: "scope_version"}
    pairs = [(names[n], _string(v)) for n, v in _fields(message) if n in names and v]
    return pairs + [(_name(n), _text(v)) for n, v in map(_key_value, _of(message, 3))]


def _record(message: bytes) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": []}
    for number, value in _fields(message):
        if number == 1:
            record["time"] = value
        elif number == 11:
            record["observed"] = value
        elif number == 2:
            record["severity_number"] = value
        elif number == 3:
            record["severity_text"] = _string(value)
        elif number == 5 and isinstance(value, bytes):
            record["body"] = _any_value(value)
        elif number == 6 and isinstance(value, bytes):
            record["attributes"].append(_key_value(value))
        elif number == 8:
            record["flags"] = value
        elif number in (9, 10) and isinstance(value, bytes):
            record["trace_id" if number == 9 else "span_id"] = value.hex()
    return record


# JSON.


def _json_attributes(attributes: Any) -> list[tuple[str, Any]]:
    return [(a["key"], _json_value(a.get("value", {}))) for a in attributes]


def _json_value(value: Any) -> Any:
    for kind, content in value.items():
        if kind == "intValue":
            return int(content)
        if kind == "arrayValue":
            return [_json_value(item) for item in content.get("values", [])]
        if kind == "kvlistValue":
            return {item["key"]: _json_value(item.get("value", {})) for item in content["values"]}
        return content
    return ""


def _json_record(record: Any) -> dict[str, Any]:
    return {
        "time": int(record.get("timeUnixNano") or 0),
        "observed": int(record.get("observedTimeUnixNano") or 0),
        "severity_number": int(record.get("severityNumber") or 0),
        "severity_text": record.get("severityText", ""),
        "body": _json_value(record.get("body", {})),
        "attributes": _json_attributes(record.get("attributes", [])),
        "flags": record.get("flags", 0),
        "trace_id": record.get("traceId", ""),
        "span_id": record.get("spanId", ""),
    }
