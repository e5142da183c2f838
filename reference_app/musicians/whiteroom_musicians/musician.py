"""One musician at the backend: what each action means there, and what one must remember for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from whiteroom_musicians import people
from whiteroom_musicians.client import UNAVAILABLE, ApiClient, RefusedError, member
from whiteroom_musicians.errors import NoAnswerError
from whiteroom_musicians.visit import Action

# The features that the catalogue names.
FEATURES = (
    *("mixer", "editor", "export", "import", "record"),
    *("share", "presets", "automation", "metronome", "tuner"),
)
TITLES = ("First Light", "Night Drive", "Glass", "Low Tide", "Paper Moon", "Long Way Home")
KEYS = ("C major", "A minor", "D minor", "G major", "E minor", "F major")
PERFORMANCES = ("Piano", "Full band", "Techno", "Ambient", "Unplugged")
CHANNELS = 10
# Who has so many songs deletes the oldest one when looking at them.
MOST_SONGS = 12
# How many addresses a newcomer tries in one visit until one is free.
NEWCOMER_TRIES = 3
T = TypeVar("T")


def pick(choices: Sequence[T], choice: float) -> T:
    """Return the thing at ``choice``, 0 to below 1, of the way through ``things``."""
    return choices[int(choice * len(choices))]


class Musician:
    """Does what the plan says as far as the backend lets it. One action at a time."""

    def __init__(self, seed: int, number: int, client: ApiClient) -> None:
        self._seed = seed
        self._number = number
        self._client = client
        self._generation = 0
        self._enrolled = False
        self._visiting = False
        self._token = ""
        self._songs: list[Any] = []
        self._song: Any = None
        self._performances: list[Any] = []
        self._instruments: list[str] = []

    async def do(self, action: Action, choice: float) -> bool:
        """Return whether it was done; what came in between is counted."""
        stats, backoff = self._client.stats, self._client.backoff
        if action is Action.LOG_IN:
            self._visiting = True
        if backoff.waits or (action not in _OUTSIDE and not self._visiting):
            stats.count("skipped")
            return False
        try:
            await _WAYS[action](self, choice)
        except NoAnswerError as error:
            stats.error(error.kind)
            backoff.failed(str(error))
        except RefusedError as error:
            stats.error(str(error.response.status))
            self._accept(error)
        else:
            return True
        return False

    def leave(self) -> None:
        """Go away; the backend is not told."""
        self._visiting = False
        self._token = ""

    def _accept(self, error: RefusedError) -> None:
        """Draw the conclusion from a refusal."""
        if error.response.status == UNAVAILABLE:
            self._client.backoff.failed(str(error), error.response.retry_after_s)
        elif error.response.status == 401:
            self._token = ""
        elif error.response.status == 404:
            self._song, self._songs = None, []

    @property
    def _account(self) -> people.Account:
        return people.account(self._seed, self._number, self._generation)

    async def _ask(self, method: str, path: str, content: object = None) -> bytes:
        """Ask within the session; who has none, because the log-in failed, logs in now."""
        if not self._token:
            await self._log_in()
        return (await self._client.ask(method, path, content, self._token)).body

    async def _sign_up(self, _choice: float = 0) -> None:
        """Sign up, unless somebody's account existed: then the others' are tried as well."""
        if self._client.accounts_exist:
            self._enrolled = True
        else:
            new = await self._enroll()
            if not new and self._client.accounts_exist is None:
                self._client.accounts_exist = True

    async def _enroll(self) -> bool:
        """Return whether the account is a new one; one that exists already does as well."""
        mine = self._account
        content = {"name": mine.name, "email": mine.email, "password": mine.password}
        response = await self._client.ask("POST", "/users", content, expected=(409,))
        new = response.status != 409
        self._enrolled = True
        self._client.stats.count("sign_ups" if new else "accounts_that_existed")
        return new

    async def _replace(self, _choice: float) -> None:
        for _ in range(NEWCOMER_TRIES):
            self._generation += 1
            self._enrolled, self._songs = False, []
            if await self._enroll():
                break

    async def _mistype_password(self, _choice: float) -> None:
        mine = self._account
        content = {"email": mine.email, "password": mine.mistyped_password}
        await self._client.ask("POST", "/sessions", content, expected=(401, 429))
        self._client.stats.count("wrong_passwords")

    async def _begin(self, _choice: float) -> None:
        self._token, self._song = "", None
        await self._log_in()

    async def _log_in(self) -> None:
        if not self._enrolled:
            await self._sign_up()
        mine = self._account
        content = {"email": mine.email, "password": mine.password}
        try:
            response = await self._client.ask("POST", "/sessions", content)
        except RefusedError as error:
            if error.response.status in (401, 429):  # unknown to a new database, or locked out
                self._enrolled = error.response.status == 429
                self._client.accounts_exist = False
                self._visiting = False
            raise
        self._token = member(response.body, "token", str)
        self._client.stats.count("log_ins")

    async def _look_at_profile(self, _choice: float) -> None:
        await self._ask("GET", "/me")

    async def _list_songs(self, _choice: float = 0) -> None:
        songs = member(await self._ask("GET", "/songs?limit=20"), "songs", list)
        self._songs = [member(song, "id", object) for song in songs]
        if len(self._songs) >= MOST_SONGS:
            oldest = self._songs.pop()
            await self._ask("DELETE", f"/songs/{oldest}")
            self._song = None if self._song == oldest else self._song

    async def _open_song(self, choice: float) -> None:
        if not self._songs:
            await self._list_songs()
        if self._songs:
            song = pick(self._songs, choice)
            opened = await self._ask("GET", f"/songs/{song}")
            performances = member(opened, "performances", list)
            self._performances = [member(performance, "id", object) for performance in performances]
            self._song = song
        else:
            await self._create_song(choice)

    async def _create_song(self, choice: float) -> None:
        tempo_bpm = 60 + round(choice * 120)
        song = {"title": pick(TITLES, choice), "tempo_bpm": tempo_bpm, "key": pick(KEYS, choice)}
        created = await self._ask("POST", "/songs", song)
        self._song, self._performances = member(created, "id", object), []
        self._songs.insert(0, self._song)
        self._client.stats.count("songs_created")
        await self._add_performance(choice)

    async def _path_of_song(self, choice: float) -> str:
        if self._song is None:
            await self._open_song(choice)
        return f"/songs/{self._song}"

    async def _edit_tempo(self, choice: float) -> None:
        path = await self._path_of_song(choice)
        await self._ask("PATCH", path, {"tempo_bpm": 60 + round(choice * 120)})

    async def _add_performance(self, choice: float) -> None:
        path = await self._path_of_song(choice)
        name = f"{pick(PERFORMANCES, choice)} {len(self._performances) + 1}"
        performance = await self._ask("POST", f"{path}/performances", {"name": name})
        self._performances.append(member(performance, "id", object))

    async def _switch_performance(self, choice: float) -> None:
        path = await self._path_of_song(choice)
        if len(self._performances) < 2:
            await self._add_performance(choice)
        chosen = {"performance_id": pick(self._performances, choice)}
        await self._ask("PUT", f"{path}/performance", chosen)

    async def _assign_instrument(self, choice: float) -> None:
        path = await self._path_of_song(choice)
        if not self._instruments:
            self._instruments = member(await self._ask("GET", "/instruments"), "instruments", list)
        channel = 1 + int(choice * 997) % CHANNELS
        chosen = {"instrument": pick(self._instruments, choice)}
        await self._ask("PUT", f"{path}/channels/{channel}/instrument", chosen)

    async def _use_feature(self, choice: float) -> None:
        await self._ask("POST", f"/features/{pick(FEATURES, choice)}/uses", {"ok": True})

    async def _fail_at_feature(self, choice: float) -> None:
        await self._ask("POST", f"/features/{pick(FEATURES, choice)}/uses", {"ok": False})

    async def _export_midi(self, choice: float) -> None:
        path = await self._path_of_song(choice)
        await self._ask("POST", f"{path}/export", {"format": "midi"})

    async def _log_out(self, _choice: float) -> None:
        if self._token:
            await self._ask("DELETE", "/sessions/current")
        self.leave()


# What needs no session.
_OUTSIDE = frozenset({Action.SIGN_UP, Action.REPLACE, Action.MISTYPE_PASSWORD, Action.LOG_IN})
_WAYS: dict[Action, Callable[[Musician, float], Awaitable[None]]] = {
    Action.SIGN_UP: Musician._sign_up,
    Action.REPLACE: Musician._replace,
    Action.MISTYPE_PASSWORD: Musician._mistype_password,
    Action.LOG_IN: Musician._begin,
    Action.LOOK_AT_PROFILE: Musician._look_at_profile,
    Action.LIST_SONGS: Musician._list_songs,
    Action.OPEN_SONG: Musician._open_song,
    Action.CREATE_SONG: Musician._create_song,
    Action.EDIT_TEMPO: Musician._edit_tempo,
    Action.ADD_PERFORMANCE: Musician._add_performance,
    Action.SWITCH_PERFORMANCE: Musician._switch_performance,
    Action.ASSIGN_INSTRUMENT: Musician._assign_instrument,
    Action.USE_FEATURE: Musician._use_feature,
    Action.FAIL_AT_FEATURE: Musician._fail_at_feature,
    Action.EXPORT_MIDI: Musician._export_midi,
    Action.LOG_OUT: Musician._log_out,
}
