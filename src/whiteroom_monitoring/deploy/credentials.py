"""The operator's credentials: read from `.env` and the environment, kept in files of mode 0600.

A credential never stands in a configuration file, an argument list or a log: components read it
from its file. The environment wins over `.env`.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
from collections.abc import Collection, Mapping
from pathlib import Path

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.deploy.host import accounts, owned_files
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace

# The names that White Room fixed, and the files that Alertmanager and Grafana read.
FILES = {
    "PAGERDUTY_SERVICE_KEY_CRITICAL": "pagerduty_service_key_critical",
    "PAGERDUTY_SERVICE_KEY_HIGH": "pagerduty_service_key_high",
    "SLACK_WEBHOOK_URL": "slack_webhook_url",
    "SMTP_PASSWORD": "smtp_password",
    "GRAFANA_ADMIN_PASSWORD": "grafana_admin_password",
    "HEARTBEAT_URL": "heartbeat_url",
}
# What is no key of a channel: without it, nothing leads to the inbox.
NO_CHANNELS = frozenset({"GRAFANA_ADMIN_PASSWORD", "HEARTBEAT_URL"})

_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<text>.*)(?P=quote)\s*(?:#.*)?""")


def read(env_file: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the credentials that are set and not empty, by name.

    Raises DiagnosticsError when `.env` can't be read, holds lines that are no assignments, or can
    be read by other users.
    """
    named = _assignments(env_file) | dict(os.environ if environment is None else environment)
    return {name: named[name] for name in FILES if named.get(name)}


def store(paths: StackPaths, credentials: Mapping[str, str]) -> None:
    """Write one file for each name of FILES; channels that are not set lead to the inbox."""
    paths.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    owned_files.make_folder(paths.secrets)
    for name, file_name in FILES.items():
        path = paths.secrets / file_name
        _write(path, credentials.get(name) or _in_place_of(name, path, paths))


def hand_out(
    paths: StackPaths, secrets: Mapping[str, Collection[str]], owners: Mapping[str, str]
) -> None:
    """Copy the files that each component wants into a folder of its own, and nothing else there.

    ``owners`` are the accounts of those that have one; the others' folders are ours.
    """
    owned_files.make_folder(paths.credentials, mode=0o711 if owners else 0o700)
    for folder in paths.credentials.iterdir():
        if folder.name not in secrets:
            shutil.rmtree(folder)
    for component, names in secrets.items():
        folder, owner = paths.credentials_of(component), owners.get(component)
        accounts.make_folder(folder, owner)
        for path in folder.iterdir():
            if path.name not in names:
                path.unlink()
        for name in names:
            text = (paths.secrets / name).read_text(encoding="utf-8")
            owned_files.write(folder / name, text, 0o600, *accounts.numbers(owner))


def _in_place_of(name: str, path: Path, paths: StackPaths) -> str:
    """Return what stands for a credential that is not set, because something must be readable."""
    if name == "SLACK_WEBHOOK_URL":
        return paths.url("inbox", "/slack")
    if name == "GRAFANA_ADMIN_PASSWORD":
        # Never Grafana's own default, which everybody knows.
        return path.read_text(encoding="utf-8") if path.exists() else secrets.token_urlsafe(24)
    return "" if name == "HEARTBEAT_URL" else "inbox"


def _write(path: Path, value: str) -> None:
    owned_files.write(path, value)


def _assignments(path: Path) -> dict[str, str]:
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise DiagnosticsError([Diagnostic(FilePlace(path), f"can't be read: {error}")]) from error
    diagnostics = []
    if stat.S_IMODE(mode) & 0o077:
        problem = f"mode {stat.S_IMODE(mode):04o} lets others read it"
        diagnostics.append(Diagnostic(FilePlace(path), problem, f"chmod 600 {path}"))
    named = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        assignment = _LINE.fullmatch(text)
        if assignment:
            name = assignment["name"]
            named[name] = _value(assignment["value"])
            # Others may be for other readers of the file.
            if name not in FILES and (remedy := did_you_mean(name, FILES)):
                place = FilePlace(path, number, 1)
                diagnostics.append(Diagnostic(place, f"nothing reads {name}", remedy))
        elif text and not text.startswith("#"):
            diagnostics.append(
                Diagnostic(FilePlace(path, number, 1), "not an assignment; expected NAME=value")
            )
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return named


def _value(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    return quoted["text"] if quoted else re.sub(r"\s+#.*", "", text).strip()
