"""The plan of what the musicians do, without a clock."""

from __future__ import annotations

import itertools
import random
from collections import Counter, deque
from statistics import fmean

import pytest
import yaml
from whiteroom_musicians import day, people
from whiteroom_musicians.musician import FEATURES
from whiteroom_musicians.plan import Habits, Step, arrivals, plan
from whiteroom_musicians.visit import AT_THE_ENGINE, ATTEMPTS, Action

from whiteroom_monitoring.resources import repository_root

DAY = Habits().day_s
WEEK = 7 * DAY
REAL_DAY = 86400.0


def until(end_s: float, habits: Habits) -> list[Step]:
    return list(itertools.takewhile(lambda step: step.time_s < end_s, plan(habits)))


@pytest.fixture(scope="module")
def week() -> list[Step]:
    return until(WEEK, Habits())


def test_the_same_seed_gives_the_same_plan(week: list[Step]) -> None:
    """The plan is a function of the habits alone, and another seed gives another plan."""
    assert until(WEEK, Habits()) == week
    assert until(DAY, Habits(seed=2)) != until(DAY, Habits())


def test_time_never_runs_backwards(week: list[Step]) -> None:
    """Steps come in the order of their time, and choices are within 0 to below 1."""
    assert sorted(week, key=lambda step: step.time_s) == week
    assert all(0 <= step.choice < 1 for step in week)


def test_nobody_works_before_the_log_in_or_after_the_end(week: list[Step]) -> None:
    """In the steps of one musician, every visit begins with a log-in and ends before the next."""
    outside = {Action.SIGN_UP, Action.REPLACE, Action.MISTYPE_PASSWORD}
    inside = dict.fromkeys(range(Habits().musicians), False)
    for step in week:
        if step.action is Action.LOG_IN or step.action in outside:
            assert not inside[step.musician]
            inside[step.musician] = step.action is Action.LOG_IN
        elif step.action in (Action.LEAVE, Action.LOG_OUT):
            inside[step.musician] = False
        else:
            assert inside[step.musician], step


def test_everybody_signs_up_once(week: list[Step]) -> None:
    """Each musician signs up before the first log-in and never again."""
    signed_up = [step.musician for step in week if step.action is Action.SIGN_UP]
    assert sorted(signed_up) == list(range(Habits().musicians))


def test_the_rates_of_a_week_are_those_of_a_healthy_service(week: list[Step]) -> None:
    """Sign-ups a few an hour, songs many, wrong passwords and failing features few."""
    seen = Counter(step.action for step in week)
    hours = WEEK / 3600
    assert 1 < seen[Action.REPLACE] / hours < 10
    assert 30 < seen[Action.CREATE_SONG] / hours < 200
    assert 0.01 < seen[Action.MISTYPE_PASSWORD] / seen[Action.LOG_IN] < 0.06
    assert seen[Action.FAIL_AT_FEATURE] / seen[Action.USE_FEATURE] < 0.05
    assert 1 < len(week) / WEEK < 10
    assert not {Action.BREAK, Action.MEND} & set(seen)
    assert set(seen) == set(Action) - {Action.BREAK, Action.MEND}


@pytest.mark.parametrize("habits", [Habits(), Habits(day_s=REAL_DAY, seed=3)])
def test_at_least_ten_are_active_in_any_quarter_of_an_hour(habits: Habits) -> None:
    """However long a day is, the night has ten musicians and a new song in each half hour."""
    recent: deque[Step] = deque()
    active: Counter[int] = Counter()
    song_s = 0.0
    for step in until(max(REAL_DAY * 1.2, WEEK), habits):
        recent.append(step)
        active[step.musician] += 1
        while recent[0].time_s < step.time_s - 900:
            gone = recent.popleft().musician
            active[gone] -= 1
            if not active[gone]:
                del active[gone]
        assert step.time_s < 900 or len(active) >= 10, step
        song_s = step.time_s if step.action is Action.CREATE_SONG else song_s
        assert step.time_s - song_s < 1800, step


def test_the_creation_of_songs_never_drops_by_half() -> None:
    """Over a day no hour has less than half of the songs that the three before it had each."""
    end_s = REAL_DAY
    steps = until(end_s, Habits())
    minutes = Counter(int(step.time_s // 60) for step in steps if step.action is Action.CREATE_SONG)
    for now in range(240, int(end_s // 60)):
        before = sum(minutes[minute] for minute in range(now - 240, now - 60)) / 3
        assert sum(minutes[minute] for minute in range(now - 60, now)) > before / 2, now


def test_arrivals_follow_the_day() -> None:
    """The visits of an hour of the day are those that its intensity wants, within 15 %."""
    habits = Habits(musicians=1000)
    source = random.Random(4)
    seen: Counter[int] = Counter()
    for seconds in itertools.takewhile(lambda moment: moment < WEEK, arrivals(habits, source)):
        seen[int(day.hours_at(seconds, DAY)) % 24] += 1
    hours = [day.FIRST_HOUR + step / 100 for step in range(7 * 24 * 100)]
    wanted: dict[int, list[float]] = {}
    for moment in hours:
        wanted.setdefault(int(moment) % 24, []).append(day.intensity(moment))
    share = sum(seen.values()) / sum(fmean(moment) for moment in wanted.values())
    for hour, intensities in wanted.items():
        assert seen[hour] == pytest.approx(share * fmean(intensities), rel=0.15), hour


def test_evenings_and_releases_are_bursts_and_nights_are_idle() -> None:
    """The evening has three times the night's visits, the evening of a release more still."""
    night, evening = day.intensity(3.5), day.intensity(20.5)
    release = day.intensity(day.RELEASE_DAY * 24 + day.RELEASE_HOUR + 0.1)
    assert evening > 3 * night
    assert release > 2 * day.intensity(day.RELEASE_HOUR + 0.1)
    assert max(day.intensity(hour / 10) for hour in range(7 * 240)) <= day.HIGHEST


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9, 1.0])
def test_passwords_are_mistyped_at_the_asked_share(share: float) -> None:
    """Of all log-ins the asked share is mistyped, and nobody tries without end."""
    steps = until(WEEK, Habits(wrong_passwords=share))
    seen = Counter(step.action for step in steps)
    tries = seen[Action.LOG_IN] + seen[Action.MISTYPE_PASSWORD]
    assert seen[Action.MISTYPE_PASSWORD] / tries == pytest.approx(share, abs=0.02)
    assert tries <= ATTEMPTS * (seen[Action.LOG_OUT] + seen[Action.LEAVE] + Habits().musicians)


def test_what_is_broken_is_mended() -> None:
    """With faults, each musician mends the engine before doing anything else."""
    broken: dict[int, float] = {}
    breaks = 0
    for step in until(WEEK, Habits(faults=0.5)):
        if step.musician in broken:
            assert step.action is Action.MEND
            assert step.time_s - broken.pop(step.musician) <= 60
        elif step.action is Action.BREAK:
            broken[step.musician] = step.time_s
            breaks += 1
    assert breaks > 100


def test_without_an_engine_nobody_goes_there() -> None:
    """Without an engine the plan has only what the backend is needed for."""
    seen = {step.action for step in until(WEEK, Habits(engine=False, faults=1))}
    assert not seen & AT_THE_ENGINE


def test_accounts_depend_on_the_seed_alone_and_are_nobodys() -> None:
    """Addresses differ between people and seeds, repeat with the seed, and are of example.org."""
    keys = list(itertools.product((1, 2), range(30), range(3)))
    accounts = [people.account(*key) for key in keys]
    assert [people.account(*key) for key in keys] == accounts
    assert len({account.email for account in accounts}) == len(keys)
    assert len({account.password for account in accounts}) == len(keys)
    assert all(account.email.endswith("@example.org") for account in accounts)
    assert all(account.mistyped_password != account.password for account in accounts)


def test_every_persona_plays() -> None:
    """Among the default musicians there is each persona."""
    assert {people.persona(1, index) for index in range(40)} == set(people.Persona)


def test_the_features_are_those_of_the_catalogue() -> None:
    """A feature that the catalogue gains is used, one that it loses is not."""
    root = repository_root()
    assert root is not None
    catalogue = yaml.safe_load((root / "catalogue/business.yaml").read_text())
    assert list(FEATURES) == catalogue["label_sets"]["feature"]
