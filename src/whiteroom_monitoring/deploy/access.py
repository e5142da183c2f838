"""Who may ask Prometheus and Alertmanager: nobody without a password that `up` has generated.

Their answers tell everything, and a silence silences. People use the console, which has the
passwords; so do Prometheus itself, which scrapes both, and the commands of this stack.
Source: https://prometheus.io/docs/prometheus/latest/configuration/https/
"""

from __future__ import annotations

import ctypes
import ctypes.util
import secrets
from pathlib import Path
from typing import Any

from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.http import USER, HttpClient, basic_authorization
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.deploy.host import owned_files
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.project.model import DEFAULT_ALERTS, Alerts

# The components that ask for a password.
GUARDED = ("prometheus", "alertmanager")
_LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# The least that bcrypt takes: the password has 256 bits, and each scrape asks for it.
_ROUNDS = "04"


class AccessError(MonitoringError):
    """A password can't be made or read."""


def password_file(paths: StackPaths, name: str) -> Path:
    """Return the file that holds the password of a guarded component."""
    return paths.secrets / f"{name}_password"


def web_file(paths: StackPaths, name: str) -> Path:
    """Return the web configuration file of a guarded component."""
    return paths.secrets / f"{name}_web.yml"


def store(paths: StackPaths) -> None:
    """Make the passwords that are not there yet, and the web configuration of each."""
    for name in GUARDED:
        path, web = password_file(paths, name), web_file(paths, name)
        if path.is_file() and web.is_file():
            continue
        password = secrets.token_urlsafe(32)
        owned_files.write(path, password)
        owned_files.write(web, f"basic_auth_users:\n  {USER}: '{_bcrypt(password)}'\n")
    # amtool 0.25 takes a relative path for one beside the file's folder, not in it.
    secret = password_file(paths, "alertmanager")
    client = f"basic_auth:\n  username: {USER}\n  password_file: {secret}\n"
    owned_files.write(paths.secrets / "amtool.yml", client)


def authorization(paths: StackPaths, name: str) -> str:
    """Return the header that a request to a component needs; nothing for one that is open."""
    if name not in GUARDED:
        return ""
    return basic_authorization(password_file(paths, name))


def basic_auth(paths: StackPaths, name: str, asker: str = "prometheus") -> dict[str, Any]:
    """Return the settings by which a component, the ``asker``, asks a guarded one."""
    copy = paths.credentials_of(asker) / password_file(paths, name).name
    return {"username": USER, "password_file": str(copy)}


def client(paths: StackPaths, name: str, title: str = "") -> HttpClient:
    """Return a client of a component of the stack."""
    return HttpClient(title or name, paths.url(name), authorization=authorization(paths, name))


def prometheus(paths: StackPaths) -> PrometheusClient:
    """Return a client of the stack's Prometheus."""
    return PrometheusClient(client(paths, "prometheus", "Prometheus"))


def alertmanager(paths: StackPaths) -> AlertmanagerClient:
    """Return a client of the stack's Alertmanager."""
    return AlertmanagerClient(client(paths, "alertmanager", "Alertmanager"))


def data_sources(paths: StackPaths, alerts: Alerts = DEFAULT_ALERTS) -> DataSources:
    """Return Prometheus, Alertmanager and the log store as data sources of panels."""
    urls = {name: paths.url(name) for name in (*GUARDED, "loki")}
    allowed = {name: authorization(paths, name) for name in GUARDED}
    return DataSources(urls, alerts=alerts, authorizations=allowed)


def _bcrypt(password: str) -> str:
    """Return the hash of a password, by the C library's crypt(3)."""
    salt = "".join(secrets.choice(_LETTERS) for _ in range(21)) + secrets.choice(".Oeu")
    library = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    hashed = library.crypt(password.encode(), f"$2b${_ROUNDS}${salt}".encode())
    if not hashed or not hashed.startswith(b"$2b$"):
        raise AccessError("crypt(3) of this system has no bcrypt; install libxcrypt (libcrypt1)")
    return str(hashed.decode())
