"""The site in a real browser: quiet, on its own, and its search finds the right page first."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import Watched
from whiteroom_monitoring.console import chromium

# What people ask, and the page that has to come first.
QUESTIONS = {
    "crackling sound": "how-to/troubleshooting.html",
    "clicks and gaps": "how-to/runbooks-by-symptom.html",
    "post-mortem": "how-to/incident-response.html",
    "escalation": "how-to/incident-response.html",
    "hand-over": "how-to/incident-response.html",
    "severities": "how-to/incident-response.html",
    "incident": "how-to/incident-response.html",
    "first ten minutes": "how-to/setup.html",
    "roll out": "how-to/setup.html",
    "going live": "how-to/setup.html",
    "requirements": "how-to/setup.html",
    "credentials": "how-to/setup.html",
    "training": "how-to/on-call-training.html",
    "checklist": "how-to/verification-checklist.html",
    "instrumentation": "how-to/instrumentation.html",
    "buckets": "how-to/instrumentation.html",
    "real-time rules": "how-to/instrumentation.html",
    "label cost": "how-to/instrumentation.html",
    "add a metric": "how-to/catalogue.html",
    "add a panel": "how-to/add-a-panel-type.html",
    "add an exporter": "how-to/add-an-exporter.html",
    "changing a threshold": "how-to/alerting.html",
    "silencing": "how-to/alerting.html",
    "priorities": "how-to/alerting.html",
    "troubleshooting": "how-to/troubleshooting.html",
    "port is in use": "how-to/troubleshooting.html",
    "vulnerability report": "project/security.html",
    "glossary": "reference/glossary.html",
    "comparison": "explanation/comparison.html",
    "plug-in JUCE": "tutorials/adopting-juce.html",
    "first graph in Python": "tutorials/adopting-python.html",
    "Swift app": "tutorials/adopting-swift.html",
    "keys of whiteroom.toml": "reference/project-keys.html",
    "error messages": "reference/messages.html",
    "whiteroom mutate": "reference/commands.html",
    "HTTP API": "reference/http-apis.html",
    "AudioXruns": "runbooks/AudioXruns.html",
    "disk full": "runbooks/DiskSpaceLow.html",
    "move logs to Loki": "how-to/logs-on-loki.html",
    "threat model": "explanation/threat-model.html",
}
_ASK = """
(() => {{
  const field = document.querySelector('.md-search__input');
  field.focus();
  field.value = {text};
  for (const kind of ['input', 'keyup']) field.dispatchEvent(new Event(kind, {{bubbles: true}}));
}})()
"""
_STALE = "document.querySelector('.md-search-result__list').replaceChildren()"
_ANSWERED = "document.querySelector('.md-search-result__link') !== null"
_FIRST = "new URL(document.querySelector('.md-search-result__link').href).pathname.slice(1)"
_READY = "document.querySelector('.md-search').dataset.mdSearch !== 'none' && true"
GENEROUS_S = 120


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """`whiteroom docs` as a process of its own, and a browser at it."""
    if not any(map(shutil.which, chromium.NAMES)):
        pytest.skip("Debian's package chromium is not installed")
    folder = tmp_path_factory.mktemp("documents") / "site"
    command = [sys.executable, "-m", "whiteroom_monitoring", "docs", "--output", folder]
    with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            lines = iter(server.stdout.readline, "")
            url = next(line for line in lines if line.startswith("serving ")).split()[1].rstrip("/")
            with chromium.page() as page:
                yield Watched(page, url)
        finally:
            server.terminate()


def _open(site: Watched, path: str, width: int = 1400) -> None:
    site.page.resize(width, 1000, phone=width < 500)
    site.page.open(f"{site.url}/{path}")
    site.page.wait("document.readyState === 'complete'", GENEROUS_S)


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("path", ["", "reference/commands.html", "how-to/instrumentation.html"])
def test_a_page_is_quiet_and_asks_nobody_else(site: Watched, path: str, width: int) -> None:
    """A page complains of nothing, loads nothing from elsewhere, and fits its window."""
    site.page.events.clear()
    _open(site, path, width)
    assert (site.complaints(), site.asked_elsewhere()) == ([], [])
    assert site.value("document.documentElement.scrollWidth <= innerWidth")


def first(site: Watched, question: str) -> str:
    """Return the page that the search puts first."""
    site.value(_STALE)
    site.value(_ASK.format(text=json.dumps(question)))
    site.page.wait(_ANSWERED, GENEROUS_S)
    return str(site.value(_FIRST))


@pytest.mark.long
def test_the_search_finds_the_right_page_first(site: Watched) -> None:
    """For each question, the page that answers it is the first result."""
    _open(site, "")
    found = {question: first(site, question) for question in QUESTIONS}
    assert {q: page for q, page in found.items() if page != QUESTIONS[q]} == {}


@pytest.mark.long
def test_a_built_site_is_not_built_again(site: Watched, tmp_path: Path) -> None:
    """`whiteroom docs --build` writes a site once, and then says that it is current."""
    command = [
        sys.executable,
        "-m",
        "whiteroom_monitoring",
        "docs",
        "--build",
        "--output",
        tmp_path,
    ]
    said = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2)]
    assert said[0].stdout.endswith(" pages\n")
    assert said[1].stdout == f"{tmp_path}: the site is current\n"
