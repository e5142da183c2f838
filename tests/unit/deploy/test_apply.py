"""A plan is applied step by step; a start ends green or leaves nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring.deploy import access, apply, preflight
from whiteroom_monitoring.deploy.apply import Application, StartError
from whiteroom_monitoring.deploy.configuration import config_versions
from whiteroom_monitoring.deploy.configuration.config_versions import activate, is_in_force, restore
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.plan import Action, Step
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.deploy.running import health, shutdown, status
from whiteroom_monitoring.errors import MonitoringError


class Supervisor:
    """A supervisor whose components run, or not; what it is told is remembered."""

    def __init__(self, **pids: int) -> None:
        self.pids, self.fatal, self.told = pids, set[str](), list[str]()

    def pid(self) -> int | None:
        """Return its process, while anything runs."""
        return 1 if self.pids else None

    def states(self) -> dict[str, Any]:
        """Return the processes."""
        return {
            name: SimpleNamespace(pid=pid, state="FATAL" if name in self.fatal else "RUNNING")
            for name, pid in self.pids.items()
        }

    def start_component(self, name: str) -> None:
        """Start one."""
        self.told.append(f"start {name}")
        self.pids[name] = 7


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Application]:
    """Makes the application of a plan of components without probes."""

    def make(supervisor: Supervisor, *steps: Step, was_running: bool = False) -> Application:
        paths = StackPaths(tmp_path)
        for folder in (paths.run, paths.log, paths.configurations):
            folder.mkdir(exist_ok=True)
        components = [
            SimpleNamespace(
                name=name,
                process=name,
                probe=None,
                user=None,
                description=SimpleNamespace(scrape=SimpleNamespace(name=name)),
            )
            for name in ("a", "b")
        ]
        plan: Any = SimpleNamespace(
            paths=paths, places=Placeholders(paths, None), components=components, left_out={},
            steps=steps,
            was_running=was_running, configuration={"f": "new"},
            component=lambda name: next(c for c in components if c.name == name),
        )  # fmt: skip
        made = Application(plan, Progress(quiet=True))
        made._supervisor = supervisor  # type: ignore[assignment]
        return made

    monkeypatch.setattr(apply.signal, "signal", lambda *_: None)
    return make


@pytest.mark.parametrize("was_running", [False, True])
def test_a_new_stack_that_fails_is_gone_again(
    application: Callable[..., Application], monkeypatch: pytest.MonkeyPatch, was_running: bool
) -> None:
    """One that ran before keeps running; neither an interrupt nor a failure leaves half of one."""
    stopped: list[StackPaths] = []
    monkeypatch.setattr(shutdown, "stop", stopped.append)
    for error in (MonitoringError("broken"), KeyboardInterrupt()):

        def fail(names: object, error: BaseException = error) -> None:
            raise error

        step = Step(Action.RECORD_STATE)
        made = application(Supervisor(), step, was_running=was_running)
        made._methods = {Action.RECORD_STATE: fail}
        with pytest.raises(type(error)):
            made.run()
    assert len(stopped) == (0 if was_running else 2)


def test_taking_back_is_not_interrupted(
    application: Callable[..., Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second Ctrl-C must not leave half of it."""
    ignored: list[tuple[int, Any]] = []
    monkeypatch.setattr(apply.signal, "signal", lambda *pair: ignored.append(pair))
    monkeypatch.setattr(shutdown, "stop", lambda paths: None)
    application(Supervisor(a=1))._take_back()
    assert ignored == [(signal.SIGINT, signal.SIG_IGN), (signal.SIGTERM, signal.SIG_IGN)]


def test_only_what_is_down_is_prepared(
    application: Callable[..., Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders and files of a component that runs are left alone; it is told to start anyway."""
    prepared: list[str] = []
    monkeypatch.setattr(
        apply.preparation, "prepare", lambda component, places: prepared.append(component.name)
    )
    supervisor = Supervisor(a=7, b=0)
    application(supervisor)._start(["a", "b"])
    assert prepared == ["b"]
    assert supervisor.told == ["start a", "start b"]


def test_the_machine_is_checked_for_what_is_down(
    application: Callable[..., Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ports of what runs are rightly taken; leftovers of JACK go before a new start alone."""
    seen: list[set[str]] = []
    removed: list[object] = []
    monkeypatch.setattr(preflight, "inspect", lambda p, c, running: seen.append(running))
    monkeypatch.setattr(apply.jack_leftovers, "remove", removed.append)
    application(Supervisor(a=7, b=0), was_running=True)._check_machine([])
    assert (seen, removed) == ([{"a"}], [])
    application(Supervisor(a=7))._check_machine([])
    assert (seen[1], len(removed)) == (set(), 1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that moves a second with each pause."""
    now = [0.0]

    def sleep(_: float) -> None:
        now[0] += 1.0

    monkeypatch.setattr(apply, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    return now


def test_a_start_waits_until_all_are_well(
    application: Callable[..., Application], clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What becomes well in time is waited for; what does not fails with what it printed."""

    def well_in_time(probes: Any) -> dict[str, str]:
        return dict.fromkeys(probes, "ok" if clock[0] >= 20 else "no answer")

    monkeypatch.setattr(health, "of", well_in_time)
    made = application(Supervisor(a=7))
    made._wait_for_health(["a", "b"])
    assert clock == [20.0]
    monkeypatch.setattr(health, "of", lambda probes: dict.fromkeys(probes, "no answer"))
    lines = "\n".join(f"line {number}" for number in range(12))
    (made._paths.log / "a.log").write_text(lines)
    with pytest.raises(StartError) as failed:
        made._wait_for_health(["a", "b"])
    assert clock[0] == 51.0
    text = str(failed.value)
    assert text.startswith("a is not healthy after 30 s: no answer; the last that it printed:")
    assert text.splitlines()[1:] == [f"  line {number}" for number in range(2, 12)]


def test_what_could_not_be_started_ends_the_start_at_once(
    application: Callable[..., Application], clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a component that supervisord has given up."""
    supervisor = Supervisor(a=7, b=0)
    supervisor.fatal.add("b")
    monkeypatch.setattr(health, "of", lambda probes: dict.fromkeys(probes, "no answer"))
    made = application(supervisor)
    with pytest.raises(StartError, match=r"^b could not be started; it printed nothing$"):
        made._wait_for_health(["a"])
    assert clock == [0.0]


class Prometheus:
    """Prometheus with these targets."""

    targets: Any = ()

    def get(self, path: str, **_: str) -> Any:
        """Return the targets, or fail."""
        if isinstance(self.targets, Exception):
            raise self.targets
        targets = [{"labels": {"job": job}, "health": up} for job, up in self.targets]
        return {"activeTargets": targets}


@pytest.mark.parametrize(
    ("targets", "well", "waiting"),
    [
        (apply.SourceError("gone"), True, ["prometheus"]),
        ([], True, ["prometheus"]),
        ([("a", "up"), ("b", "unknown")], True, ["b"]),
        ([("a", "up")], False, ["inbox"]),
        ([("a", "up")], True, []),
    ],
)
def test_green_is_every_target_up_and_every_component_well(
    application: Callable[..., Application],
    monkeypatch: pytest.MonkeyPatch,
    targets: Any,
    well: bool,
    waiting: list[str],
) -> None:
    """What is missing is named: first the targets, then the components."""
    monkeypatch.setattr(Prometheus, "targets", targets)
    monkeypatch.setattr(access, "prometheus", lambda paths: Prometheus())
    components = [SimpleNamespace(name="inbox", well=well)]
    monkeypatch.setattr(status, "read", lambda paths: SimpleNamespace(components=components))
    assert application(Supervisor())._not_green() == waiting


def test_a_start_that_never_gets_green_fails(
    application: Callable[..., Application], clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After forty seconds, with what is missing."""
    made = application(Supervisor())
    monkeypatch.setattr(made, "_not_green", lambda: [] if clock[0] == 40 else ["a"])
    made._wait_for_scrapes([])
    clock[0] = 100.0
    with pytest.raises(StartError, match="not green after 40 s: a"):
        made._wait_for_scrapes([])
    assert clock == [141.0]


def test_a_configuration_that_is_refused_is_taken_back(
    application: Callable[..., Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs reads the one before again, and what is down is not asked."""
    made = application(Supervisor(prometheus=7, alertmanager=0), was_running=True)
    activate({"f": "old"}, made._paths)
    activate({"f": "new"}, made._paths)
    reloaded: list[str] = []

    def reload(paths: object, supervisor: object, name: str) -> None:
        reloaded.append(name)
        if is_in_force({"f": "new"}, made._paths):
            raise MonitoringError("refused")

    monkeypatch.setattr(apply, "reload", reload)
    with pytest.raises(MonitoringError, match="refused"):
        made._reload(["prometheus", "alertmanager"])
    assert reloaded == ["prometheus", "prometheus"]
    assert is_in_force({"f": "old"}, made._paths)


def test_short_intervals_are_replaced_once(
    application: Callable[..., Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prometheus alone reads the configured intervals, and only where they differ."""
    made = application(Supervisor(prometheus=7))
    reloaded: list[str] = []
    monkeypatch.setattr(apply, "reload", lambda paths, supervisor, name: reloaded.append(name))
    made._slow_down_scrapes([])
    made._slow_down_scrapes([])
    assert reloaded == ["prometheus"]


def test_versions_of_a_configuration(tmp_path: Path) -> None:
    """A version that was edited is not in force; of those before, the last one alone is kept."""
    paths = StackPaths(tmp_path)
    paths.configurations.mkdir()
    restore_nothing = {"a/b": "one", "c": "two"}
    assert activate(restore_nothing, paths) is True
    restore(paths)
    assert is_in_force(restore_nothing, paths)
    assert activate(restore_nothing, paths) is False
    (paths.config / "c").write_text("edited")
    assert not is_in_force(restore_nothing, paths)
    assert activate(restore_nothing, paths) is True
    (paths.configurations / "note.txt").touch()
    for text in ("three", "four"):
        activate({"c": text}, paths)
    assert len([path for path in paths.configurations.iterdir() if path.is_dir()]) == 2
    restore(paths)
    assert (paths.config / "c").read_text() == "three"
    assert (paths.configurations / "note.txt").exists()
    assert (paths.config / "c").stat().st_mode & 0o777 == 0o644
    names = {config_versions.digest({"a": "b"}), config_versions.digest({"a": "c"})}
    assert [len(name) for name in names] == [16, 16]
    assert config_versions.digest({"a": "1", "b": "2"}) == config_versions.digest(
        {"b": "2", "a": "1"}
    )
