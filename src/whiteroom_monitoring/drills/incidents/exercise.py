"""Plays one incident in a copy of the stack, and does what people say."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.drills.incidents.journal import SYSTEM, Journal, Kind
from whiteroom_monitoring.drills.incidents.model import Incident
from whiteroom_monitoring.drills.observation import Observation, Observer, names_in, received
from whiteroom_monitoring.drills.runner import Runner
from whiteroom_monitoring.drills.scenario import Scenario
from whiteroom_monitoring.drills.stack import DrillStack

# Who did something on the inbox' page: it knows nobody by name.
INBOX = "inbox"
LEAD, HANDS = "lead", "hands"
# How the inbox begins what a person has done there, and what it says then.
_BY_HAND: Mapping[str, Kind] = {
    "Acknowledged: ": "acknowledged",
    "Resolved: ": "resolved",
    "Note: ": "note",
}
HELP = """\
status              what fires, and what people have done
acknowledge         say that you are on it
note TEXT           write down what you see or do
repairs             what can be done here
mend REPAIR         do it; a wrong one changes nothing, and is written down
resolve             say that it is over
done                end the exercise"""
# Who may do what, where two people have taken roles: the lead types no command of repair.
_NOT_FOR = {LEAD: ("mend",), HANDS: ("resolve", "done")}


class Exercise:
    """One incident in ``stack``, which runs. ``repairs`` are all that people may choose from."""

    def __init__(
        self,
        stack: DrillStack,
        incident: Incident,
        scenario: Scenario,
        repairs: Mapping[str, str],
        journal: Journal,
    ) -> None:
        self._stack = stack
        self.incident = incident
        self.scenario = scenario
        self._repairs = repairs
        self.journal = journal
        self._faults = contextlib.ExitStack()
        self._observer: Observer | None = None
        self._seen_messages: set[int] = set()
        # Who is about to be seen in the inbox, having typed it here.
        self._acting: dict[Kind, str] = {}
        self._harm = contextlib.ExitStack()
        self.is_over = False

    def begin(self, runner: Runner) -> None:
        """Wait until nothing fires, then let the fault happen."""
        held = runner.hold(self.scenario)
        self._observer = self._faults.enter_context(Observer(self._stack))
        self.journal.add(time.time(), "fault", SYSTEM, self.incident.report)
        self._harm.enter_context(runner.harmed(self.scenario, held))

    def end(self) -> None:
        """Mend what nobody has mended, and stop looking."""
        self._harm.close()
        self._faults.close()

    @property
    def is_settled(self) -> bool:
        """Whether all that people have done has been seen: in the inbox, and at the alert."""
        is_ended = self.journal.has("ended") or not self.journal.has("mended")
        return is_ended and not self._acting

    def say(self, line: str, role: str) -> str:
        """Do what a person of a role types, and return the answer."""
        word, _, rest = line.strip().partition(" ")
        commands: Mapping[str, Callable[[str, str], str]] = {
            "status": self._status,
            "acknowledge": self._acknowledge,
            "ack": self._acknowledge,
            "note": self._note,
            "repairs": self._list,
            "mend": self._mend,
            "resolve": self._resolve,
            "done": self._done,
            "help": lambda rest, role: HELP,
        }
        if word not in commands:
            return f"{word}: no such command\n{HELP}" if word else HELP
        if word in _NOT_FOR.get(role, ()):
            other = HANDS if role == LEAD else LEAD
            return f"{word} is for the {other}; you are the {role}"
        return commands[word](rest.strip(), role)

    def look(self) -> None:
        """Note what has happened since the last look: by the system, and in the inbox."""
        assert self._observer is not None
        observation = self._observer.seen()
        self._note_alerts(observation)
        for message in observation.messages:
            if message["id"] not in self._seen_messages:
                self._seen_messages.add(message["id"])
                self._note_message(message)

    def _note_alerts(self, observation: Observation) -> None:
        alerts = [seen for a in self.scenario.alerts for seen in observation.of(a.name, a.labels)]
        firing = [a for a in alerts if a.firing is not None]
        if firing and not self.journal.has("fired"):
            first = min(firing, key=lambda a: a.firing or 0.0)
            self.journal.add(first.firing or 0.0, "fired", SYSTEM, f"{first.name}: {first.summary}")
        is_over = firing and all(a.ended is not None for a in firing)
        if is_over and self.journal.has("mended") and not self.journal.has("ended"):
            ended = max(a.ended or 0.0 for a in firing)
            self.journal.add(ended, "ended", SYSTEM, "the alert has ended")

    def _note_message(self, message: Mapping[str, Any]) -> None:
        title, at = str(message["title"]), received(message)
        if not message["raw"]:
            # A person's doing in the inbox, from its page or from here.
            for beginning, kind in _BY_HAND.items():
                if title.startswith(beginning):
                    text = message["text"] if kind == "note" else title.removeprefix(beginning)
                    self.journal.add(at, kind, self._acting.pop(kind, INBOX), str(text))
            return
        about = names_in(message, [alert.name for alert in self.scenario.alerts])
        if about and message["state"] == "firing" and not self.journal.has("paged"):
            self.journal.add(at, "paged", SYSTEM, f"{message['channel']}: {title}")

    def _status(self, rest: str, role: str) -> str:
        entries = [f"{_clock(e.at)} {e.kind:12} {e.who}: {e.text}" for e in self.journal.entries]
        return "\n".join(entries) or "nothing has happened yet"

    def _acknowledge(self, rest: str, role: str) -> str:
        if not self.journal.has("paged"):
            return "nobody has been paged yet"
        if self._in_inbox("acknowledge", "acknowledged", role):
            return "acknowledged: nobody else is woken"
        self.journal.add(time.time(), "acknowledged", role, "in the channel")
        return "acknowledged, in the channel: this priority calls nobody"

    def _note(self, rest: str, role: str) -> str:
        if not rest:
            return "note TEXT: what did you see or do?"
        self.journal.add(time.time(), "note", role, rest)
        return "noted"

    def _list(self, rest: str, role: str) -> str:
        width = max(len(name) for name in self._repairs)
        return "\n".join(f"{name:{width}}  {does}" for name, does in self._repairs.items())

    def _mend(self, rest: str, role: str) -> str:
        if rest not in self._repairs:
            return f"{rest or 'mend REPAIR'}: expected one of `repairs`"
        if rest != self.incident.repair:
            self.journal.add(time.time(), "wrong repair", role, rest)
            return f"{rest}: done, and nothing has changed"
        if not self.journal.has("mended"):
            self._harm.close()
            self.journal.add(time.time(), "mended", role, f"{rest}: {self.incident.does}")
        return f"{rest}: done; see whether the alert ends"

    def _resolve(self, rest: str, role: str) -> str:
        if not self.journal.has("mended"):
            return "it still goes on: mend it first"
        if not self._in_inbox("resolve", "resolved", role):
            self.journal.add(time.time(), "resolved", role, "in the channel")
        return "resolved; `done` ends the exercise"

    def _done(self, rest: str, role: str) -> str:
        self.is_over = True
        return "the exercise ends"

    def _in_inbox(self, action: str, kind: Kind, role: str) -> bool:
        """Act on the open incidents of the copy's inbox; return whether there are any."""
        query = (("state", "open"),)
        read: Callable[[Any], Sequence[Any]] = lambda answer: answer["incidents"]  # noqa: E731
        incidents = self._stack.inbox.get_json("/api/incidents", query, read)
        for incident in incidents:
            self._acting[kind] = role
            # The alert may have ended it meanwhile.
            with contextlib.suppress(SourceError):
                path = f"/api/incidents/{incident['id']}"
                self._stack.inbox.send_json("POST", path, {"action": action})
        return bool(incidents)


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(at))
