"""The channels by which the watcher tells of a broken hop itself, past Prometheus and Alertmanager.

They are those of Alertmanager's configuration: the most severe PagerDuty service, the first webhook
of Slack and the first addressee of mail; and the inbox, where none of them leads there.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.datasources.errors import RefusedError, SourceError
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.pager_path import NAME, NOT_PAGING, BrokenHop
from whiteroom_monitoring.reconciler.pagerduty import Service, ServiceError, services
from whiteroom_monitoring.reconciler.watch import DEDUP_KEY

if TYPE_CHECKING:
    import smtplib

SOURCE = "whiteroom-watcher"
# Of an incident that there never is.
PROBE_KEY = f"whiteroom-{NAME}-probe"
# What Slack answers to a message without a text, if it knows the webhook.
_NO_TEXT = ("no_text", "invalid_payload")
# What of the path the reconciler pages about, too: one incident, not two.
SHARED = frozenset({"prometheus", "storage", "alertmanager"})
LIMITS = Limits(timeout_s=5.0)
_LONGEST_SUMMARY = 200
_SEVERITIES = ("critical", "error", "warning", "info")
_SMTP_PORT = 25


class Channel(Protocol):
    """One way to people. ``send`` raises SourceError, ServiceError or OSError."""

    @property
    def name(self) -> str:
        """What the state calls it."""

    def send(self, hop: BrokenHop, *, over: bool) -> None:
        """Say that a hop is broken, or that this is over."""

    def takes(self, hop: BrokenHop) -> bool:
        """Return whether it is told of this hop."""

    def leads_to(self, address: str) -> bool:
        """Return whether what it sends goes to a server of ours."""

    def probe(self) -> None:
        """Use the key in a way that notifies nobody. Raises as ``send``."""


def summary(hop: BrokenHop, *, over: bool) -> str:
    """Return the sentence that people read first."""
    if over:
        return f"Resolved: was: the pager path was broken at {hop.hop}"
    return f"P1: the pager path is broken at {hop}"[:_LONGEST_SUMMARY]


@dataclass(frozen=True)
class PagerDuty:
    """A PagerDuty service, which is called where alerts would not reach people."""

    service: Service
    name: str = "pagerduty"

    def takes(self, hop: BrokenHop) -> bool:
        """Return whether alerts are lost."""
        return hop.hop not in NOT_PAGING

    def send(self, hop: BrokenHop, *, over: bool) -> None:
        """Send an event."""
        key = DEDUP_KEY if hop.hop in SHARED else f"whiteroom-{NAME}-{hop.hop}"
        payload = {"summary": summary(hop, over=over), "source": SOURCE, "component": hop.hop}
        self.service.send("resolve" if over else "trigger", key, None if over else payload)

    def leads_to(self, address: str) -> bool:
        """Return whether events go to the inbox."""
        return self.service.url.startswith(address)

    def probe(self) -> None:
        """End an incident that there is not: a wrong key is refused all the same."""
        self.service.send("resolve", PROBE_KEY)


@dataclass(frozen=True)
class Slack:
    """A webhook of Slack, or of the inbox."""

    url: str
    channel: str
    name: str = "slack"

    def takes(self, hop: BrokenHop) -> bool:
        """Return that it is told of every hop."""
        return True

    def send(self, hop: BrokenHop, *, over: bool) -> None:
        """Send a message."""
        title = summary(hop, over=over)
        colour = "good" if over else "danger"
        attachment = {"title": title, "fallback": title, "text": _text(hop), "color": colour}
        message = {"channel": self.channel, "username": SOURCE, "attachments": [attachment]}
        HttpClient("Slack", self.url, LIMITS).post_json("", message)

    def leads_to(self, address: str) -> bool:
        """Return whether messages go to the inbox."""
        return self.url.startswith(address)

    def probe(self) -> None:
        """Send a message without a text, which a webhook that is there refuses for that."""
        try:
            HttpClient("Slack", self.url, LIMITS).post_json("", {})
        except RefusedError as error:
            if error.status != HTTPStatus.BAD_REQUEST or not error.reason.startswith(_NO_TEXT):
                raise


@dataclass(frozen=True)
class Email:
    """A mail server, and the first addressee that Alertmanager has."""

    smarthost: str
    sender: str
    to: str
    username: str = ""
    password_file: Path | None = None
    tls: bool = True
    name: str = "email"

    def takes(self, hop: BrokenHop) -> bool:
        """Return that it is told of every hop."""
        return True

    def send(self, hop: BrokenHop, *, over: bool) -> None:
        """Send a mail."""
        mail = EmailMessage()
        mail["Subject"], mail["From"] = summary(hop, over=over), self.sender
        mail["To"] = self.to
        mail.set_content(_text(hop))
        self._with_server(lambda server: server.send_message(mail))

    def leads_to(self, address: str) -> bool:
        """Return whether the mail server is on this machine."""
        return self.smarthost.startswith(("127.", "localhost"))

    def probe(self) -> None:
        """Log in, and send nothing."""
        self._with_server(lambda server: server.noop())

    def _with_server(self, use: Callable[[smtplib.SMTP], object]) -> None:
        # Rarely needed, and 1 MB.
        import smtplib  # noqa: PLC0415

        host, _, port = self.smarthost.rpartition(":")
        try:
            with smtplib.SMTP(host, int(port or _SMTP_PORT), timeout=LIMITS.timeout_s) as server:
                if self.tls:
                    server.starttls(context=ssl.create_default_context())
                if self.username and self.password_file:
                    server.login(self.username, self.password_file.read_text("utf-8").strip())
                use(server)
        except smtplib.SMTPException as error:
            raise SourceError(f"The mail server refused: {error}") from error


def _text(hop: BrokenHop) -> str:
    return (
        f"{hop.problem}\n\nThe watcher follows a sample from the exporter to each channel and has "
        "seen none pass here. `whiteroom status` says how it is now; the runbook is "
        "PagerPathBroken."
    )


def every_channel(alertmanager_yml: Path, credentials: Path) -> list[Channel]:
    """Return each service, webhook and mail server that is configured, by kind, the first first.

    Raises OSError or YAMLError.
    """
    content = plain_yaml.load(alertmanager_yml.read_text(encoding="utf-8")) or {}
    settings = content.get("global") or {}
    receivers = [r for r in content.get("receivers") or [] if r["name"] != NAME]
    every: list[Channel] = [*_pagerduty(alertmanager_yml, credentials)]
    every += [*_slack(receivers, settings, credentials), *_email(receivers, settings, credentials)]
    return [*dict.fromkeys(every)]


def channels(alertmanager_yml: Path, credentials: Path, inbox: str) -> list[Channel]:
    """Return the channels by which people are told. Raises OSError or YAMLError."""
    first: dict[str, Channel] = {}
    for channel in every_channel(alertmanager_yml, credentials):
        first.setdefault(channel.name, channel)
    named = [*first.values()]
    if not any(isinstance(one, Slack) and one.url.startswith(inbox) for one in named):
        named.append(Slack(f"{inbox}/slack", f"#{NAME}", name="inbox"))
    return named


def _pagerduty(alertmanager_yml: Path, credentials: Path) -> Iterator[PagerDuty]:
    try:
        by_receiver = services(alertmanager_yml, credentials)
    except ServiceError:
        # Keys that are in the configuration itself, which the other channels don't need.
        return
    every = [service for of_one in by_receiver.values() for service in of_one]
    ranks = {name: rank for rank, name in enumerate(_SEVERITIES)}
    for service in sorted(every, key=lambda s: ranks.get(s.severity, len(ranks))):
        yield PagerDuty(service)


def _configs(receivers: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    for receiver in receivers:
        yield from receiver.get(kind) or ()


def _slack(
    receivers: list[dict[str, Any]], settings: Mapping[str, Any], credentials: Path
) -> Iterator[Slack]:
    urls: set[str] = set()
    for config in _configs(receivers, "slack_configs"):
        url = str(config.get("api_url") or settings.get("slack_api_url") or "")
        file = config.get("api_url_file") or settings.get("slack_api_url_file")
        if not config.get("api_url") and file:
            url = _secret(Path(file), credentials).read_text(encoding="utf-8").strip()
        if url and url not in urls:
            urls.add(url)
            yield Slack(url, str(config.get("channel", "")))


def _email(
    receivers: list[dict[str, Any]], settings: Mapping[str, Any], credentials: Path
) -> Iterator[Email]:
    for config in _configs(receivers, "email_configs"):
        merged = {name.removeprefix("smtp_"): value for name, value in settings.items()} | config
        file = merged.get("auth_password_file")
        yield Email(
            str(merged.get("smarthost", "")),
            str(merged.get("from", "")),
            str(config["to"]).partition(",")[0],
            str(merged.get("auth_username", "")),
            _secret(Path(file), credentials) if file else None,
            tls=bool(merged.get("require_tls", True)),
        )


def _secret(path: Path, credentials: Path) -> Path:
    """Return the watcher's own copy of a credential, where it has one."""
    copy = credentials / path.name
    return copy if copy.is_file() else path
