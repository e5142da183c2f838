"""What a stack asks of its machine: accounts, programs, folders, locks, memory and room."""

from __future__ import annotations

import fcntl
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring import __version__
from whiteroom_monitoring.deploy import access, paths, preflight, progress, versions
from whiteroom_monitoring.deploy.component import (
    AccountRequired,
    CloneRequired,
    File,
    FileRequired,
    Program,
    VariableUnset,
)
from whiteroom_monitoring.deploy.configuration import reload
from whiteroom_monitoring.deploy.configuration.reload import ReloadError
from whiteroom_monitoring.deploy.host import accounts, jack_leftovers, machine, preparation
from whiteroom_monitoring.deploy.host.shared_memory import remove_dead_segments
from whiteroom_monitoring.deploy.paths import StackPaths, default_data
from whiteroom_monitoring.deploy.planner import planning
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders, interpreter
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.deploy.running import component_logs
from whiteroom_monitoring.deploy.running.lock import BusyError, exclusive
from whiteroom_monitoring.errors import MonitoringError

PLACES = Placeholders(StackPaths(Path("/nowhere")), None)


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes this process run as a user."""
    return lambda number: monkeypatch.setattr(os, "getuid", lambda: number)


def test_only_root_becomes_somebody_else(user: Callable[[int], None]) -> None:
    """Another user's stack runs as that user; an account that does not exist is nobody's."""
    user(0)
    assert (accounts.account("daemon"), accounts.account("no-such")) == ("daemon", None)
    user(1000)
    assert accounts.account("daemon") is None
    assert accounts.user_name("daemon") == "daemon"


def test_accounts_of_ours_are_made_where_components_are_apart(
    user: Callable[[int], None],
) -> None:
    """They need not be there yet when root's stack is planned; elsewhere, nobody has them."""
    name = "whiteroom-no-such"
    user(0)
    assert (accounts.account(name, True), accounts.account(name, False)) == (name, None)
    assert accounts.missing({name: ()}) == [name]
    user(1000)
    assert accounts.account(name, True) is None


def test_conditions_of_components(
    user: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A condition that does not hold gives its reason, one that holds gives nothing."""
    user(0)
    monkeypatch.setenv("SET", "1")
    monkeypatch.delenv("UNSET", raising=False)
    clone = Placeholders(StackPaths(tmp_path), tmp_path)
    for condition, places, holds in (
        (FileRequired(str(tmp_path), "r"), PLACES, True),
        (FileRequired("/no/where", "r"), PLACES, False),
        (FileRequired("{root}/x", "r"), PLACES, False),
        (VariableUnset("UNSET", "r"), PLACES, True),
        (VariableUnset("SET", "r"), PLACES, False),
        (CloneRequired("r"), clone, True),
        (CloneRequired("r"), PLACES, False),
        (AccountRequired("daemon", "r"), PLACES, True),
        (AccountRequired("no-such", "r"), PLACES, False),
    ):
        assert machine.reason_against(condition, places) == ("" if holds else "r"), condition
    user(1000)
    assert machine.reason_against(AccountRequired("no-such", "r"), PLACES) == ""


def test_the_newest_version_of_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions are numbers: 15 is newer than 9; what is no number comes last."""
    for version in ("9", "15", "9.6", "old"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "tool").touch(mode=0o755)
    program = Program((f"{tmp_path}/*/tool",), "install it")
    assert machine.find(program, PLACES) == f"{tmp_path}/15/tool"
    names = [Path(name).parent.name for name in machine.names(program, PLACES)]
    assert names == ["15", "9.6", "9", "old"]
    chosen = Program(("{root}/x", "sh"), "r", variable="MY_TOOL")
    assert machine.names(chosen, PLACES) == ["sh"]
    monkeypatch.setenv("MY_TOOL", "/my/tool")
    assert machine.names(chosen, PLACES) == ["/my/tool"]
    assert machine.find(Program(("no-such-program",), "r"), PLACES) is None


def test_the_home_of_a_program(tmp_path: Path) -> None:
    """An unpacked archive has its own folder; a package's is as it is described."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tool").touch()
    packaged, plain = Program(("tool",), "r", home="/usr/share/tool"), Program(("tool",), "r")
    path = str(tmp_path / "bin" / "tool")
    assert machine.home(packaged, path) == "/usr/share/tool"
    (tmp_path / "conf").mkdir()
    assert machine.home(packaged, path) == str(tmp_path)
    assert machine.home(plain, path) == ""


def test_folders_have_owners_and_modes(tmp_path: Path) -> None:
    """A folder that is there is put right; files made in a group's folder belong to the group."""
    folder = tmp_path / "folder"
    for mode in (0o700, 0o711):
        accounts.make_folder(folder, mode=mode)
        assert stat.S_IMODE(folder.stat().st_mode) == mode
    if os.getuid() == 0:
        accounts.make_folder(folder, "daemon", "adm", 0o750)
        status = folder.stat()
        assert (status.st_uid, status.st_gid) == (1, 4)
        assert stat.S_IMODE(status.st_mode) == 0o2750


def test_the_first_closed_folder_on_the_way_is_told(tmp_path: Path) -> None:
    """The one that is nearest to the root: who opens it finds the next; open ways have none."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    before = accounts.barrier(tmp_path)
    (tmp_path / "a").chmod(0o700)
    (tmp_path / "a" / "b").chmod(0o700)
    assert accounts.barrier(folder / "new") == (before or tmp_path / "a")
    assert accounts.barrier(Path("/usr/bin")) is None


def test_a_file_is_written_as_described(tmp_path: Path) -> None:
    """A template is filled in; what is written once stays as somebody has changed it."""
    template = tmp_path / "t"
    template.write_text("listen $port;")
    path = tmp_path / "f"
    file = File(str(path), template=str(template), values={"port": "80"}, mode=0o640)
    preparation.write(file)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("listen 80;", 0o640)
    for once, expected in ((True, "listen 80;"), (False, "other")):
        preparation.write(File(str(path), "other", once=once))
        assert path.read_text() == expected
    assert preparation.content(File("x", "text")) == "text"


def test_a_plan_tells_new_files_from_changed_ones(tmp_path: Path) -> None:
    """What is written once stays as somebody has changed it, and counts as unchanged."""
    stack = StackPaths(tmp_path)
    (tmp_path / "old").write_text("changed by hand")
    description = SimpleNamespace(process_of="", stop_signal="TERM")
    component: Any = SimpleNamespace(
        name="a", command=("a",), environment={}, user=None, description=description,
        files=(
            File(str(tmp_path / "old"), "text", once=True), File(str(tmp_path / "old"), "text"),
            File(str(tmp_path / "new"), "text", once=True), File(str(tmp_path / "new"), "text"),
        ),
    )  # fmt: skip
    states = [(f.path, f.state) for f in planning._files({}, {"": ""}, [component], stack)]
    assert states[-4:] == [
        ("old", "unchanged"), ("old", "changed"), ("new", "new"), ("new", "new")
    ]  # fmt: skip


def test_one_command_at_a_time(tmp_path: Path) -> None:
    """Who comes second is told who is at work; the lock ends with its holder."""
    stack = StackPaths(tmp_path / "deep" / "data")
    with exclusive(stack):
        file = stack.run / "command.lock"
        assert file.read_text() == str(os.getpid())
        assert stat.S_IMODE(stack.run.stat().st_mode) == 0o700
        with pytest.raises(BusyError, match=rf"process {os.getpid()} \("), exclusive(stack):
            pass
        file.write_text("?")
        with pytest.raises(BusyError, match="another command is at work"), exclusive(stack):
            pass
    with exclusive(stack):
        assert file.read_text() == str(os.getpid())


def test_a_folder_that_can_not_be_locked_is_named(tmp_path: Path) -> None:
    """Where a file is in the way, another folder is asked for."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(MonitoringError, match="can't be written: Not a directory; choose another"),
        exclusive(StackPaths(tmp_path / "file")),
    ):
        pass


def test_segments_of_the_living_stay(tmp_path: Path) -> None:
    """A locked segment and its program's base stay; a folder of dead ones goes as a whole."""
    folder = tmp_path / "segments"
    assert remove_dead_segments(folder) is True
    folder.mkdir()
    for name in ("a.1.seg", "a.base.seg", "b.2.seg", "b.base.seg", "notes"):
        (folder / name).touch()
    with (folder / "a.1.seg").open() as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        assert remove_dead_segments(folder) is True
        assert sorted(p.name for p in folder.iterdir()) == ["a.1.seg", "a.base.seg", "a.lock"]
    assert remove_dead_segments(folder) is True
    assert not folder.exists()


def test_jack_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: Callable[[int], None]
) -> None:
    """What the stack's own server has left goes; what all servers share only when none runs."""
    number = tmp_path.stat().st_uid
    own = {f"jack_sem.{number}_whiteroom-0_x", "jack_whiteroom-0_y"}
    shared = {"jack-shm-registry", f"jack_db-{number}", f"jack-{number}-1"}
    others = {f"jack_sem.{number}_other_x", "else"}
    monkeypatch.setattr(jack_leftovers, "_SHARED_MEMORY", tmp_path)
    running = [SimpleNamespace(info={"name": "jackd"})]
    monkeypatch.setattr(jack_leftovers.psutil, "process_iter", lambda _: running)
    for name in own | shared | others:
        (tmp_path / name).touch()
    (tmp_path / "jack_whiteroom-0_y").unlink()
    (tmp_path / "jack_whiteroom-0_y").mkdir()
    jack_leftovers.remove(StackPaths(Path("/x")))
    assert {p.name for p in tmp_path.iterdir()} == shared | others
    running.clear()
    jack_leftovers.remove(StackPaths(Path("/x")))
    assert {p.name for p in tmp_path.iterdir()} == others


@pytest.mark.parametrize(
    ("uid", "offset", "variables", "expected"),
    [
        (0, 0, {}, "/var/lib/whiteroom"),
        (0, 7, {}, "/var/lib/whiteroom-7"),
        (5, 0, {"XDG_DATA_HOME": "/x"}, "/x/whiteroom"),
        (5, 7, {"HOME": "/h"}, "/h/.local/share/whiteroom-7"),
        (0, 7, {"WHITEROOM_DATA": "/named"}, "/named"),
    ],
)
def test_where_data_are(  # noqa: PLR0917 - a table of four columns, and two fixtures
    uid: int, offset: int, variables: Any, expected: str, monkeypatch: Any, user: Any
) -> None:
    """Root's are below /var/lib, another user's in the user's own; a second stack has its own."""
    for name in ("XDG_DATA_HOME", "WHITEROOM_DATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    user(uid)
    assert default_data(offset) == Path(expected)
    suffix = f"-{offset}" if offset else ""
    assert StackPaths(Path("/d"), offset).segments == Path(f"/dev/shm/whiteroom-{uid}{suffix}")


def test_an_audit_report_is_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it is in the data folder; addresses have the offset in their port."""
    stack = StackPaths(Path("/d"), 7)
    monkeypatch.delenv("WHITEROOM_AUDIT_REPORT", raising=False)
    assert stack.audit_report == Path("/d/audit-report.json")
    monkeypatch.setenv("WHITEROOM_AUDIT_REPORT", "/ci/report.json")
    assert stack.audit_report == Path("/ci/report.json")
    assert (
        stack.url("inbox", "/slack")
        == f"http://127.0.0.1:{paths.default_ports()['inbox'] + 7}/slack"
    )


def test_versions_are_what_programs_tell() -> None:
    """The first number with a dot, on either output; ours is known, and silence is empty."""
    commands = {
        "ours": (interpreter(), "--version"),
        "out": ("echo", "tool, version 2.42.0+ds1 (branch 1.2)"),
        "err": ("sh", "-c", "echo v7.0.15 >&2; exit 1"),
        "none": ("true",),
        "missing": ("/no/where",),
    }
    components: Any = [
        SimpleNamespace(name=name, version_command=command) for name, command in commands.items()
    ]
    assert versions.of(components) == {
        "ours": __version__, "out": "2.42.0+ds1", "err": "7.0.15", "none": "", "missing": "",
    }  # fmt: skip


class Terminal(io.StringIO):
    """An output that says whether it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        """Say so."""
        return self._terminal


def test_progress_is_a_line_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal each new step is a line; repeating it, or being quiet, is none."""
    monkeypatch.setattr(sys, "stderr", output := Terminal(False))
    for quiet in (False, True):
        told = Progress(quiet)
        for text in ("a [b]", "a [b]", "c", "a [b]"):
            told.step(text)
        told.end()
    lines = [re.sub(r"^ +\d\.\d s  ", "", line) for line in output.getvalue().splitlines()]
    assert lines == ["a [b]", "c", "a [b]"]


def test_progress_is_one_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is shown with its first step, and taken away at the end; brackets are no styles."""
    told: list[str] = []

    class Status:
        def update(self, text: str) -> None:
            told.append(text.partition("s  ")[2])

        def start(self) -> None:
            told.append("start")

        def stop(self) -> None:
            told.append("stop")

    monkeypatch.setattr(sys, "stderr", Terminal(True))
    monkeypatch.setattr(progress, "_status", Status)
    shown = Progress()
    shown.step("a [b]")
    shown.end()
    assert told == [r"a \[b]", "start", "stop"]
    Progress(quiet=True).step("never")
    assert len(told) == 3


@pytest.fixture
def reloaded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Makes a component say when it read its configuration last: at these times, one a question."""

    def make(*times: float | None) -> list[Any]:
        signals: list[Any] = []
        answers = list(times)
        now = [0.0]

        def sleep(_: float) -> None:
            now[0] += 1.0

        class Client:
            def __init__(self, *_: Any) -> None:
                pass

            def get_text(self, path: str) -> str:
                assert path == "/metrics"
                time = answers.pop(0) if len(answers) > 1 else answers[0]
                if time is None:
                    raise reload.SourceError("gone")
                name = "prometheus_config_last_reload_success_timestamp_seconds"
                return f"# HELP {name} x\n{name} {time}\nother 9e9\n"

        clock = SimpleNamespace(monotonic=lambda: now[0], time=lambda: 100.0, sleep=sleep)
        monkeypatch.setattr(reload, "time", clock)
        monkeypatch.setattr(access, "client", lambda paths, name: Client(name, paths.url(name)))
        supervisor: Any = SimpleNamespace(signal=lambda *pair: signals.append(pair))
        reload.reload(StackPaths(Path("/d")), supervisor, "prometheus")
        return [*signals, now[0]]

    return make


def test_a_reload_is_seen(reloaded: Callable[..., list[Any]]) -> None:
    """It is done when the component says so, of a time after it was asked."""
    assert reloaded(None, 99.0, 100.0, 100.5) == [("prometheus", "HUP"), 4.0]


@pytest.mark.parametrize("time", [None, 99.0, 100.0])
def test_a_refused_reload_is_said(reloaded: Callable[..., list[Any]], time: float | None) -> None:
    """After ten seconds, with where to look."""
    with pytest.raises(ReloadError, match="see `whiteroom logs prometheus`"):
        reloaded(time)


@pytest.fixture
def following(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Follows a log while these things happen to it, one a pause."""

    def follow(*events: Callable[[Path], object]) -> None:
        path = tmp_path / "a.log"
        path.write_text("before\n")
        waiting = list(events)

        def sleep(_: float) -> None:
            if not waiting:
                raise KeyboardInterrupt
            waiting.pop(0)(path)

        monkeypatch.setattr(component_logs.time, "sleep", sleep)
        component_logs.follow(path)

    yield follow
    monkeypatch.undo()


def _append(path: Path) -> None:
    with path.open("a") as file:
        file.write("new\n")


def _rotate(path: Path) -> None:
    path.rename(path.with_suffix(".1"))
    path.write_text("after rotation\n")


def test_a_log_is_followed_through_rotations(
    following: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what is new is printed, the whole of a new file among it, while there is one."""
    following(
        _append,
        lambda path: path.rename(path.with_suffix(".0")),
        lambda path: path.with_suffix(".0").rename(path),
        _rotate,
    )
    assert capsys.readouterr().out == "new\nafter rotation\n"


def test_room_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """512 MiB of disk are enough, less is said with what is there."""
    for free, expected in (
        (512 << 20, None),
        ((512 << 20) - (1 << 20), f"{tmp_path} has 511 MiB free, 512 MiB are needed; x"),
    ):
        usage = SimpleNamespace(free=free)
        monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert preflight._too_full(tmp_path, preflight.FREE_DISK_BYTES, "x") == expected
    assert preflight.FREE_SHARED_MEMORY_BYTES == 16 << 20


def test_a_path_leaves_room_for_sockets() -> None:
    """The kernel takes paths of 107 bytes; the longest socket is PostgreSQL's lock."""
    socket = "/run/postgresql/.s.PGSQL.5432.lock"
    longest = "/" + "x" * (107 - len(socket) - 1)
    assert list(preflight._unusable_path(StackPaths(Path(longest)))) == []
    assert "too long" in next(preflight._unusable_path(StackPaths(Path(longest + "x"))))


def test_the_way_to_the_data_is_open(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What runs as a user of its own has to get there; an exporter has no files."""
    (tmp_path / "closed").mkdir(mode=0o700)
    stack = StackPaths(tmp_path / "closed" / "data")

    def problems(user: str | None, of_app: bool) -> list[str]:
        description = SimpleNamespace(of_app=of_app)
        component: Any = SimpleNamespace(user=user, description=description)
        return list(preflight._way_to_data(stack, [component]))

    monkeypatch.setattr(accounts, "barrier", lambda path: path)
    assert problems("redis", True)[0].endswith("closed to other users; choose another --data")
    assert problems("redis", False) == problems(None, True) == []
    monkeypatch.setattr(accounts, "barrier", lambda path: None)
    assert problems("redis", True) == []


def test_a_command_that_fails_is_an_error() -> None:
    """A command that fails is an error with what it printed; one that works is none."""
    accounts._run([sys.executable, "-c", ""])
    with pytest.raises(accounts.AccountError, match=r"no such group$"):
        accounts._run([sys.executable, "-c", "raise SystemExit('no such group')"])


def test_membership_is_of_every_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account is complete when it is in its own group, ours, and each that it needs."""
    numbers = {"whiteroom": 1, "whiteroom-app": 2, "audio": 3}
    entries = [SimpleNamespace(gr_name=name, gr_gid=gid) for name, gid in numbers.items()]
    monkeypatch.setattr(accounts.grp, "getgrall", lambda: entries)
    monkeypatch.setattr(
        accounts.grp, "getgrnam", lambda name: SimpleNamespace(gr_gid=numbers[name])
    )
    monkeypatch.setattr(accounts.pwd, "getpwnam", lambda name: SimpleNamespace(pw_gid=2))
    for groups, complete in (([1, 2, 3], True), ([1, 2, 3, 4], True), ([1, 2], False)):
        monkeypatch.setattr(accounts.os, "getgrouplist", lambda name, gid, g=groups: g)
        assert accounts._is_member("whiteroom-app", ["audio"]) == complete


def test_lines_since_a_time_of_day() -> None:
    """Of lines of one day, those from the time on are returned."""
    lines = ["1970-01-01 00:00:01 a", "1970-01-01 06:00:00 b", "1970-01-01 07:00:00 c"]
    assert component_logs.since(lines, 6 * 3600) == lines[1:]
    assert component_logs.since(lines, 6 * 3600 + 1) == lines[2:]
    assert component_logs.since(["undated"], 5) == ["undated"]


def test_logs_of_several_are_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is appended to several logs is printed as it comes, each line behind its component."""
    logs = {name: tmp_path / f"{name}.log" for name in ("inbox", "console")}
    for path in logs.values():
        path.write_text("before\n")
    pauses = iter([lambda: _append(logs["console"]), lambda: _append(logs["inbox"])])

    def sleep(_: float) -> None:
        happen = next(pauses, None)
        if happen is None:
            raise KeyboardInterrupt
        happen()

    monkeypatch.setattr(component_logs.time, "sleep", sleep)
    component_logs.follow_all(logs)
    assert capsys.readouterr().out == "console | new\ninbox | new\n"


def test_a_password_is_hashed_by_bcrypt() -> None:
    """The hash of a password is bcrypt's, with a salt of its own each time."""
    hashes = {access._bcrypt("secret") for _ in range(2)}
    assert len(hashes) == 2
    assert all(re.fullmatch(r"\$2b\$\d\d\$[./A-Za-z0-9]{53}", hashed) for hashed in hashes)
