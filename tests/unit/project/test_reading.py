"""What `whiteroom.toml` says becomes types; what it does not say has a default."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import catalogues, discovery, model, toml_document
from whiteroom_monitoring.project.model import DEFAULT_ALERTS, Dns, Priority, Project
from whiteroom_monitoring.project.settings import read

Reader = Callable[[str], Project]


@pytest.fixture
def project(tmp_path: Path) -> Reader:
    """Reads a project of this text."""

    def make(text: str = "") -> Project:
        file = tmp_path / "whiteroom.toml"
        file.write_text(f'name = "tape"\n{text}')
        return read(file)

    return make


def test_programs_are_found_where_they_are_said_to_be(project: Reader, tmp_path: Path) -> None:
    """Addresses, files below the root, DNS or a command; each brings its own settings."""
    text = """
[programs.one]
address = "studio:9"
interval = "5s"
[programs.two]
files = ["targets/*.json"]
dns = [{name = "_m._tcp.example", type = "A", port = 8}]
path = "/m"
[programs.three]
command = ["run", "it"]
port = 9000
service = "tape"
[programs.four]
addresses = ["a:1", "b:2"]
username = "u"
password_file = "~/secret"
[programs.four.tls]
ca_file = "ca.pem"
server_name = "studio"
"""
    one, two, three, four = project(text).programs.values()
    assert (one.addresses, one.interval_s, one.path) == (("studio:9",), 5, "/metrics")
    assert (one.is_elsewhere, one.place, one.service) == (True, "studio:9", "one")
    assert two.files == (f"{tmp_path}/targets/*.json",)
    assert two.dns == (Dns("_m._tcp.example", "A", 8),)
    assert two.place == f"{tmp_path}/targets/*.json, _m._tcp.example"
    assert (three.command, three.port, three.is_elsewhere) == (("run", "it"), 9000, False)
    assert (three.interval_s, three.tls, three.service) == (None, None, "tape")
    assert four.credentials.password_file == Path("~/secret").expanduser()
    assert four.credentials.bearer_token_file is None
    assert four.tls is not None
    assert (four.tls.ca_file, four.tls.key_file) == (tmp_path / "ca.pem", None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('address = "a:1"\naddresses = ["b:2"]', "has address and addresses"),
        ('command = ["run"]', "has one of command and port"),
        ("port = 1", "has one of command and port"),
        ('command = ["run"]\nport = 1\naddress = "a:1"', "has a command and an address"),
        ('address = "a:1"\nusername = "u"', "has one of username and password_file"),
        ('address = "a:1"\npassword_file = "p"', "has one of username and password_file"),
        ('username = "u"\npassword_file = "p"\nbearer_token_file = "t"', "a token and a user"),
        ('domains = ["audoi"]', "no bundled domain is named audoi"),
    ],
)
def test_what_does_not_fit_together_is_named(project: Reader, text: str, problem: str) -> None:
    """A program has one place, one starter and one proof of who asks."""
    with pytest.raises(DiagnosticsError, match=problem):
        project(f"[programs.one]\n{text}\n")


def test_a_folder_is_where_everything_lies(project: Reader, tmp_path: Path) -> None:
    """Each part has its usual place below the folder, unless it is named; ~ is one's home."""
    files = project().files
    assert files.rules == tmp_path / "monitoring/prometheus/rules"
    assert files.dashboards == tmp_path / "monitoring/grafana/dashboards"
    assert files.env_file == tmp_path / "monitoring/.env"
    named = project('[configuration]\nfolder = "m"\ngrafana = "g"\nrules = "r"\n').files
    assert (named.rules, named.boards) == (tmp_path / "r", tmp_path / "g/boards")
    assert named.prometheus == tmp_path / "m/prometheus/prometheus.yml"
    stack = project('[stack]\ndata = "~/d"\nport_offset = 7\n').stack
    assert (stack.data, stack.port_offset) == (Path("~/d").expanduser(), 7)
    assert (stack.reference_app, stack.retention_time) == (True, "15d")
    assert project().stack.data is None


def test_a_catalogue_is_that_of_the_project(project: Reader, tmp_path: Path) -> None:
    """The usual folder counts where it exists, named ones in any case; programs bring domains."""
    assert project().catalogues == ()
    (tmp_path / "catalogue").mkdir()
    assert project().catalogues == (tmp_path / "catalogue",)
    text = (
        '[catalogue]\nfolders = ["a", "b"]\nbundled = ["http"]\n[programs.p]\ndomains = ["audio"]\n'
    )
    assert project(text).catalogues == (tmp_path / "a", tmp_path / "b")
    assert project(text).bundled == ("audio", "http")


def test_own_metrics_are_told_from_those_that_may_be_named(project: Reader, tmp_path: Path) -> None:
    """The bundled domains may be named and are not the project's; one of its own comes first."""
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue/tape.yaml").write_text(
        "domain: tape\nprogram: tape\nmetrics:\n  - name: tape_starts_total\n"
        "    type: counter\n    help: Starts.\n    writers: many\n"
    )
    tape = project('[catalogue]\nbundled = ["http"]\n')
    assert [domain.name for domain in catalogues.own(tape).domains] == ["tape"]
    names = {domain.name for domain in catalogues.known(tape).domains}
    assert names == {"tape", "http", *catalogues.OF_THE_STACK}


def test_priorities_are_the_projects_or_the_usual_ones(project: Reader) -> None:
    """What an alert asks for follows from its priority; unknown ones are for acting, and last."""
    usual = project().alerts
    assert (usual.declared, usual.priorities) == (False, DEFAULT_ALERTS.priorities)
    assert (usual.paging, usual.news) == ({"critical"}, {"info"})
    own = project(
        '[alerts]\npriority_label = "p"\nwatchdog = "Dog"\n'
        "[alerts.priorities.A]\npages = true\n[alerts.priorities.B]\nneeds_action = false\n"
    ).alerts
    assert own.declared
    assert own.priorities["A"] == Priority("A", "A", pages=True)
    assert (own.needing_action, own.news) == ({"A"}, {"B"})
    levels = {name: own.level({"p": name}) for name in ("A", "B", "C", "")}
    assert levels == {"A": "page", "B": "news", "C": "act", "": "act"}
    assert own.level({"alertname": "Dog"}) == "news"
    assert [own.urgency({"p": name}) for name in ("A", "B", "C", "")] == [0, 1, 2, 2]


def test_dashboards_are_in_the_order_in_which_people_look(project: Reader, tmp_path: Path) -> None:
    """Those that are listed come first, the others by name; paths are told below the root."""
    tape = project()
    listed = project('dashboards = ["z", "a"]\n')
    assert sorted(("b", "a", "z", "c"), key=listed.rank) == ["z", "a", "b", "c"]
    assert sorted(("b", "a"), key=tape.rank) == ["a", "b"]
    assert tape.relative(tmp_path / "x/y") == "x/y"
    assert tape.relative(Path("/else")) == "/else"
    assert (tape.title, project('title = "Tape"\n').title) == ("tape", "Tape")


def test_a_project_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, by the variable, upwards, or the bundled one; a wrong name is said."""
    file = tmp_path / "whiteroom.toml"
    file.write_text('name = "tape"\n[stack]\ndata = "d"\nport_offset = 3\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.delenv(discovery.VARIABLE, raising=False)
    monkeypatch.chdir(below)
    assert discovery.find() == discovery.file_of() == file
    assert discovery.find(Path("/proc")) is None
    assert discovery.file_of(tmp_path) == discovery.file_of(file) == file
    assert discovery.place() == discovery.Place("tape", tmp_path / "d", 3)
    monkeypatch.setenv(discovery.VARIABLE, str(below))
    with pytest.raises(UsageError, match=rf"\${discovery.VARIABLE} .*there is no whiteroom.toml"):
        discovery.file_of()
    with pytest.raises(UsageError, match="--project"):
        discovery.file_of(below)
    file.write_text("name =\n")
    monkeypatch.delenv(discovery.VARIABLE)
    with pytest.raises(DiagnosticsError):
        discovery.place()


@pytest.mark.parametrize(
    ("text", "line", "column"), [("a = 1\nb = = 2\n", 2, 5), ("a = 1\nb = [1", 0, 0)]
)
def test_a_fault_of_syntax_has_its_place(tmp_path: Path, text: str, line: int, column: int) -> None:
    """Where tomllib tells a place it is given, else the file as a whole."""
    path = tmp_path / "f.toml"
    path.write_text(text)
    with pytest.raises(DiagnosticsError) as raised:
        toml_document.read(path)
    [diagnostic] = raised.value.diagnostics
    place = diagnostic.place
    assert (getattr(place, "line", None), getattr(place, "column", None)) == (line, column)
    assert "(at" not in diagnostic.found


def test_keys_and_values_have_places(tmp_path: Path) -> None:
    """Tables, arrays of tables, quoted and dotted keys are found by their way."""
    path = tmp_path / "f.toml"
    path.write_text(
        'a = 1\n[t."x y"] # note\nb.c = "v"\n[[list]]\nk = 1\n[[list]]\nk = 2\n  in = 3\n'
    )
    document = toml_document.read(path)
    places = {
        ("a",): (1, 5), ("t", "x y", "b", "c"): (3, 7), ("list", 0, "k"): (5, 5),
        ("list", 1, "k"): (7, 5),
    }  # fmt: skip
    for pointer, place in places.items():
        assert document.place(pointer) == place, pointer
    assert document.key_place(("list", 1, "k")) == (7, 1)
    assert document.key_place(("list", 1, "in")) == (8, 3)
    assert document.key_place(("t", "x y")) == (2, 2)
    assert document.place(("t", "x y")) == (2, 2)
    # A table that is far from the top, where a place before it would be another line.
    assert document.place(("list", 1)) == (6, 3)


def _types() -> list[type[msgspec.Struct]]:
    types = [value for value in vars(model).values() if isinstance(value, type)]
    return [kind for kind in types if issubclass(kind, msgspec.Struct)]


@pytest.mark.parametrize("kind", _types())
def test_nothing_changes_what_a_project_says(kind: type[msgspec.Struct]) -> None:
    """What was read from a project stays as it was read: no part can be set."""
    assert kind.__struct_config__.frozen


def test_only_what_a_project_declares_is_its_own(project: Reader) -> None:
    """The usual priorities are not declared: an alert may have another."""
    assert not project().alerts.declared
    assert not DEFAULT_ALERTS.declared
