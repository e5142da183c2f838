"""What ``whiteroom drill --incident`` calls and prints: an exercise for one or two people."""

from __future__ import annotations

import argparse
import json
import select
import signal
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from whiteroom_monitoring.cli.check import workspace_of
from whiteroom_monitoring.cli.drill_run import copy_request, report_folder
from whiteroom_monitoring.cli.template import facts
from whiteroom_monitoring.deploy.host import owned_files
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.diagnostics import report, succeeded
from whiteroom_monitoring.documents import incidents as templates
from whiteroom_monitoring.drills import campaign
from whiteroom_monitoring.drills.campaign import Campaign
from whiteroom_monitoring.drills.incidents import model
from whiteroom_monitoring.drills.incidents.exercise import HELP, INBOX, Exercise
from whiteroom_monitoring.drills.incidents.journal import SYSTEM, Entry, Journal
from whiteroom_monitoring.drills.incidents.model import Incident
from whiteroom_monitoring.drills.incidents.review import Review
from whiteroom_monitoring.drills.runner import Runner
from whiteroom_monitoring.drills.stack import DrillStack
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.project import load

_SOCKET = "exercise.sock"
_POLL_S = 0.25
# For the alert of what was mended to end.
_ENDED_WITHIN_S = 60.0


class ExerciseError(MonitoringError):
    """There is no exercise to join."""


def run(arguments: argparse.Namespace) -> int:
    """Play an incident, or join one, and return 0 when what is promised was kept."""
    if arguments.join:
        return join(arguments.join, arguments.role)
    signal.signal(signal.SIGTERM, _interrupt)
    drills = campaign.read(load(arguments.project))
    every = model.read(drills.project.files.drills, drills.written.scenarios)
    review = _play(arguments, drills, every)
    incident = review.incident
    results = review.results()
    path = _keep(arguments, drills, review)
    if arguments.json:
        print(report.as_json(results))
        return int(not succeeded(results))
    print("\nWhat happened\n" + "\n".join(review.timeline()))
    print(f"\nThe cause: {incident.cause}\n")
    report.print_table(results)
    print(f"\nThe post-mortem is begun in {path}")
    return int(not succeeded(results))


def _play(arguments: argparse.Namespace, drills: Campaign, every: list[Incident]) -> Review:
    progress = Progress(quiet=arguments.json)
    made = DrillStack(copy_request(arguments, drills), progress)
    scenarios = drills.written.scenarios
    try:
        playable = model.playable(every, scenarios, made.components)
        incident = model.chosen(playable, arguments.incident, arguments.seed)
    except BaseException:
        made.remove()
        raise
    scenario = next(s for s in scenarios if s.name == incident.scenario)
    journal = Journal(_tell)
    repairs = {one.repair: one.does for one in sorted(every, key=lambda one: one.repair)}
    known = {rule.name for rule in drills.alerts}
    with made as stack:
        runner = Runner(stack, drills.written.settings, known, progress)
        exercise = Exercise(stack, incident, scenario, repairs, journal)
        progress.end()
        _greet(stack, arguments.role)
        try:
            exercise.begin(runner)
            _Desk(exercise, stack.paths.run / _SOCKET, arguments.role).serve()
        finally:
            exercise.end()
    return Review(incident, scenario, journal, drills.project.alerts)


def _greet(stack: DrillStack, role: str) -> None:
    _print(f"Inbox: {stack.paths.url('inbox')}  Console: {stack.paths.url('console')}")
    _print(f"A second person: whiteroom drill --join {stack.paths.run / _SOCKET} --role hands")
    _print(f"You are: {role}. What you can type:\n{HELP}\n")


def _print(text: str) -> None:
    """Print for people, beside what a program may read."""
    print(text, file=sys.stderr, flush=True)


def _tell(entry: Entry) -> None:
    """Say what the system does; what people do they know."""
    if entry.who in (SYSTEM, INBOX):
        _print(f"{time.strftime('%H:%M:%S', time.gmtime(entry.at))} {entry.kind}: {entry.text}")


class _Desk:
    """Takes the lines of people, of this terminal and of those who join, until the end."""

    def __init__(self, exercise: Exercise, place: Path, role: str) -> None:
        self._exercise = exercise
        self._place = place
        self._role = role
        self._lock = threading.Lock()

    def say(self, line: str, role: str) -> str:
        """Do what a person of a role types, and return the answer."""
        with self._lock:
            try:
                return self._exercise.say(line, role)
            except MonitoringError as error:
                return str(error)

    def serve(self) -> None:
        """Serve until somebody says that it is done, or this terminal has no more lines."""
        with _server(self._place, self.say):
            while not self._exercise.is_over:
                self._look()
                line = _line()
                if line is None:
                    break
                if line.strip():
                    _print(self.say(line, self._role))
            deadline = time.monotonic() + _ENDED_WITHIN_S
            while not self._exercise.is_settled and time.monotonic() < deadline:
                self._look()
                time.sleep(_POLL_S)

    def _look(self) -> None:
        with self._lock:
            self._exercise.look()


def _line() -> str | None:
    """Return the next line of the terminal, nothing where there is none yet, None at its end."""
    ready, _, _ = select.select([sys.stdin], [], [], _POLL_S)
    if not ready:
        return ""
    return sys.stdin.readline() or None


def _server(place: Path, say: Callable[[str, str], str]) -> socketserver.BaseServer:
    """Return a server for those who join: a line of JSON is what somebody types, or the answer."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                request = json.loads(line)
                answer = {"answer": say(request["line"], request["role"])}
                self.wfile.write(json.dumps(answer).encode() + b"\n")

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

        def __exit__(self, *error: object) -> None:
            self.shutdown()
            self.server_close()

    server = Server(str(place), Handler)
    place.chmod(0o600)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def join(place: Path, role: str) -> int:
    """Send what is typed to an exercise, and print its answers. Raises ExerciseError."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(place))
            answers = connection.makefile()
            print(f"You are: {role}. What you can type:\n{HELP}", flush=True)
            for line in sys.stdin:
                request = {"line": line, "role": role}
                connection.sendall(json.dumps(request).encode() + b"\n")
                answer = answers.readline()
                if not answer:
                    break
                print(json.loads(answer)["answer"], flush=True)
    except OSError as error:
        raise ExerciseError(f"{place}: no exercise is there: {error.strerror}") from error
    return 0


def _keep(arguments: argparse.Namespace, drills: Campaign, review: Review) -> Path:
    """Write time line and post-mortem into the folder of reports; return where that is."""
    folder = arguments.report or report_folder(drills.project)
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    stem = f"{review.incident.name}-{now:%Y%m%dT%H%M%SZ}"
    alert = review.scenario.alerts[0].name
    known = facts(workspace_of(drills.project), alert)
    values = {**known, "now": f"{now:%Y-%m-%d %H:%M} UTC", **review.values()}
    owned_files.write(
        folder / f"incident-{stem}.json",
        json.dumps(review.as_json(), indent=2, ensure_ascii=False) + "\n",
        0o644,
    )
    path: Path = folder / f"post-mortem-{stem}.md"
    owned_files.write(path, templates.render("post-mortem", values), 0o644)
    return path


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
