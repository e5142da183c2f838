"""A plan says what `up` would do, and making it changes nothing."""

from __future__ import annotations

import json
import re
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from msgspec.structs import replace

import whiteroom_monitoring
from tests.support.offsets import free_offset
from tests.support.paths import ROOT
from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring import pager_path
from whiteroom_monitoring.cli import main
from whiteroom_monitoring.deploy.apply import Application
from whiteroom_monitoring.deploy.component import Component, Program, Variant
from whiteroom_monitoring.deploy.configuration import config, config_versions
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.plan import Action, Plan
from whiteroom_monitoring.deploy.planner import planning
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.planner.resolution import resolve
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.deploy.registry import ComponentError, components_in, load, port_numbers
from whiteroom_monitoring.deploy.runtimes import supervisord_config
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor, SupervisorError
from whiteroom_monitoring.project import Project

SCHEMA = Path(whiteroom_monitoring.__file__).parent / "schemas/plan.schema.json"
COMPONENTS = load(WHITE_ROOM)


@pytest.fixture(autouse=True)
def valid_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed configuration is checked elsewhere, which takes seconds."""
    monkeypatch.setattr(config, "diagnostics", lambda project, descriptions: [])


@pytest.fixture
def paths() -> Iterator[StackPaths]:
    """A stack that does not run, at free ports. Its path is short enough for sockets below it."""
    with tempfile.TemporaryDirectory(prefix="whiteroom-test-") as folder:
        yield StackPaths(Path(folder) / "data", free_offset(), port_numbers(COMPONENTS))


@pytest.fixture
def port_in_use(paths: StackPaths) -> Iterator[int]:
    """The inbox' port, which somebody else listens on."""
    with socket.create_server(("127.0.0.1", paths.port("inbox"))):
        yield paths.port("inbox")


def _make(paths: StackPaths, *unwanted: str) -> Plan:
    request = planning.Request(paths, WHITE_ROOM, COMPONENTS, Path("/nowhere"), False, unwanted)
    return planning.make(request)


def _plan(capsys: pytest.CaptureFixture[str], paths: StackPaths, *options: str) -> dict[str, Any]:
    """Return what `up --plan --json` prints, in the form that the schema describes."""
    place = ["--data", str(paths.data), "--port-offset", str(paths.port_offset)]
    main.main(["up", "--plan", "--json", *place, *options])
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(content, json.loads(SCHEMA.read_text()))
    return content


def test_a_plan_names_components_files_and_steps(
    capsys: pytest.CaptureFixture[str], paths: StackPaths
) -> None:
    """The plan of a new stack starts every component, leaves the unwanted out, writes every file
    and waits for the first scrape; it leaves no trace."""
    plan = _plan(capsys, paths, "--without-app", "--without", "cadvisor")
    assert plan["ok"], plan["obstacles"]
    assert not plan["running"]
    assert plan["left_out"] == {
        "cadvisor": "not wanted (--without)",
        # One at other ports than the usual ones is nobody's for the machine.
        "journald": "the machine's own journal is read, or another stack's",
    }
    names = [component["name"] for component in plan["components"]]
    started = [n for step in plan["steps"] if step["action"] == "start" for n in step["targets"]]
    assert started == names
    assert {"prometheus", "inbox"} <= set(names)
    assert {file["state"] for file in plan["files"]} == {"new"}
    paths_ = {file["path"] for file in plan["files"]}
    assert {"config/prometheus/prometheus.yml", "run/supervisord.conf"} <= paths_
    assert not paths.data.exists()
    assert not paths.segments.exists()


def test_a_plan_for_people_says_the_same(
    capsys: pytest.CaptureFixture[str], paths: StackPaths
) -> None:
    """Without --json the steps are numbered lines."""
    place = ["--data", str(paths.data), "--port-offset", str(paths.port_offset)]
    assert main.main(["up", "--plan", "--without-app", "--without", "cadvisor", *place]) == 0
    printed = capsys.readouterr().out
    assert "left out: cadvisor: not wanted (--without)\n" in printed
    assert " 1. check the machine\n" in printed
    assert not paths.data.exists()


def test_a_plan_without_the_app_scrapes_and_judges_what_is_kept(paths: StackPaths) -> None:
    """Prometheus gets the jobs and rules of the kept components, and of no other component."""
    plan = _make(paths, "cadvisor")
    jobs = {c.description.scrape.name for c in plan.components if c.description.scrape}
    content = yaml.safe_load(plan.configuration["prometheus/prometheus.yml"])
    assert {job["job_name"] for job in content["scrape_configs"]} == jobs | {pager_path.NAME}
    assert "cadvisor" not in jobs
    assert "juce-backend" not in jobs
    assert "prometheus/rules/machine.yml" in plan.configuration
    assert "prometheus/rules/audio.yml" not in plan.configuration


def test_an_obstacle_is_named(
    capsys: pytest.CaptureFixture[str], paths: StackPaths, port_in_use: int
) -> None:
    """A port in use stands in the plan, and the exit status is 1."""
    place = ["--data", str(paths.data), "--port-offset", str(paths.port_offset)]
    assert main.main(["up", "--plan", "--without-app", "--json", *place]) == 1
    content = json.loads(capsys.readouterr().out)
    assert not content["ok"]
    [obstacle] = content["obstacles"]
    assert obstacle.startswith(f"port {port_in_use} (inbox) is in use by ")


def test_no_secret_stands_in_a_plan(
    capsys: pytest.CaptureFixture[str], paths: StackPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A credential that is given is named, and its value is nowhere."""
    monkeypatch.setenv("SMTP_PASSWORD", "correct horse")
    plan = _plan(capsys, paths, "--without-app")
    assert plan["credentials"] == ["SMTP_PASSWORD"]
    assert "correct horse" not in json.dumps(plan)


def test_every_action_has_a_method(paths: StackPaths) -> None:
    """Whatever stands in a plan can be applied."""
    application = Application(_make(paths), Progress(quiet=True))
    assert application._methods.keys() == set(Action)


def test_what_is_in_force_is_not_written_again(paths: StackPaths) -> None:
    """Of files that are there already, those that differ are changed, and the others unchanged."""
    first = _make(paths)
    paths.configurations.mkdir(parents=True)
    config_versions.activate(first.configuration, paths)
    (paths.config / "prometheus/rules/machine.yml").write_text("edited")
    states = {file.path: file.state for file in _make(paths).files}
    assert states["config/prometheus/rules/machine.yml"] == "changed"
    assert states["config/prometheus/rules/services.yml"] == "unchanged"
    assert states["run/supervisord.conf"] == "new"


def test_a_running_stack_is_changed_only_where_it_differs(
    paths: StackPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a stack that runs, what runs as planned is left alone; what changed is started again, and
    what is not wanted any more leaves the supervisor."""
    first = _make(paths)
    paths.run.mkdir(parents=True)
    paths.configurations.mkdir()
    config_versions.activate(first.configuration, paths)
    sections = {**first.supervision, "console": "[program:console]\ncommand=before\n\n"}
    Supervisor(paths).write(sections)
    running = frozenset(component.name for component in first.components)
    observed = planning._Observed(True, running, Supervisor(paths).sections(), ())
    monkeypatch.setattr(planning, "_observe", lambda _: observed)

    def steps(plan: Plan, *actions: Action) -> list[tuple[str, ...]]:
        return [step.targets for step in plan.steps if step.action in actions]

    same = _make(paths)
    assert steps(same, Action.START) == [("console",)]
    assert steps(same, Action.UPDATE_SUPERVISOR) == [("console",)]
    assert steps(same, Action.WRITE_CONFIGURATION, Action.RELOAD, Action.START_SUPERVISOR) == []
    less = _make(paths, "cadvisor")
    assert steps(less, Action.UPDATE_SUPERVISOR) == [("cadvisor", "console")]
    assert steps(less, Action.START) == [("console",)]
    assert len(steps(less, Action.WRITE_CONFIGURATION, Action.RELOAD)) == 2


def test_the_supervisor_s_sections_are_read_back(paths: StackPaths) -> None:
    """What is written of each process is what is compared with the next plan."""
    supervision = _make(paths).supervision
    paths.run.mkdir(parents=True)
    Supervisor(paths).write(supervision)
    assert Supervisor(paths).sections() == supervision


def _with_components(folder: Path) -> Project:
    return replace(WHITE_ROOM, files=replace(WHITE_ROOM.files, components=folder))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("COMPONENTS = 1\n", "expected COMPONENTS, a tuple of Component"),
        ("COMPONENTS = (\n", "SyntaxError"),
        (
            "from whiteroom_monitoring.deploy.component import *\n"
            "COMPONENTS = (Component('a', 1, (), (Port('a', 9090),)),)\n",
            "a: port 9090 is that of prometheus",
        ),
    ],
)
def test_a_description_that_can_not_be_used_is_named(tmp_path: Path, text: str, fault: str) -> None:
    """A file of an operator's that describes no component is named with what is wrong."""
    (tmp_path / "components").mkdir()
    (tmp_path / "components/widget.py").write_text(text)
    with pytest.raises(ComponentError) as caught:
        load(_with_components(tmp_path / "components"))
    assert fault in str(caught.value)


def test_the_example_of_the_guide_describes_a_component(tmp_path: Path) -> None:
    """The file that docs/how-to/add-an-exporter.md shows is loaded as it stands."""
    page = (ROOT / "docs/how-to/add-an-exporter.md").read_text()
    [example] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "components").mkdir()
    (tmp_path / "components/lamps.py").write_text(example)
    assert [c.name for c in components_in(tmp_path / "components")] == ["lamp-exporter"]


def test_an_argument_with_a_line_break_is_refused(paths: StackPaths) -> None:
    """supervisord's configuration has one line for a command: a longer command is named."""
    variant = Variant(Program(("true",), ""), ("first\nsecond",))
    component = resolve(Component("widget", 1, (variant,)), variant, Placeholders(paths, None))
    with pytest.raises(SupervisorError, match="widget: an argument has a line break"):
        supervisord_config.sections(Supervisor(paths), [component], ())
