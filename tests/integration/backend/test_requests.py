"""Every request of the API: what it answers, and what it counts."""

from __future__ import annotations

import uuid

import httpx
import pytest

REQUESTS = "http_requests_total"
DURATIONS = "http_request_duration_seconds_count"


def counted(method, status, **others):
    """Return what one request changes."""
    request = f'{REQUESTS}{{method="{method}",status="{status}"}}'
    return {request: 1.0, DURATIONS: 1.0, **{name: float(n) for name, n in others.items()}}


def test_a_traced_request_is_an_exemplar(backend):
    """The trace that a request came with is shown beside how long it took."""
    trace = uuid.uuid4().hex
    header = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    backend.ask("GET", "/instruments", headers=header)
    address = f"http://127.0.0.1:{backend.metrics_port}/metrics"
    text = httpx.get(address, headers={"Accept": "application/openmetrics-text"}).text
    [line] = [line for line in text.splitlines() if trace in line]
    assert line.startswith("http_request_duration_seconds_bucket")


@pytest.fixture
def song(backend, token):
    return backend.make_song(token)


def test_sign_up(backend):
    """A sign-up answers the new account's id and name, and counts one sign-up."""
    wanted = {"name": "Ada", "email": f"{uuid.uuid4()}@example.org", "password": "12345678"}
    with backend.counting() as counts:
        answer = backend.ask("POST", "/users", wanted)
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "name"}
    assert answer.json()["name"] == "Ada"
    assert str(uuid.UUID(answer.json()["id"])) == answer.json()["id"]
    assert counts == counted("POST", 201, user_signups_total=1)


def test_log_in(backend):
    """A login answers a token and how long it is good, and counts one session."""
    credentials = backend.sign_up()
    with backend.counting() as counts:
        answer = backend.ask("POST", "/sessions", credentials)
    assert answer.status_code == 201
    assert set(answer.json()) == {"token", "expires_in_s"}
    assert len(answer.json()["token"]) == 43
    assert answer.json()["expires_in_s"] > 3600
    assert counts == counted("POST", 201, user_sessions_total=1)


def test_address_is_folded(backend):
    """An e-mail address is the same in capitals."""
    credentials = backend.sign_up()
    assert backend.log_in({**credentials, "email": credentials["email"].upper()})


def test_log_out(backend):
    """A logout ends the session at once, and counts its length."""
    token = backend.log_in()
    with backend.counting() as counts:
        assert backend.ask("DELETE", "/sessions/current", token=token).status_code == 204
    assert counts == counted("DELETE", 204, session_duration_seconds_count=1)
    assert backend.ask("GET", "/me", token=token).status_code == 401


def test_me(backend, token):
    """An account's owner sees its id, name and time, and no address."""
    with backend.counting() as counts:
        answer = backend.ask("GET", "/me", token=token)
    assert answer.status_code == 200
    assert set(answer.json()) == {"id", "name", "created_at"}
    assert counts == counted("GET", 200)


def test_create_song(backend, token):
    """A new song is answered as it was sent, and counted."""
    sent = {"title": "Low Tide", "tempo_bpm": 97.5, "key": "E minor"}
    with backend.counting() as counts:
        answer = backend.ask("POST", "/songs", sent, token)
    assert answer.status_code == 201
    assert answer.json().items() >= sent.items()
    assert answer.json()["performance_id"] is None
    assert counts == counted("POST", 201, songs_created_total=1)


def test_open_song(backend, token, song):
    """A song is shown with its performances and instruments; opening it counts nothing else."""
    with backend.counting() as counts:
        answer = backend.ask("GET", f"/songs/{song}", token=token)
    assert answer.status_code == 200
    assert answer.json()["tempo_bpm"] == 112
    assert (answer.json()["performances"], answer.json()["channels"]) == ([], [])
    assert counts == counted("GET", 200)


def test_list_songs(backend):
    """Pages of songs, put together, are all songs of the account, newest first, each once."""
    token = backend.log_in()
    made = [backend.make_song(token, title=str(number)) for number in range(7)]
    listed, query = [], "?limit=3"
    for _ in range(3):
        page = backend.ask("GET", f"/songs{query}", token=token).json()
        listed += [song["id"] for song in page["songs"]]
        query = f"?limit=3&before={page['next']}"
    assert listed == made[::-1]
    assert page["next"] is None


def test_list_ends_with_a_full_page(backend):
    """When the last page is full, there is no next one."""
    token = backend.log_in()
    backend.make_song(token)
    assert backend.ask("GET", "/songs?limit=1", token=token).json()["next"] is None


@pytest.mark.parametrize(
    "change", [{"title": "Other"}, {"tempo_bpm": 20}, {"key": "G", "tempo_bpm": 400}]
)
def test_change_song(backend, token, song, change):
    """A change alters the fields that are sent and leaves the others."""
    before = backend.ask("GET", f"/songs/{song}", token=token).json()
    with backend.counting() as counts:
        answer = backend.ask("PATCH", f"/songs/{song}", change, token)
    assert answer.status_code == 200
    assert counts == counted("PATCH", 200)
    assert backend.ask("GET", f"/songs/{song}", token=token).json() == {**before, **change}


def test_delete_song(backend, token, song):
    """A deleted song is gone with all that belongs to it, and counted nowhere else."""
    backend.ask("POST", f"/songs/{song}/performances", {"name": "One"}, token)
    with backend.counting() as counts:
        assert backend.ask("DELETE", f"/songs/{song}", token=token).status_code == 204
    assert counts == counted("DELETE", 204)
    assert backend.ask("GET", f"/songs/{song}", token=token).status_code == 404


def test_performances(backend, token, song):
    """The first performance is current; each change to another one counts, to the same one not."""
    path = f"/songs/{song}/performance"
    answers = [backend.ask("POST", f"{path}s", {"name": name}, token) for name in "ab"]
    assert [answer.status_code for answer in answers] == [201, 201]
    first, second = (answer.json()["id"] for answer in answers)
    assert answers[0].json() == {"id": first, "name": "a"}
    opened = backend.ask("GET", f"/songs/{song}", token=token).json()
    assert opened["performance_id"] == first
    assert opened["performances"] == [{"id": first, "name": "a"}, {"id": second, "name": "b"}]
    with backend.counting() as counts:
        answer = backend.ask("PUT", path, {"performance_id": second}, token)
    assert (answer.status_code, answer.json()["performance_id"]) == (200, second)
    assert counts == counted("PUT", 200, performances_switched_total=1)
    with backend.counting() as counts:
        assert backend.ask("PUT", path, {"performance_id": second}, token).status_code == 200
    assert counts == counted("PUT", 200)


def test_instruments(backend, token, song):
    """Every instrument that is listed can be assigned, and is counted by its name."""
    names = backend.ask("GET", "/instruments", token=token).json()["instruments"]
    assert {"piano", "upright-bass", "drum-kit"} < set(names)
    for number, name in enumerate(names):
        path = f"/songs/{song}/channels/{number % 16 + 1}/instrument"
        with backend.counting() as counts:
            answer = backend.ask("PUT", path, {"instrument": name}, token)
        assert answer.status_code == 200
        assert answer.json() == {"channel": number % 16 + 1, "instrument": name}
        label = f'instrument_assignments_total{{instrument="{name}"}}'
        assert counts == counted("PUT", 200, **{label: 1})
    channels = backend.ask("GET", f"/songs/{song}", token=token).json()["channels"]
    assert [channel["channel"] for channel in channels] == list(range(1, 17))
    assert channels[0]["instrument"] == names[16]


@pytest.mark.parametrize("ok", [True, False])
@pytest.mark.parametrize(
    "feature",
    "mixer editor export import record share presets automation metronome tuner".split(),
)
def test_features(backend, token, feature, ok):
    """Every use of a feature is counted as one, and a failed one as an error, too."""
    with backend.counting() as counts:
        answer = backend.ask("POST", f"/features/{feature}/uses", {"ok": ok}, token)
    assert answer.status_code == 204
    label = f'{{feature="{feature}"}}'
    failed = {} if ok else {f"feature_errors_total{label}": 1}
    assert counts == counted("POST", 204, **{f"feature_usage_total{label}": 1}, **failed)


def test_export(backend, token, song):
    """A song is exported as JSON as it is shown, and as a MIDI file with a track per channel."""
    for channel, name in ((1, "piano"), (2, "drum-kit")):
        path = f"/songs/{song}/channels/{channel}/instrument"
        backend.ask("PUT", path, {"instrument": name}, token)
    path = f"/songs/{song}/export"
    shown = backend.ask("GET", f"/songs/{song}", token=token).json()
    with backend.counting() as counts:
        answer = backend.ask("POST", path, {"format": "json"}, token)
    assert answer.json() == shown
    assert counts == counted("POST", 200)
    answer = backend.ask("POST", path, {"format": "midi"}, token)
    assert answer.headers["content-type"] == "audio/midi"
    assert answer.content[:14] == b"MThd\0\0\0\6\0\1\0\3\x01\xe0"
    assert answer.content.count(b"MTrk") == 3


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready"])
def test_questions_of_watchers(backend, path):
    """Health and readiness are answered, and are none of the requests."""
    with backend.counting() as counts:
        assert backend.ask("GET", path).status_code == 200
    assert counts == {}


def test_ready_names_the_cache(backend):
    """Readiness says how the cache is."""
    assert backend.ask("GET", "/-/ready").json()["cache"] == "ok"


def test_head(backend, token):
    """HEAD answers as GET does, without a body, and counts as HEAD."""
    with backend.counting() as counts:
        answer = backend.ask("HEAD", "/me", token=token)
    assert (answer.status_code, answer.content) == (200, b"")
    assert counts == counted("HEAD", 200)


def test_active_connections_end(backend, token):
    """When no request is under way, none is counted as such."""
    backend.ask("GET", "/me", token=token)
    assert backend.samples()["http_active_connections"] == 0


def test_no_label_names_a_person(backend, token):
    """No label of any metric carries an address, a token or the identifier of an account."""
    account = backend.ask("GET", "/me", token=token).json()["id"]
    text = "\n".join(backend.samples())
    assert token not in text
    assert account not in text
    assert "@" not in text
