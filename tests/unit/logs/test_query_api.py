"""The laws of what Grafana asks: numbers in Loki's shapes, fields, labels, patterns."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.logs import NOW_NS
from tests.support.starlette_client import TestClient
from whiteroom_monitoring.logs.http import app
from whiteroom_monitoring.logs.http.app import make_app
from whiteroom_monitoring.logs.limits import Limits
from whiteroom_monitoring.logs.query.entries import Entry, spaced
from whiteroom_monitoring.logs.service import LogService
from whiteroom_monitoring.logs.store.store import LogStore

API = "/loki/api/v1"
NOW_S = NOW_NS // 10**9
AT = str(NOW_NS + 1)
RANGE = {"start": str(NOW_NS - 60 * 10**9), "end": str(NOW_NS + 1)}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LogService]:
    limits = Limits(discover_service_name=False, max_query_series=20)
    made = LogService(LogStore(tmp_path / "logs", limits, lambda: NOW_NS))
    yield made
    made.close()


@pytest.fixture
def client(service: LogService) -> Iterator[TestClient]:
    with TestClient(
        make_app(service, {"127.0.0.1"}), "http://127.0.0.1", raise_server_exceptions=False
    ) as made:
        lines = [
            [str(NOW_NS - n * 10**9), f'{{"level":"info","took":"{n}ms","id":{n}}}']
            for n in range(6)
        ]
        meta = [[str(NOW_NS - 10 * 10**9), "level=error id=7 took=x", {"pod": "p1"}]]
        streams = [
            {"stream": {"job": "x", "instance": "1"}, "values": lines},
            {"stream": {"job": "y", "shard": "12"}, "values": meta},
        ]
        assert made.post(f"{API}/push", json={"streams": streams}).status_code == 204
        yield made


def _data(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def _ask(client: TestClient, query: str, **more: str) -> Any:
    return _data(client.get(f"{API}/query_range", params={"query": query, **RANGE, **more}))


def test_an_instant_query_is_a_vector_and_a_number_a_scalar(client: TestClient) -> None:
    """A vector has a value at the time that is told; arithmetic alone is a scalar."""
    params = {"query": "sum by (job) (count_over_time({job=~`.+`}[1m]))", "time": str(NOW_S)}
    data = _data(client.get(f"{API}/query", params=params))
    assert data["resultType"] == "vector"
    assert data["result"] == [
        {"metric": {"job": "x"}, "value": [NOW_S, "6"]},
        {"metric": {"job": "y"}, "value": [NOW_S, "1"]},
    ]
    data = _data(client.get(f"{API}/query", params={"query": "1 + 2", "time": str(NOW_S)}))
    assert (data["resultType"], data["result"]) == ("scalar", [NOW_S, "3"])
    data = _data(client.get(f"{API}/query", params={"query": "vector(1)+vector(1)"}))
    assert [one["value"][1] for one in data["result"]] == ["2"]


def test_a_range_query_is_a_matrix(client: TestClient) -> None:
    """Points are at the steps from the start on, in seconds, where there is a value."""
    start = {"start": str(NOW_S - 20), "end": str(NOW_S), "step": "10"}
    data = _ask(client, 'sum(count_over_time({job="x"}[5s]))', **start)
    assert data["resultType"] == "matrix"
    assert data["result"] == [{"metric": {}, "values": [[NOW_S, "5"]]}]
    assert data["stats"]["summary"]["totalLinesProcessed"] == 6


@pytest.mark.parametrize(
    ("tags", "is_cut"),
    [
        ("Source=grafana-lokiexplore-app,Feature=patterns", True),
        ("feature=x,source=GRAFANA-LOKIEXPLORE-APP", True),
        ("Source=grafana", False),
        ("Feature=patterns,User=test", False),
        ("grafana-lokiexplore-app", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("path", ["query", "query_range"])
def test_drilldown_is_told_a_part_of_too_many_series(
    client: TestClient, service: LogService, tags: str, is_cut: bool, path: str
) -> None:
    """It is told so by a warning; everybody else is refused."""
    most = service.limits.max_query_series
    lines = [[str(NOW_NS), f"n={number}"] for number in range(most + 1)]
    streams = [{"stream": {"job": "many"}, "values": lines}]
    assert client.post(f"{API}/push", json={"streams": streams}).status_code == 204
    params = {"query": 'sum by (n) (count_over_time({job="many"} | logfmt [1m]))'}
    params |= {"time": str(NOW_S + 1), "start": str(NOW_S - 1), "end": str(NOW_S + 2), "step": "1"}
    answer = client.get(f"{API}/{path}", params=params, headers={"X-Query-Tags": tags})
    text = f"maximum number of series ({most}) reached for a single query"
    assert answer.status_code == (200 if is_cut else 400)
    if is_cut:
        assert answer.json()["warnings"] == [f"{text}; returning partial results"]
        assert len(answer.json()["data"]["result"]) == most
    else:
        assert answer.text.startswith(text)


def test_grafanas_histogram_counts_by_level(client: TestClient) -> None:
    """Levels are those of the structured metadata that the store has found."""
    query = 'sum by (level, detected_level) (count_over_time({job=~".+"} | drop __error__ [5s]))'
    data = _ask(client, query, step="5")
    counts = {
        one["metric"]["detected_level"]: sum(float(v) for _, v in one["values"])
        for one in data["result"]
    }
    assert counts == {"info": 6, "error": 1}


def test_labels_are_categorized_where_it_is_asked(client: TestClient) -> None:
    """Grafana is told with each line what is structured metadata and what was parsed."""
    params = {"query": '{job="y"} | logfmt | drop detected_level', **RANGE}
    data = _data(client.get(f"{API}/query_range", params=params))
    assert data["result"][0]["stream"] == {
        "job": "y", "shard": "12", "pod": "p1", "level": "error", "id": "7", "took": "x",
    }  # fmt: skip
    headers = {"X-Loki-Response-Encoding-Flags": "categorize-labels", "X-Scope-OrgID": "t"}
    data = _data(client.get(f"{API}/query_range", params=params, headers=headers))
    assert data["encodingFlags"] == ["categorize-labels"]
    assert data["result"][0]["stream"] == {"job": "y", "shard": "12"}
    assert data["result"][0]["values"][0][2] == {
        "structuredMetadata": {"pod": "p1"},
        "parsed": {"level": "error", "id": "7", "took": "x"},
    }


def test_a_limit_counts_lines_that_stages_leave(client: TestClient) -> None:
    """The newest lines that meet a condition on what was parsed are answered."""
    data = _ask(client, '{job="x"} | json | id >= 2 | line_format "{{.took}}"', limit="3")
    values = sorted(v for one in data["result"] for v in one["values"])
    assert [line for _, line in values] == ["4ms", "3ms", "2ms"]
    data = _ask(client, '{job="x"}', interval="2", direction="forward")
    assert sum(len(one["values"]) for one in data["result"]) == 3


def test_errors_of_lines_end_a_query_for_numbers(client: TestClient) -> None:
    """The status is 400, and the text says which error and how to leave it out."""
    query = 'sum(sum_over_time({job="y"} | logfmt | unwrap duration(took) [1m]))'
    answer = client.get(f"{API}/query", params={"query": query, "time": str(NOW_S)})
    assert answer.status_code == 400
    assert answer.text.startswith("pipeline error: 'SampleExtractionErr' for series:")


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"query": 'rate({job="x"}[1m])', "step": "0"}, "zero or negative query resolution"),
        ({"query": 'rate({job="x"}[1m])', "step": "0.001"}, "exceeded maximum resolution"),
        ({"query": 'rate({job="x"} |~ "(" [1m])'}, "parse error : stage '|~"),
        (
            {"query": 'approx_topk(1, rate({job="x"}[1m]))', "step": "5"},
            "only supported on instant",
        ),
        ({"query": '{job="x"}', "interval": "-1"}, "interval must be >= 0"),
        ({"query": '{job="x"}', "step": "h"}, "cannot parse"),
        ({"query": '{job="x"}', "step": "0.001"}, "exceeded maximum resolution"),
        ({"query": "vector(1)", "limit": "h"}, "limit: "),
        (
            {"query": "vector(1)", "start": "1700000000", "end": "1702595601"},
            "exceeds the limit (query length: 721h0m1s, limit: 30d1h)",
        ),
        ({"query": "vector(1)", "direction": "fw"}, "invalid direction 'fw'"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    client: TestClient, params: dict[str, str], text: str
) -> None:
    """The status is 400, with a reason."""
    answer = client.get(f"{API}/query_range", params={**RANGE, **params})
    assert answer.status_code == 400
    assert text in answer.text


@pytest.mark.parametrize("words", [{"limit": "h"}, {"limit": "-1"}, {"direction": "fw"}])
def test_an_instant_query_has_a_limit_and_a_direction(
    client: TestClient, words: dict[str, str]
) -> None:
    """They are without effect, but not without a meaning."""
    answer = client.get(f"{API}/query", params={"query": "vector(1)", **words})
    assert answer.status_code == 400


@pytest.mark.parametrize("backward", [True, False])
def test_lines_with_an_interval_are_as_many_as_the_limit(backward: bool) -> None:
    """What is too near to the last line is not counted, and pages are read until it is enough."""
    moments = [n + offset for n in range(40) for offset in (0, 0, 1) if n % 7]
    lines = [Entry(moment, "", b"", b"", 0) for moment in sorted(moments, reverse=backward)]

    def read(span: tuple[int, int], most: int) -> list[Entry]:
        return [one for one in lines if span[0] <= one.time_ns < span[1]][:most]

    expected: list[int] = []
    for one in lines:
        if not expected or abs(one.time_ns - expected[-1]) >= 3:
            expected.append(one.time_ns)
    for limit in (1, 5, 1000):
        apart = spaced(read, (0, 100), (limit, 4), backward, 3)
        assert [one.time_ns for one in apart] == expected[:limit]


def test_an_interval_does_not_shorten_an_answer(client: TestClient) -> None:
    """Three lines are asked for, and there are three that are two seconds from each other."""
    data = _ask(client, '{job="x"}', interval="2s", limit="3")
    assert [line[0] for line in data["result"][0]["values"]] == [
        str(NOW_NS - second * 10**9) for second in (0, 2, 4)
    ]


def test_a_query_is_formatted(client: TestClient) -> None:
    """format_query writes a query in its canonical form."""
    params = {"query": 'sum(rate({job="x"}[5m]))by(a)'}
    assert _data(client.post(f"{API}/format_query", data=params)) == (
        'sum by (a)(rate({job="x"}[5m]))'
    )
    assert client.get(f"{API}/format_query", params={"query": "{"}).status_code == 400


@pytest.mark.parametrize("as_form", [True, False])
def test_a_query_with_bytes_that_are_no_text_is_refused_where_they_are(
    client: TestClient, as_form: bool
) -> None:
    """They come through an address and a form as they are, and are told with their column."""
    encoded = "query=%7Bjob%3D~%22%A0%A1%22%7D"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"{API}/query_range"
    answer = (
        client.post(path, content=encoded, headers=headers)
        if as_form
        else client.get(f"{path}?{encoded}")
    )
    assert answer.status_code == 400
    assert answer.text.startswith("parse error at line 1, col 7: invalid UTF-8 encoding")


def test_an_address_that_cannot_be_behind_unwrap_leaves_every_line(client: TestClient) -> None:
    """Alone it would be refused; behind unwrap no label has it."""
    query = 'sum(sum_over_time({job="x"} | json | unwrap id | took=ip("") [5m]))'
    assert _data(client.get(f"{API}/query", params={"query": query}))["result"] == []
    refused = client.get(f"{API}/query_range", params={"query": '{job="x"} | took=ip("")', **RANGE})
    assert refused.status_code == 400


def test_counting_all_needs_no_packed_line(client: TestClient) -> None:
    """Where no label is needed, a line that is not packed is no error."""
    count = 'sum(count_over_time({job=~"x|y"} | unpack [5m]))'
    (sample,) = _data(client.get(f"{API}/query", params={"query": count, "time": AT}))["result"]
    assert sample["value"][1] == "7"
    by_id = count.replace("sum(", "sum by (id) (", 1)
    answer = client.get(f"{API}/query", params={"query": by_id, "time": AT})
    assert answer.status_code == 400


def test_fields_are_detected(client: TestClient) -> None:
    """A field has a type, a cardinality and the parsers that find it."""
    params = {"query": '{job=~".+"}', **RANGE}
    fields = client.get(f"{API}/detected_fields", params=params).json()["fields"]
    told = {one.pop("label"): one for one in fields}
    assert told["id"] == {
        "type": "int", "cardinality": 7, "parsers": ["json", "logfmt"], "jsonPath": ["id"],
    }  # fmt: skip
    assert told["pod"] == {"type": "string", "cardinality": 1, "parsers": None}
    answer = client.get(f"{API}/detected_field/level/values", params=params).json()
    assert answer["values"] == ["error", "info"]
    assert client.get(f"{API}/detected_field/none/values", params=params).json()["values"] == []


def test_fields_of_json_have_their_path(client: TestClient) -> None:
    """What parsers make one name of is told as keys; a size is told as a query takes it."""
    lines = [
        '{"app":{"bad key":"a","size":"1024 MB"},"n":1}',
        '{"app":{"bad key":"a","size":"1024KB"},"n":1.5}',
    ]
    values = [[str(NOW_NS + 10**9 - n), line] for n, line in enumerate(lines)]
    stream = {"stream": {"job": "z", "n": "x"}, "values": values}
    assert client.post(f"{API}/push", json={"streams": [stream]}).status_code == 204
    params = {"query": '{job="z"}', **RANGE, "end": str(NOW_NS + 2 * 10**9)}
    fields = client.get(f"{API}/detected_fields", params=params).json()["fields"]
    told = {one.pop("label"): one for one in fields}
    assert told["app_bad_key"]["jsonPath"] == ["app", "bad key"]
    assert told["n_extracted"]["jsonPath"] == ["n"]
    assert told["n_extracted"]["type"] == "float"
    answer = client.get(f"{API}/detected_field/app_size/values", params=params).json()
    assert answer["values"] == ["1.0GB", "1.0MB"]
    params["query"] = '{job="y"}'
    assert all("jsonPath" not in one for one in
               client.get(f"{API}/detected_fields", params=params).json()["fields"])  # fmt: skip


def test_a_field_has_what_the_query_makes_of_it_and_what_the_line_has(client: TestClient) -> None:
    """Both are values, once each."""
    params = {"query": '{job="y"} | logfmt | label_format level="{{.id}}"', **RANGE}
    answer = client.get(f"{API}/detected_field/level/values", params=params).json()
    assert answer["values"] == ["7", "error"]
    answer = client.get(f"{API}/detected_field/id/values", params=params).json()
    assert answer["values"] == ["7"]


def test_labels_are_detected(client: TestClient) -> None:
    """A label of numbers alone is none to choose by, unless its name is known."""
    labels = client.get(f"{API}/detected_labels", params=RANGE).json()["detectedLabels"]
    assert labels == [{"label": "instance", "cardinality": 1}, {"label": "job", "cardinality": 2}]


def test_patterns_count_lines(client: TestClient) -> None:
    """What changes in lines is <_>, and each pattern says how many lines it has when."""
    params = {"query": '{job="x"}', "step": "60", **RANGE}
    (pattern,) = _data(client.get(f"{API}/patterns", params=params))
    assert pattern["pattern"] == '{"level":"info","took":"<_>","id":<_>}'
    assert sum(count for _, count in pattern["samples"]) == 6
    data = _ask(client, f"{{job=`x`}} |> `{pattern['pattern']}`")
    assert sum(len(one["values"]) for one in data["result"]) == 6


def test_patterns_are_of_a_level(client: TestClient) -> None:
    """Lines of two levels are two patterns; a level that is none is unknown."""
    levels = ["error", "info", "ERROR", "info", "error", "strange"]
    lines = [[str(NOW_NS - n), "request 7 took long", {"detected_level": level}]
             for n, level in enumerate(levels)]  # fmt: skip
    streams = [{"stream": {"job": "z"}, "values": lines}]
    assert client.post(f"{API}/push", json={"streams": streams}).status_code == 204
    for stages in ("", ' | line_format "{{__line__}}!"'):
        params = {"query": f'{{job="z"}}{stages}', "step": "60", **RANGE}
        counts = {
            row["level"]: sum(count for _, count in row["samples"])
            for row in _data(client.get(f"{API}/patterns", params=params))
        }
        assert counts == {"error": 3, "info": 2, "unknown": 1}


ISO = {
    "start": f"{datetime.fromtimestamp(NOW_S - 60, UTC):%Y-%m-%dT%H:%M:%S.000Z}",
    "end": f"{datetime.fromtimestamp(NOW_S + 60, UTC):%Y-%m-%dT%H:%M:%S.000Z}",
}
DRILLDOWN = {"X-Query-Tags": "Source=grafana-lokiexplore-app", "X-Scope-OrgID": "1"}


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("detected_labels", {"query": "", **ISO}),
        ("detected_labels", {"query": "{job=`x`}", **ISO}),
        ("detected_fields", {"query": "{job=`x`}    | json  | logfmt | drop __error__", **ISO}),
        ("detected_field/id/values", {"query": "{job=`x`} | json", "limit": "1000", **ISO}),
        ("index/volume", {"query": "{job=~`.+`}", "limit": "5000", **ISO}),
        ("index/stats", {"query": "{job=`x`}", **ISO}),
        ("patterns", {"query": "{job=`x`}", "step": "10s", **ISO}),
        ("label/__stream_shard__/values", {"query": "{job=`x`}", **ISO}),
        ("labels", ISO),
        ("series", {"match[]": "{job=`x`}", **ISO}),
        ("drilldown-limits", {}),
        ("query", {"query": "vector(1)+vector(1)", "time": "4000000000", "direction": "backward"}),
        (
            "query_range",
            {
                "query": "{job=`x`}",
                "step": "2000ms",
                "limit": "100",
                "direction": "backward",
                **ISO,
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_grafana_requests_is_answered(
    client: TestClient, path: str, parameters: dict[str, str]
) -> None:
    """Addresses, parameters and headers are those of the data source and of Logs Drilldown."""
    answer = client.get(f"{API}/{path}", params=parameters, headers=DRILLDOWN)
    assert answer.status_code == 200, answer.text


def test_shards_and_limits_are_answered(client: TestClient) -> None:
    """A query is not divided here: there is one shard. Limits are told to Drilldown."""
    params = {"query": '{job="x"}', **RANGE}
    (shard,) = client.get(f"{API}/index/shards", params=params).json()["shards"]
    assert shard["stats"]["entries"] == 6
    told = client.get(f"{API}/drilldown-limits").json()
    assert told["pattern_ingester_enabled"] is True


def test_what_is_not_there_is_refused_by_name(client: TestClient) -> None:
    """The ruler and shards are none of this store's."""
    answer = client.get(f"{API}/rules")
    assert (answer.status_code, answer.text) == (
        404,
        "the ruler is not supported: alerts are Prometheus's\n",
    )
    params = {"query": '{job="x"}', "shards": "0_of_4", **RANGE}
    answer = client.get(f"{API}/query_range", params=params)
    assert answer.status_code == 400
    assert answer.text.startswith("shards are not supported")


def test_context_is_before_and_after_across_streams(client: TestClient) -> None:
    """Lines come in the order of time, with places that count from the moment."""
    moment = NOW_NS - 3 * 10**9

    def places(**parameters: str) -> list[tuple[int, str]]:
        told = {"query": '{job=~"x|y"}', "time": str(moment), **parameters}
        answer = client.get("/api/context", params=told)
        assert answer.status_code == 200, answer.text
        return [(one["place"], one["line"][-9:]) for one in answer.json()["lines"]]

    assert places(before="1", after="2") == [(-1, '","id":4}'), (0, '","id":3}'),
                                             (1, '","id":2}'), (2, '","id":1}')]  # fmt: skip
    assert places(after="0")[0] == (-3, "=7 took=x")
    assert places(before="0", after="0") == [(0, '","id":3}')]
    assert places(query='{job="y"}', after="0", since="8s") == [(-1, "=7 took=x")]
    assert places(query='{job="y"}', after="0", since="5s") == []


@pytest.mark.parametrize("parameters", [{}, {"time": "x"}, {"time": "1", "before": "-1"}])
def test_context_needs_a_moment(client: TestClient, parameters: dict[str, str]) -> None:
    """What is missing or wrong is refused."""
    answer = client.get("/api/context", params={"query": '{job="x"}', **parameters})
    assert answer.status_code == 400


def test_context_reaches_to_the_ends_of_time(client: TestClient) -> None:
    """A reach beyond what 64 bits hold is cut off."""
    told = {"query": '{job="x"}', "time": str(NOW_NS), "since": "200y", "before": "1"}
    assert client.get("/api/context", params=told).json()["lines"]


def test_a_long_query_is_parsed_in_a_thread(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever else asks does not wait for it."""
    threads: list[str] = []

    def parse(text: str) -> object:
        threads.append(threading.current_thread().name)
        return real(text)

    real = app.parse
    monkeypatch.setattr(app, "parse", parse)
    long = '{job="x"}' + ' |= "text"' * 1000
    assert client.get(f"{API}/query_range", params={"query": long, **RANGE}).status_code == 200
    assert threads[0].startswith("query")
