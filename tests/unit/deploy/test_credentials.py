"""Credentials come from `.env` and the environment, and lie in files that others can't read."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.deploy import credentials
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.diagnostics import DiagnosticsError


@pytest.fixture
def env_file(tmp_path: Path):
    """Return a function that writes a `.env` of mode 0600 and returns its path."""

    def write(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / ".env"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SMTP_PASSWORD=secret", "secret"),
        ("  export SMTP_PASSWORD = secret  # of the mail server", "secret"),
        ('SMTP_PASSWORD="a b#c"', "a b#c"),
        ("SMTP_PASSWORD='a\"b' # comment", 'a"b'),
        ("SMTP_PASSWORD=a=b", "a=b"),
    ],
)
def test_line_of_env_file(env_file, line: str, expected: str) -> None:
    """A value is what a shell would make of the line, for the forms that people use."""
    assert credentials.read(env_file(line), {}) == {"SMTP_PASSWORD": expected}


def test_environment_wins(env_file) -> None:
    """The environment wins over the file, and what is empty or foreign counts as not set."""
    path = env_file("SMTP_PASSWORD=file\nSLACK_WEBHOOK_URL=\nOTHER=1\n\n# comment\n")
    assert credentials.read(path, {"SMTP_PASSWORD": "environment"}) == {
        "SMTP_PASSWORD": "environment"
    }


def test_missing_env_file_sets_nothing(tmp_path: Path) -> None:
    """Without a file and without variables, nothing is set."""
    assert credentials.read(tmp_path / ".env", {}) == {}


def test_all_diagnostics_of_env_file(env_file) -> None:
    """What is no assignment, and a mode that lets others read, are reported at once."""
    with pytest.raises(DiagnosticsError) as caught:
        credentials.read(env_file("SMTP_PASSWORD secret\nA=1\n-x-\n", mode=0o644), {})
    assert [diagnostic.line for diagnostic in caught.value.diagnostics] == [0, 1, 3]
    assert "mode 0644" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_stored_files_are_closed_to_others(tmp_path: Path) -> None:
    """Each credential is one file of mode 0600 in a folder of mode 0700."""
    paths = StackPaths(tmp_path)
    credentials.store(paths, {"SMTP_PASSWORD": "secret"})
    assert paths.secrets.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in paths.secrets.iterdir()} == {0o600}
    assert (paths.secrets / "smtp_password").read_text() == "secret"


def test_without_slack_the_inbox_is_asked(tmp_path: Path) -> None:
    """A channel without a credential leads to the inbox of the same stack."""
    paths = StackPaths(tmp_path, 1000)
    credentials.store(paths, {})
    assert (paths.secrets / "slack_webhook_url").read_text() == "http://127.0.0.1:9004/slack"


def test_each_component_gets_what_it_needs(tmp_path: Path) -> None:
    """Its own folder holds what it needs at present and nothing else, closed to others."""
    paths = StackPaths(tmp_path)
    credentials.store(paths, {"SMTP_PASSWORD": "secret"})
    credentials.hand_out(paths, {"a": ["smtp_password", "slack_webhook_url"], "b": []}, {})
    credentials.hand_out(paths, {"a": ["smtp_password"]}, {})
    [folder] = paths.credentials.iterdir()
    assert (folder, folder.stat().st_mode & 0o777) == (paths.credentials_of("a"), 0o700)
    [file] = folder.iterdir()
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("secret", 0o600)
