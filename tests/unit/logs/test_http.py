"""The laws of the HTTP API: Loki's shapes, codes and messages, and no body that does harm."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from collections.abc import Iterator
from typing import Any, ClassVar, cast

import cramjam
import httpx
import pytest
from starlette.websockets import WebSocket

from tests.support.logs import NOW_NS
from tests.support.starlette_client import TestClient, WebSocketDenialResponse
from whiteroom_monitoring.logs.http.app import make_app
from whiteroom_monitoring.logs.http.tail import send
from whiteroom_monitoring.logs.limits import Limits
from whiteroom_monitoring.logs.query.entries import Entry
from whiteroom_monitoring.logs.service import LogService
from whiteroom_monitoring.logs.store.store import LogStore

JSON = {"Content-Type": "application/json"}
GZIPPED = {**JSON, "Content-Encoding": "gzip"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}
RANGE = {"start": str(NOW_NS - 10**9), "end": str(NOW_NS + 10**9)}
PUSH = "/loki/api/v1/push"
QUERY = "/loki/api/v1/query_range"


@pytest.fixture
def service(tmp_path: Any) -> Iterator[LogService]:
    limits = Limits(decompressed_bytes=2_000_000, query_bytes=1_000_000)
    made = LogService(LogStore(tmp_path / "logs", limits, lambda: NOW_NS))
    yield made
    made.close()


@pytest.fixture
def client(service: LogService) -> Iterator[TestClient]:
    app = make_app(service, {"127.0.0.1"})
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as made:
        yield made


def _json(*values: list[Any], **labels: str) -> bytes:
    stream = {"stream": labels or {"job": "x"}, "values": list(values)}
    return json.dumps({"streams": [stream]}).encode()


def _field(number: int, data: bytes) -> bytes:
    assert len(data) < 16384
    size = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
    return bytes([number << 3 | 2]) + size + data


def _varint(value: int) -> bytes:
    out = b""
    while value >= 128:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _entry(time_ns: int, line: bytes, **meta: str) -> bytes:
    moment = b"\x08" + _varint(time_ns // 10**9) + b"\x10" + _varint(time_ns % 10**9)
    pairs = [_field(1, n.encode()) + _field(2, v.encode()) for n, v in meta.items()]
    return _field(1, moment) + _field(2, line) + b"".join(_field(3, pair) for pair in pairs)


def _protobuf(labels: str, *entries: bytes) -> bytes:
    stream = _field(1, labels.encode()) + b"".join(_field(2, entry) for entry in entries)
    return bytes(cramjam.snappy.compress_raw(_field(1, stream)))


def _streams(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["data"]["result"]
    return found


def _ask(client: TestClient, query: str = '{job="x"}', **more: str) -> list[Any]:
    return _streams(client.get(QUERY, params={"query": query, **RANGE, **more}))


T = str(NOW_NS)


def test_json_protobuf_and_gzip_are_the_same_line(client: TestClient) -> None:
    """However a line is sent, it is one line."""
    plain = _json([T, "hello", {"trace_id": "abc"}])
    bodies: list[tuple[bytes, dict[str, str]]] = [
        (plain, JSON),
        (gzip.compress(plain), GZIPPED),
        (_protobuf('{job="x"}', _entry(NOW_NS, b"hello", trace_id="abc")), PROTOBUF),
    ]
    for body, headers in bodies:
        assert client.post(PUSH, content=body, headers=headers).status_code == 204
    labels = {"detected_level": "unknown", "job": "x", "service_name": "x", "trace_id": "abc"}
    assert _ask(client) == [{"stream": labels, "values": [[T, "hello"]]}]


def test_otlp_becomes_labels_lines_and_metadata(client: TestClient) -> None:
    """As JSON and as protobuf, the service is a label, the trace and the severity metadata."""
    record = {
        "timeUnixNano": T, "severityNumber": 17, "severityText": "ERROR",
        "body": {"stringValue": "it broke"}, "traceId": "0123",
        "attributes": [{"key": "plugin.id", "value": {"intValue": "7"}}],
    }  # fmt: skip
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "engine"}}]}
    scopes = [{"scope": {"name": "core"}, "logRecords": [record]}]
    content = {"resourceLogs": [{"resource": resource, "scopeLogs": scopes}]}
    answer = client.post("/otlp/v1/logs", content=json.dumps(content), headers=JSON)
    assert answer.status_code == 204, answer.text
    text = _field(1, b"it broke")
    number = _field(6, _field(1, b"plugin.id") + _field(2, b"\x18\x07"))
    fields = (
        b"\x09" + NOW_NS.to_bytes(8, "little") + b"\x10\x11" + _field(3, b"ERROR"),
        _field(5, text) + number + _field(9, bytes.fromhex("0123")),
    )
    named = _field(1, _field(1, b"service.name") + _field(2, _field(1, b"engine")))
    scope = _field(1, _field(1, b"core")) + _field(2, b"".join(fields))
    body = _field(1, _field(1, named) + _field(2, scope))
    assert client.post("/otlp/v1/logs", content=body, headers=PROTOBUF).status_code == 204
    (stream,) = _ask(client, '{service_name="engine"}')
    assert stream["values"] == [[T, "it broke"]]
    assert stream["stream"] == {
        "detected_level": "error", "plugin_id": "7", "scope_name": "core",
        "service_name": "engine", "severity_number": "17", "severity_text": "ERROR",
        "trace_id": "0123",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "headers", "status", "text"),
    [
        (b"{", JSON, 400, "couldn't parse push request"),
        (b"[]", JSON, 400, 'expected {"streams": [...]}'),
        (b'{"streams": []}', JSON, 422, "at least one valid stream"),
        (b'{"streams": [{"stream": {"a": 1}, "values": []}]}', JSON, 400, "streams[0].stream"),
        (b'{"streams": [{"stream": {"a": "b"}, "values": [[1, 2]]}]}', JSON, 400, "values:"),
        (_json(["x", "line"]), JSON, 400, "invalid literal"),
        (_json(["9" * 30, "line"]), JSON, 400, "streams[0]"),
        (b"\xff\xff", PROTOBUF, 400, "snappy"),
        (bytes(cramjam.snappy.compress_raw(b"\x0a\x7f")), PROTOBUF, 400, "protobuf"),
        (b"\x80\x80\x80\x80\x0f" + b"x" * 20, PROTOBUF, 413, "larger than 2000000"),
        (bytes(cramjam.snappy.compress_raw(bytes(3_000_000))), PROTOBUF, 413, "larger than"),
        (gzip.compress(bytes(9_000_000), mtime=0), GZIPPED, 413, "larger"),
        (b"no gzip", GZIPPED, 400, "gzip"),
        (gzip.compress(b"{}", mtime=0)[:-3], GZIPPED, 400, "unexpected EOF"),
        (b"x", {**JSON, "Content-Encoding": "br"}, 400, "not supported"),
        (b"x", {"Content-Type": "text/plain"}, 400, "not supported"),
        (_json([T, "x" * 300_000]), JSON, 400, "Max entry size '262144' bytes exceeded"),
        (_json([T, "x"], **{"a b": "c"}), JSON, 400, "Error parsing labels"),
        (_protobuf('{a="\\ud800"}', _entry(NOW_NS, b"x")), PROTOBUF, 400, "Error parsing labels"),
        (_json([str(NOW_NS + 10**13), "x"]), JSON, 400, "timestamp too new"),
        (_json([str(NOW_NS - 10**16), "x"]), JSON, 400, "timestamp too old"),
    ],
)
def test_a_bad_push_is_refused_with_its_code_and_reason(
    client: TestClient, body: bytes, headers: dict[str, str], status: int, text: str
) -> None:
    """Errors are plain text, and nothing is stored."""
    answer = client.post(PUSH, content=body, headers=headers)
    assert (answer.status_code, text in answer.text) == (status, True), answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    assert _ask(client, '{service_name=~".+"}') == []


def test_bytes_that_are_no_text_are_stored_and_shown(client: TestClient) -> None:
    """A line need not be UTF-8; what is none is shown as U+FFFD."""
    body = _protobuf('{job="x"}', _entry(NOW_NS, b"caf\xe9 \x00"))
    assert client.post(PUSH, content=body, headers=PROTOBUF).status_code == 204
    assert _ask(client)[0]["values"] == [[T, "caf\ufffd \x00"]]


@pytest.mark.parametrize(
    ("query", "line", "column", "text"),
    [
        (" ", 1, 2, "unexpected $end"),
        ("{", 1, 2, "unexpected $end"),
        ('{job="x"', 1, 9, "unexpected $end, expecting , or }"),
        ("{job}", 1, 5, "unexpected }"),
        ('{job="x"} |= 5', 1, 14, "unexpected NUMBER, expecting STRING"),
        ('{job="x"}\n  |= "a" or', 2, 12, "unexpected $end"),
        ('{job="x"} | json |', 1, 19, "unexpected $end"),
        ('rate({job="x"})', 1, 15, "unexpected )"),
        ('sum(rate({job="x"}[5m] @ 5))', 1, 24, "unexpected IDENTIFIER"),
        ('{job="x"} "', 1, 11, "literal not terminated"),
    ],
)
def test_a_bad_query_is_told_with_its_place(
    client: TestClient, query: str, line: int, column: int, text: str
) -> None:
    """Line and column are those of what does not fit."""
    answer = client.get(QUERY, params={"query": query})
    assert answer.status_code == 400
    assert answer.text.startswith(f"parse error at line {line}, col {column}: ")
    assert text in answer.text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("{}", "at least one regexp or equality matcher"),
        ('{job=~".*"}', "at least one regexp or equality matcher"),
        ('{job="x"} |~ "("', "stage '|~"),
        ('{job="x"} | line_format "{{ nothing }}"', 'function "nothing" not defined'),
        ('sum_over_time({job="x"}[5m])', "invalid aggregation sum_over_time without unwrap"),
        ('rate({job="x"}[5m]) by (job)', "grouping not allowed for rate aggregation"),
        ('{job="x"} + 1', "unexpected type for left leg of binary operation (+)"),
    ],
)
def test_what_is_wrong_as_a_whole_is_told_without_a_place(
    client: TestClient, query: str, text: str
) -> None:
    """Loki has no place for what is right in its syntax and means nothing."""
    answer = client.get(QUERY, params={"query": query})
    assert answer.status_code == 400
    assert answer.text.startswith("parse error : ")
    assert text in answer.text


@pytest.mark.parametrize("pattern", ["(", "(?P<x", "x{1001}", "(((((a{100}){100}){100})))"])
def test_a_bad_regular_expression_is_refused(client: TestClient, pattern: str) -> None:
    """What RE2 does not take is named; it costs neither time nor memory."""
    answer = client.get(QUERY, params={"query": f'{{job="x"}} |~ "{pattern}"'})
    assert answer.status_code == 400
    assert "error parsing regexp" in answer.text


def test_queries_go_both_ways_and_have_an_end(client: TestClient) -> None:
    """The start is included, the end is not; a limit takes the newest or the oldest."""
    values = [[str(NOW_NS + i), f"line {i}"] for i in range(5)]
    client.post(PUSH, content=_json(*values), headers=JSON)
    times = {"start": str(NOW_NS + 1), "end": str(NOW_NS + 4)}
    assert [v[1] for v in _ask(client, **times)[0]["values"]] == ["line 3", "line 2", "line 1"]
    (stream,) = _ask(client, **times, direction="forward", limit="2")
    assert [v[1] for v in stream["values"]] == ["line 1", "line 2"]
    (stream,) = _ask(client, '{job="x"} |= "1" or "3" !~ "3$"')
    assert [v[1] for v in stream["values"]] == ["line 1"]


def test_structured_metadata_is_categorized_when_asked(client: TestClient) -> None:
    """With Grafana's flag, metadata is told with each line and not in the stream."""
    client.post(PUSH, content=_json([T, "a", {"pod": "p"}]), headers=JSON)
    flags = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
    answer = client.get(QUERY, params={"query": '{job="x"}', **RANGE}, headers=flags)
    assert answer.json()["data"]["encodingFlags"] == ["categorize-labels"]
    told = {"structuredMetadata": {"detected_level": "unknown", "pod": "p"}}
    labels = {"job": "x", "service_name": "x"}
    assert _streams(answer) == [{"stream": labels, "values": [[T, "a", told]]}]


def test_labels_series_stats_and_volume_come_from_the_index(client: TestClient) -> None:
    """Of the head and of segments."""
    api = "/loki/api/v1"
    client.post(PUSH, content=_json([T, "abc"], job="x", env="e"), headers=JSON)
    client.post("/flush")
    client.post(PUSH, content=_json([T, "de"], job="y"), headers=JSON)

    def data(path: str, **words: str) -> Any:
        return client.get(f"{api}/{path}", params={**RANGE, **words}).json()["data"]

    assert data("labels") == ["env", "job", "service_name"]
    assert data("label/job/values") == ["x", "y"]
    assert data("label/job/values", query='{env="e"}') == ["x"]
    assert data("labels", start="0", end="1") == []
    assert data("series", **{"match[]": '{job="y"}'}) == [{"job": "y", "service_name": "y"}]
    both = '{job=~".+"}'
    stats = client.get(f"{api}/index/stats", params={"query": both, **RANGE})
    assert stats.json() == {"streams": 2, "chunks": 2, "entries": 2, "bytes": 5}
    assert stats.headers["x-query-cost-blocks"] == "1"
    end = (NOW_NS + 10**9) / 1e9
    assert data("index/volume", query=both)["result"] == [
        {"metric": {"job": "x"}, "value": [end, "3"]},
        {"metric": {"job": "y"}, "value": [end, "2"]},
    ]
    told = data("index/volume_range", query=both, step="1")
    assert (told["resultType"], [one["value"][1] for one in told["result"]]) == (
        "vector",
        ["3", "2"],
    )


def test_volumes_are_asked_for_as_loki_has_it(client: TestClient) -> None:
    """By series or by labels, of streams that have the labels; in each step those of most bytes."""
    for name, size, at in (("x", 9, 0), ("y", 2, 0), ("x", 1, 2), ("y", 4, 2)):
        line = [str(NOW_NS + at * 10**9), "a" * size]
        labels = {"job": name, "env": "e"} if name == "x" else {"job": name}
        client.post(PUSH, content=_json(line, **labels), headers=JSON)

    def data(path: str, **words: str) -> Any:
        words = {**RANGE, "end": str(NOW_NS + 5 * 10**9), **words}
        return client.get(f"/loki/api/v1/index/{path}", params=words)

    def sizes(**words: str) -> list[tuple[dict[str, str], str]]:
        result = data("volume", **words).json()["data"]["result"]
        return [(one["metric"], one["value"][1]) for one in result]

    both = '{job=~".+"}'
    assert sizes(query=both, limit="0") == [({"job": "x"}, "10"), ({"job": "y"}, "6")]
    assert sizes(query=both, targetLabels="env") == [({"env": "e"}, "10")]
    by_label = sizes(query=both, targetLabels="env,job", aggregateBy="labels")
    assert by_label == [({"env": ""}, "10"), ({"job": ""}, "10")]
    assert sizes(query="{ }")[0] == ({"env": "e", "job": "x", "service_name": "x"}, "10")
    refused = data("volume", query=both, aggregateBy="invalid")
    assert (refused.status_code, refused.text) == (400, "invalid aggregation option\n")
    early, late = NOW_NS // 10**9 + 1.999, NOW_NS // 10**9 + 3.999
    told = data("volume_range", query=both, step="2").json()["data"]
    assert (told["resultType"], told["result"]) == (
        "matrix",
        [
            {"metric": {"job": "x"}, "values": [[early, "9"], [late, "1"]]},
            {"metric": {"job": "y"}, "values": [[early, "2"], [late, "4"]]},
        ],
    )
    largest = data("volume_range", query=both, step="2", limit="1").json()["data"]["result"]
    assert largest == [
        {"metric": {"job": "x"}, "value": [early, "9"]},
        {"metric": {"job": "y"}, "value": [late, "4"]},
    ]


def test_series_are_asked_for_once_each_and_all_without_a_selector(client: TestClient) -> None:
    """An empty selector selects everything here, and is no error."""
    for name in ("x", "y"):
        client.post(PUSH, content=_json([T, "line"], job=name), headers=JSON)

    def jobs(words: dict[str, Any]) -> list[str]:
        answer = client.get("/loki/api/v1/series", params={**RANGE, **words})
        assert answer.status_code == 200, answer.text
        return [labels["job"] for labels in answer.json()["data"]]

    assert jobs({}) == jobs({"match": " { }"}) == ["x", "y"]
    assert jobs({"match": '{job=~".*"}'}) == jobs({"match": '{pod=""}'}) == ["x", "y"]
    both = client.get("/loki/api/v1/series", params={"match": ["{}", '{job="x"}'], **RANGE})
    assert both.status_code == 400
    assert jobs({"match": '{job="x"}', "match[]": ['{job="x"}', '{job="y"}']}) == ["x", "y"]


def test_a_query_over_its_budget_is_refused_before_it_starts(client: TestClient) -> None:
    """It is told what it would read; a text that blocks lack makes it affordable."""
    for number in range(6):
        line = f"{number} " + random.Random(number).randbytes(100_000).hex()
        client.post(PUSH, content=_json([str(NOW_NS + number), line]), headers=JSON)
    client.post("/flush")
    answer = client.get(QUERY, params={"query": '{job="x"}', **RANGE})
    assert answer.status_code == 400
    assert "would read too many bytes" in answer.text
    answer = client.get(QUERY, params={"query": '{job="x"} |= "absent text"', **RANGE})
    assert answer.status_code == 200
    assert int(answer.headers["x-query-blocks-skipped"]) > 0
    assert answer.headers["x-query-cost-bytes"] == "0"


def test_lines_are_deleted_by_query(client: TestClient) -> None:
    """A deletion is listed, and its lines are gone at once."""
    client.post(PUSH, content=_json([T, "secret"], [str(NOW_NS + 1), "public"]), headers=JSON)
    words = {"query": '{job="x"} |= "secret"', "start": "0", "end": str(NOW_NS + 10)}
    assert client.post("/loki/api/v1/delete", params=words).status_code == 204
    assert [v[1] for v in _ask(client)[0]["values"]] == ["public"]
    (listed,) = client.get("/loki/api/v1/delete").json()
    assert listed["query"] == words["query"]
    assert client.post("/loki/api/v1/delete", params={"query": "{"}).status_code == 400


def test_tail_sends_what_is_there_and_what_comes(client: TestClient) -> None:
    """Each line once, the old ones first."""
    client.post(PUSH, content=_json([T, "old"]), headers=JSON)
    words = f'query={{job="x"}} |= "l"&start={NOW_NS}&end={NOW_NS + 10**9}'
    with client.websocket_connect(f"/loki/api/v1/tail?{words}", headers={"Host": "127.0.0.1"}) as s:
        assert s.receive_json()["streams"][0]["values"] == [[T, "old"]]
        values = [str(NOW_NS + 1), "later"], [str(NOW_NS + 2), "no match"[:2]]
        client.post(PUSH, content=_json(*values), headers=JSON)
        assert s.receive_json()["streams"][0]["values"] == [[str(NOW_NS + 1), "later"]]


def test_tail_sends_what_stages_make_of_lines(client: TestClient) -> None:
    """Old lines and new ones alike."""
    client.post(PUSH, content=_json([T, "a=1"]), headers=JSON)
    stages = '| logfmt | a < 3 | line_format "{{.a}}!"'
    words = f'query={{job="x"}} {stages}&start={NOW_NS}&end={NOW_NS + 10**9}'
    with client.websocket_connect(f"/loki/api/v1/tail?{words}", headers={"Host": "127.0.0.1"}) as s:
        assert s.receive_json()["streams"][0]["values"] == [[T, "1!"]]
        values = [str(NOW_NS + 1), "a=2"], [str(NOW_NS + 2), "a=3"]
        client.post(PUSH, content=_json(*values), headers=JSON)
        (stream,) = s.receive_json()["streams"]
        assert stream["values"] == [[str(NOW_NS + 1), "2!"]]
        assert stream["stream"]["a"] == "2"


def test_tail_may_begin_later_than_now(client: TestClient) -> None:
    """A reader whose clock is fast is not sent away; it gets what comes from its start on."""
    start = NOW_NS + 10**9
    words = f'query={{job="x"}}&start={start}&end={NOW_NS}'
    with client.websocket_connect(f"/loki/api/v1/tail?{words}", headers={"Host": "127.0.0.1"}) as s:
        assert s.receive_json()["streams"] == []
        client.post(PUSH, content=_json([T, "early"], [str(start), "late"]), headers=JSON)
        assert s.receive_json()["streams"][0]["values"] == [[str(start), "late"]]


def test_tail_tells_where_labels_are_from_where_it_is_asked(client: TestClient) -> None:
    """As a query does; the header is the same."""
    client.post(PUSH, content=_json([T, "a=1", {"pod": "p"}]), headers=JSON)
    words = f'query={{job="x"}} | logfmt | drop detected_level&start={NOW_NS}&end={NOW_NS + 10}'
    headers = {"Host": "127.0.0.1", "X-Loki-Response-Encoding-Flags": "categorize-labels"}
    with client.websocket_connect(f"/loki/api/v1/tail?{words}", headers=headers) as s:
        told = s.receive_json()
    assert told["encodingFlags"] == ["categorize-labels"]
    labels = {"structuredMetadata": {"pod": "p"}, "parsed": {"a": "1"}}
    assert told["streams"] == [
        {"stream": {"job": "x", "service_name": "x"}, "values": [[T, "a=1", labels]]}
    ]


def test_tail_tells_the_labels_of_dropped_lines_as_an_object() -> None:
    """A client reads them as it reads those of a stream."""
    sent: list[str] = []

    class Socket:
        headers: ClassVar[dict[str, str]] = {}

        async def send_text(self, text: str) -> None:
            sent.append(text)

    dropped = [Entry(5, '{job="x"}', b"", b"", 0)]
    asyncio.run(send(cast("WebSocket", Socket()), [], dropped))
    assert json.loads(sent[0]) == {
        "streams": [],
        "dropped_entries": [{"timestamp": "5", "labels": {"job": "x"}}],
    }


def test_a_page_elsewhere_reaches_no_tail(client: TestClient) -> None:
    """Neither by another name of this machine, nor from another origin."""
    for headers in ({"Host": "evil.example"}, {"Host": "127.0.0.1", "Origin": "http://evil"}):
        path = '/loki/api/v1/tail?query={job="x"}'
        with (
            pytest.raises(WebSocketDenialResponse),
            client.websocket_connect(path, headers=headers),
        ):
            pass


def _mutated(body: bytes, rnd: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(rnd.randint(1, 4)):
        at = rnd.randrange(len(changed) + 1)
        choice = rnd.random()
        if choice < 0.4 and at < len(changed):
            changed[at] = rnd.randrange(256)
        elif choice < 0.6:
            changed[at:at] = rnd.randbytes(rnd.randint(1, 8))
        elif choice < 0.8:
            del changed[at : at + rnd.randint(1, 8)]
        else:
            changed = changed[:at] or bytearray(b"x")
    return bytes(changed)


def _push_mutated(client: TestClient, count: int) -> None:
    rnd = random.Random(count)
    message = _field(1, _field(1, b'{job="x"}') + _field(2, _entry(NOW_NS, b"hello", a="b")))
    plain = _json([T, "hello", {"a": "b"}], [str(NOW_NS + 1), "é"])
    for _ in range(count):
        kind = rnd.randrange(4)
        if kind == 0:
            body, headers = _mutated(plain, rnd), JSON
        elif kind == 1:
            body = bytes(cramjam.snappy.compress_raw(_mutated(message, rnd)))
            headers = PROTOBUF
        elif kind == 2:
            body, headers = _mutated(_protobuf('{job="x"}', _entry(NOW_NS, b"x")), rnd), PROTOBUF
        else:
            body = _mutated(gzip.compress(plain), rnd)
            headers = GZIPPED
        answer = client.post(PUSH, content=body, headers=headers)
        assert answer.status_code in (204, 400, 413, 422), (body, answer.text)
    assert client.get("/ready").status_code == 200


def test_mutated_pushes_do_no_harm(client: TestClient) -> None:
    """Each is stored or refused, and none is a fault of the server."""
    _push_mutated(client, 600)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_mutated_pushes_do_no_harm(client: TestClient) -> None:
    """The same, for long."""
    _push_mutated(client, 100_000)
