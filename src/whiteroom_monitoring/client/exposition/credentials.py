"""Who may scrape: a secret from a file, compared with what a request carries."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError


class CredentialsError(MonitoringError):
    """A file with a secret that can't be used; the text says which and why."""


@dataclass(frozen=True)
class Credentials:
    """The header Authorization that a scrape must have: a scheme and a secret."""

    scheme: str
    secret: bytes

    @classmethod
    def bearer(cls, path: Path) -> Credentials:
        """Ask for the token in the first line of a file (RFC 6750). Raises CredentialsError."""
        return cls("Bearer", _first_line(path))

    @classmethod
    def basic(cls, path: Path) -> Credentials:
        """Ask for the ``user:password`` in the first line of a file (RFC 7617).

        Raises CredentialsError.
        """
        line = _first_line(path)
        if b":" not in line:
            raise CredentialsError(f"{path}: expected user:password in its first line")
        return cls("Basic", base64.b64encode(line))

    @property
    def challenge(self) -> str:
        """The header WWW-Authenticate of a refusal."""
        charset = ', charset="UTF-8"' if self.scheme == "Basic" else ""
        return f'{self.scheme} realm="metrics"{charset}'

    def admit(self, authorization: str) -> bool:
        """Return whether the header is right, in a time that depends on nothing in it."""
        scheme, _, secret = authorization.partition(" ")
        matches = hmac.compare_digest(secret.encode("utf-8", "replace"), self.secret)
        return matches and scheme.lower() == self.scheme.lower()


def _first_line(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CredentialsError(f"{path}: can't be read: {error.strerror}") from error
    line = content.partition(b"\n")[0].strip(b"\r")
    if not line:
        raise CredentialsError(f"{path}: its first line is empty, expected a secret")
    return line
