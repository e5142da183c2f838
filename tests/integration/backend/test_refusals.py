"""What is refused: every row of the table of errors, and bodies that nobody should send."""

from __future__ import annotations

import json

import httpx
import psycopg
import pytest

from tests.integration.backend.conftest import assert_log_keeps, error_of, errors, refused
from tests.support.wait import wait_until

JSON = {"Content-Type": "application/json"}
NOWHERE = "00000000-0000-4000-8000-000000000000"
SONG = {"title": "Glass", "tempo_bpm": 112, "key": "A minor"}


@pytest.fixture
def song(backend, token):
    return backend.make_song(token)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"title": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"tempo_bpm": NaN}',
        b'{"tempo_bpm": Infinity}',
        b'{"tempo_bpm": -Infinity}',
        b'{"tempo_bpm": 1' + b"0" * 5000 + b"}",
        b'{"title": ' + b"[" * 30000 + b"]" * 30000 + b"}",
        b"[" * 60000,
        b'{"a":' * 10000,
        b'{"title": "a"} {}',
        b"{'title': 1}",
        b'{"title": "\n"}',
    ],
    ids=lambda body: repr(body[:24]),
)
def test_malformed_body(backend, token, body):
    """A body that is no JSON object in UTF-8 is refused as malformed, whatever it is."""
    with backend.counting() as counts:
        answer = backend.ask("POST", "/songs", token=token, content=None, headers=JSON)
        answer = backend.client.post(
            "/api/v1/songs", content=body, headers={**JSON, "Authorization": f"Bearer {token}"}
        )
    refused(answer, "malformed", 400)
    assert errors(counts) == {'http_errors_total{type="malformed"}': 2}


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "application/jsonx"])
def test_other_media_type(backend, token, kind):
    """A body of another type than JSON is refused."""
    headers = {"Content-Type": kind} if kind else {}
    with backend.counting() as counts:
        answer = backend.ask("POST", "/songs", token=token, headers=headers)
    refused(answer, "malformed", 415)
    assert errors(counts) == error_of("malformed")


def test_media_type_has_parameters(backend, token):
    """A charset beside the media type, or capitals in it, do no harm."""
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert backend.ask("POST", "/songs", SONG, token, headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("title", value) for value in (None, 1, True, [], {}, "", "x" * 201, "a\0b", "\ud800")),
        *(("tempo_bpm", value) for value in (None, "120", True, [], 19.99, 400.01, -1, 10**4000)),
        *(("key", value) for value in (None, 3, "", "x" * 33, "\udfff")),
        *(("other", value) for value in (None, 1, "x")),
        *((name, 1) for name in ("", "\0", "\ud800", "__proto__", "x" * 1000)),
    ],
    ids=lambda value: repr(value)[:16],
)
def test_invalid_field(backend, token, field, value):
    """A field that is not as expected is refused by its name, and nothing is kept."""
    listed = backend.ask("GET", "/songs", token=token).json()
    with backend.counting() as counts:
        answer = backend.client.post(
            "/api/v1/songs",
            content=json.dumps({**SONG, field: value}),
            headers={**JSON, "Authorization": f"Bearer {token}"},
        )
    assert list(refused(answer, "invalid", 422)["fields"]) == [field[:64]]
    assert errors(counts) == error_of("invalid")
    assert backend.ask("GET", "/songs", token=token).json() == listed


def test_overflowing_number(backend, token):
    """A number that no float holds is out of range."""
    headers = {**JSON, "Authorization": f"Bearer {token}"}
    body = json.dumps(SONG).replace("112", "1e999")
    answer = backend.client.post("/api/v1/songs", content=body, headers=headers)
    assert list(refused(answer, "invalid", 422)["fields"]) == ["tempo_bpm"]


def test_all_faults_at_once(backend, token):
    """Every faulty, missing and unknown field is named in one answer."""
    answer = backend.ask("POST", "/songs", {"tempo_bpm": "fast", "keys": 1}, token)
    assert set(refused(answer, "invalid", 422)["fields"]) == {"title", "tempo_bpm", "key", "keys"}


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/users", {"name": "A", "email": "a@b", "password": "short"}, "password"),
        ("POST", "/users", {"name": "A", "email": "a@b", "password": "x" * 257}, "password"),
        ("POST", "/users", {"name": "A", "email": "nobody", "password": "12345678"}, "email"),
        ("POST", "/users", {"name": "A", "email": "a@b\r\nc", "password": "12345678"}, "email"),
        ("POST", "/users", {"name": "", "email": "a@b", "password": "12345678"}, "name"),
        ("POST", "/sessions", {"email": "a@b"}, "password"),
        ("POST", "/sessions", {"email": 7, "password": "12345678"}, "email"),
        ("PATCH", "/songs/{song}", {"title": 4}, "title"),
        ("PATCH", "/songs/{song}", {}, "title"),
        ("POST", "/songs/{song}/performances", {"name": None}, "name"),
        ("PUT", "/songs/{song}/performance", {"performance_id": "first"}, "performance_id"),
        ("PUT", "/songs/{song}/channels/1/instrument", {"instrument": "kazoo"}, "instrument"),
        ("PUT", "/songs/{song}/channels/1/instrument", {"instrument": "a\0"}, "instrument"),
        ("POST", "/features/mixer/uses", {"ok": 1}, "ok"),
        ("POST", "/songs/{song}/export", {"format": "wav"}, "format"),
        ("POST", "/songs/{song}/export", {"format": ["midi"]}, "format"),
    ],
)
def test_invalid_fields_everywhere(backend, token, song, *, method, path, body, field):
    """Each request with a body refuses the fields that are not as it expects."""
    answer = backend.ask(method, path.format(song=song), body, token)
    assert field in refused(answer, "invalid", 422)["fields"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/songs/1"),
        ("GET", f"/songs/{{{NOWHERE}}}"),
        ("GET", f"/songs/urn:uuid:{NOWHERE}"),
        ("GET", "/songs/%00"),
        ("GET", "/songs/%ff%fe"),
        ("GET", "/songs/'%20OR%201=1--"),
        ("DELETE", "/songs/x"),
        ("GET", "/songs?limit=0"),
        ("GET", "/songs?limit=101"),
        ("GET", "/songs?limit=-1"),
        ("GET", "/songs?limit=ten"),
        ("GET", "/songs?limit=%D9%A1"),
        ("GET", "/songs?limit="),
        ("GET", "/songs?before=x"),
        ("GET", "/songs?before="),
        ("PUT", f"/songs/{NOWHERE}/channels/0/instrument"),
        ("PUT", f"/songs/{NOWHERE}/channels/17/instrument"),
        ("PUT", f"/songs/{NOWHERE}/channels/one/instrument"),
    ],
)
def test_malformed_path_or_query(backend, token, method, path):
    """An identifier, a channel or a query that is none is refused as malformed."""
    with backend.counting() as counts:
        refused(backend.ask(method, path, token=token), "malformed", 400)
    assert errors(counts) == error_of("malformed")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/songs/", None, 404),
        ("POST", "/features/kazoo/uses", {"ok": True}, 404),
        ("GET", f"/songs/{NOWHERE}", None, 404),
        ("PATCH", f"/songs/{NOWHERE}", {"title": "x"}, 404),
        ("DELETE", f"/songs/{NOWHERE}", None, 404),
        ("POST", f"/songs/{NOWHERE}/performances", {"name": "x"}, 404),
        ("PUT", f"/songs/{NOWHERE}/performance", {"performance_id": NOWHERE}, 404),
        ("PUT", f"/songs/{NOWHERE}/channels/1/instrument", {"instrument": "piano"}, 404),
        ("POST", f"/songs/{NOWHERE}/export", {"format": "midi"}, 404),
        ("POST", "/me", {}, 405),
        ("PUT", "/songs", {}, 405),
        ("PROPFIND", "/me", None, 405),
    ],
)
def test_not_found(backend, token, *, method, path, body, status):
    """What does not exist is refused as not found; so is a method that a path has not."""
    with backend.counting() as counts:
        refused(backend.ask(method, path, body, token), "not_found", status)
    assert errors(counts) == error_of("not_found")
    known = method if method != "PROPFIND" else "other"
    assert counts[f'http_requests_total{{method="{known}",status="{status}"}}'] == 1


def test_allowed_methods(backend, token, song):
    """The refusal of a method names all methods of the path."""
    answer = backend.ask("PUT", f"/songs/{song}", {}, token)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PATCH", "DELETE"}


def test_songs_of_others(backend, token, song):
    """For every request, another account's song does not exist, and stays as it was."""
    performance = backend.ask("POST", f"/songs/{song}/performances", {"name": "x"}, token).json()
    before = backend.ask("GET", f"/songs/{song}", token=token).json()
    stranger = backend.log_in()
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"title": "mine"}),
        ("DELETE", "", None),
        ("POST", "/performances", {"name": "mine"}),
        ("PUT", "/performance", {"performance_id": performance["id"]}),
        ("PUT", "/channels/1/instrument", {"instrument": "piano"}),
        ("POST", "/export", {"format": "json"}),
    ):
        refused(backend.ask(method, f"/songs/{song}{path}", body, stranger), "not_found", 404)
    assert backend.ask("GET", "/songs", token=stranger).json() == {"songs": [], "next": None}
    paged = backend.ask("GET", f"/songs?before={'f' * 8}{NOWHERE[8:]}", token=stranger).json()
    assert paged["songs"] == []
    assert backend.ask("GET", f"/songs/{song}", token=token).json() == before


def test_performance_of_another_song(backend, token, song):
    """A song can't be switched to another song's performance."""
    other = backend.make_song(token)
    made = backend.ask("POST", f"/songs/{other}/performances", {"name": "x"}, token).json()
    answer = backend.ask("PUT", f"/songs/{song}/performance", {"performance_id": made["id"]}, token)
    refused(answer, "not_found", 404)


@pytest.mark.parametrize("chunked", [False, True])
def test_too_large(backend, token, chunked):
    """A body of more than 64 KiB is refused while it arrives, whether its length is said or not."""
    body = b'{"title": "' + b"x" * 65536 + b'"}'
    with backend.counting() as counts:
        answer = backend.client.post(
            "/api/v1/songs",
            content=(body[i : i + 4096] for i in range(0, len(body), 4096)) if chunked else body,
            headers={**JSON, "Authorization": f"Bearer {token}"},
        )
    refused(answer, "too_large", 413)
    assert errors(counts) == error_of("too_large")


def test_largest_body(backend, token):
    """A body of exactly 64 KiB is read."""
    body = json.dumps(SONG).encode().ljust(65536)
    headers = {**JSON, "Authorization": f"Bearer {token}"}
    assert backend.client.post("/api/v1/songs", content=body, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE songs; --",
        '" OR ""="',
        "%s %(name)s {0} $1",
        "a\r\nSet-Cookie: x=1",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "\\x00 \\u0000",
        "日本語 🎹 e\u0301",
        "\u202e\u200b",
    ],
)
def test_text_is_text(backend, token, text):
    """What looks like a command comes back as it was sent, and leads to nothing else."""
    song = backend.make_song(token, title=text, key=text[:32])
    made = backend.ask("POST", f"/songs/{song}/performances", {"name": text}, token)
    assert made.json()["name"] == text
    shown = backend.ask("GET", f"/songs/{song}", token=token)
    assert (shown.json()["title"], shown.json()["key"]) == (text, text[:32])
    for kind in ("midi", "json"):
        file = backend.ask("POST", f"/songs/{song}/export", {"format": kind}, token)
        assert file.status_code == 200
        assert "set-cookie" not in file.headers
    assert (
        text.encode()
        in backend.ask("POST", f"/songs/{song}/export", {"format": "midi"}, token).content
    )


def test_slow_database(backend, token, database):
    """A statement that takes too long is answered 503, and the next one is tried as usual."""
    with psycopg.connect(database) as connection:
        connection.execute("LOCK TABLE songs")
        with backend.counting() as counts:
            answer = backend.ask("GET", "/songs", token=token)
    refused(answer, "database", 503)
    assert int(answer.headers["retry-after"]) >= 1
    assert errors(counts) == error_of("database")
    assert backend.ask("GET", "/songs", token=token).status_code == 200


def test_own_fault(backend, database):
    """A fault of the backend's own is answered 500 without a reason, and logged without values."""
    token = backend.log_in()
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE feature_uses RENAME TO gone")
    try:
        with backend.counting() as counts:
            answer = backend.ask("POST", "/features/mixer/uses", {"ok": True}, token)
    finally:
        with psycopg.connect(database) as connection:
            connection.execute("ALTER TABLE gone RENAME TO feature_uses")
    refused(answer, "internal", 500)
    assert "feature_uses" not in answer.text
    assert errors(counts) == error_of("internal")
    assert not any(name.startswith("feature") for name in counts)
    assert backend.events("request failed")[-1]["exception"] == "UndefinedTable"


def test_client_that_leaves(backend, token):
    """A client that goes away in the middle of its body is no fault of the backend's."""
    faults = len(backend.events("request failed"))

    def half():
        yield b'{"title": '
        raise ConnectionAbortedError

    with backend.counting() as counts:
        headers = {**JSON, "Authorization": f"Bearer {token}"}
        with pytest.raises(ConnectionAbortedError):
            backend.client.post("/api/v1/songs", content=half(), headers=headers)
        wait_until(lambda: backend.samples()["http_active_connections"] == 0)
        wait_until(lambda: 'http_errors_total{type="malformed"}' in backend.counts())
    assert errors(counts) == error_of("malformed")
    assert len(backend.events("request failed")) == faults


def test_not_http(backend):
    """What is no HTTP is refused, and the backend goes on."""
    transport = backend.client._transport
    with httpx.Client(transport=transport, base_url="http://localhost") as client:
        answer = client.get("/api/v1/me", headers={"X": "y" * 100_000})
    assert answer.status_code < 500
    assert backend.ask("GET", "/-/healthy").status_code == 200


def test_log_has_no_secrets(backend, token):
    """Neither the token nor an address is in the log, whatever was refused above."""
    assert_log_keeps(backend, token)


def test_a_refusal_has_a_line(backend, token):
    """What is refused is logged with its type, and without the path, which may name a person's."""
    before = len(backend.events("request refused"))
    backend.ask("GET", f"/songs/{NOWHERE}", token=token)
    wait_until(lambda: len(backend.events("request refused")) > before)
    line = backend.events("request refused")[-1]
    assert (line["level"], line["type"], line["status"]) == ("warning", "not_found", 404)
    assert NOWHERE not in json.dumps(line)
    assert "request_id" not in line


@pytest.mark.parametrize(("given", "logged"), [("a1" * 16, "a1" * 16), ("not nginx's", None)])
def test_a_refusal_has_the_id_of_the_web_server(backend, token, given, logged):
    """By it, the line of the access log is found; what no web server of ours makes is none."""
    before = len(backend.events("request refused"))
    backend.ask("GET", f"/songs/{NOWHERE}", token=token, headers={"X-Request-ID": given})
    wait_until(lambda: len(backend.events("request refused")) > before)
    assert backend.events("request refused")[-1].get("request_id") == logged
