"""The console shows the documents: the built site below /docs/, with the site's own policy."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.support.asgi import ask
from whiteroom_monitoring.console import http
from whiteroom_monitoring.web.site_files import POLICY

NOBODY: Any = SimpleNamespace(project=SimpleNamespace(title="Tape Looper"))


def get(folder: Path | None, path: str) -> httpx.Response:
    """Return what a console with the site in ``folder`` answers."""
    application = http.make(NOBODY, NOBODY, {"console"}, documents=folder)
    return ask(application, path, "GET", "console")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of two pages."""
    (tmp_path / POLICY).write_text("default-src 'none'; script-src 'sha256-A'")
    (tmp_path / "index.html").write_text("<h1>Start</h1>")
    (tmp_path / "how-to").mkdir()
    (tmp_path / "how-to/setup.html").write_text("<h1>Setup</h1>")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "text"), [("/docs/", "<h1>Start</h1>"), ("/docs/how-to/setup.html", "<h1>Setup</h1>")]
)
def test_pages_come_with_their_policy(site: Path, path: str, text: str) -> None:
    """A page is served as it was built, and may run the scripts that its policy names."""
    answer = get(site, path)
    assert (answer.status_code, answer.text) == (200, text)
    assert answer.headers["Content-Security-Policy"] == (site / POLICY).read_text()


@pytest.mark.parametrize("path", ["/docs/none.html", "/docs/../secret", "/docs/%2e%2e/secret"])
def test_nothing_else_is_served(site: Path, path: str) -> None:
    """What is no file of the site is not found, a file above it included."""
    (site.parent / "secret").write_text("secret")
    answer = get(site, path)
    assert (answer.status_code, "secret" in answer.text) == (404, False)


def test_a_site_that_is_not_built_says_how(tmp_path: Path) -> None:
    """Without a site the page names the command that builds it, and is no error of the server."""
    for folder in (None, tmp_path / "missing"):
        answer = get(folder, "/docs/")
        assert answer.status_code == 404
        assert "whiteroom docs --build" in answer.text
