"""The words that a reader brings are the words that a reader finds; private words stay away."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.cli.main import COMMANDS, build_parser

# Private words of types, each with the field's word.
TYPES = {
    "About": "PanelMeta",
    "Answerer": "ExpositionRequest",
    "Asking": "QueryContext",
    "ByLabel": "LabeledBy",
    "Childhood": "a noun of multiprocess.py",
    "Court": "MutationRunner",
    "Deck": "DashboardPage",
    "Desk": "DashboardService, InboxService, ApiClient",
    "Door": "TokenAuthMiddleware",
    "FaultyFilesError": "DiagnosticsError",
    "Guard": "TrustedHostMiddleware",
    "Ledger": "Stats",
    "LevelGauge": "UpDownCounter",
    "Look": "FieldStyle, DisplayValue",
    "Mismatch": "CheckFailed",
    "Patience": "Backoff",
    "Placed": "PanelLayout",
    "Question": "ViewRequest",
    "Refusal": "DeliveryFailure",
    "SharedAnswers": "SingleFlight",
    "Shows": "Expected",
    "Silence": "NullRecorder",
    "Spell": "FiringInterval",
    "Surroundings": "QueryContext",
    "Trial": "MutationResult",
    "Visitor": "ConnectionState",
    "WaitingRoom": "IdleConnectionLimiter",
    "Whole": "Count",
}
# Private words of files, without their endings.
FILES = frozenset(
    "answering asking bridge children chosen desk door doors drawn drilling exploring figures "
    "ground judging look marking marks named notified orphans parts patience placing presence "
    "serving sharing shows single sound stores subject suspects tabular trials "
    "watching wire written".split()
)
# What people must not read in panels, messages, help and pages, each with its plain word.
PHRASES = {
    "Ended without a word": "Crashed processes",
    "Way to the receivers": "Alert pipeline",
    "What the console is asked": "Console requests",
    "Reading them": "Container scrape",
    "Being answered": "Requests in flight",
    "Share that fails": "Error rate",
    "How long answers take": "Request duration",
    "Time spent waiting": "Pressure (PSI)",
    "Parts down": "Targets down",
    "From touch to picture": "Input latency",
    "Drawing of a frame": "Frame time",
    "Callbacks against what is due": "Callback rate, expected and actual",
    "Cost of being watched": "Monitoring overhead",
    "Trouble now": "Firing alerts",
    "Nobody knows how White Room is": "Status unknown",
    "White Room needs care": "Degraded",
    "is nothing without": "is required and cannot be left out",
    "nothing that anybody": "a subject",
    "at the least": "at least",
}
# What a local or an argument is not called: a verb says what was done to it, not what it is.
LOCALS = frozenset("asked each told said wanted thing things shown".split())
_TYPE = re.compile(r"^\s*(?:export )?(?:class|struct|enum|final class) (\w+)", re.M)
# A silence is what the oracle of the native tests looks for.
_SOURCES = ("*.py", "*.js", "*.cpp", "*.h", "*.swift", ":!tests/native")


def tracked(*patterns: str) -> list[Path]:
    """Return the files of the repository that match."""
    command = ["git", "ls-files", *patterns]
    names = subprocess.check_output(command, cwd=ROOT, text=True).split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def private_types(text: str) -> list[str]:
    """Return the private names of types that a source defines."""
    return [name for name in _TYPE.findall(text) if name in TYPES]


def private_phrases(texts: Iterable[str]) -> Iterator[str]:
    """Yield each private phrase that stands in one of the texts."""
    for text in texts:
        yield from (phrase for phrase in PHRASES if phrase in text)


def test_types_have_the_fields_names() -> None:
    """No source defines a type under one of the private names."""
    own = Path(__file__)
    named = {
        str(path.relative_to(ROOT)): names
        for path in tracked(*_SOURCES)
        if path != own and (names := private_types(path.read_text(encoding="utf-8")))
    }
    assert named == {}


def private_locals(text: str) -> list[str]:
    """Return the private names of locals and arguments in a source, each once."""
    nodes = list(ast.walk(ast.parse(text)))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return sorted((stored | {n.arg for n in nodes if isinstance(n, ast.arg)}) & LOCALS)


def test_locals_are_nouns() -> None:
    """No module of the package, of the reference app or of a benchmark has a private local."""
    modules = tracked("src/*.py", "reference_app/*.py", "benchmarks/*.py")
    named = {
        str(path.relative_to(ROOT)): names
        for path in modules
        if (names := private_locals(path.read_text(encoding="utf-8")))
    }
    assert named == {}


def test_files_have_the_fields_names() -> None:
    """No source file has one of the private names."""
    names = {path.stem.removeprefix("test_") for path in tracked(*_SOURCES)}
    assert names & FILES == set()


def _titles() -> list[str]:
    texts = []
    for path in tracked("infrastructure/monitoring/grafana/dashboards/*.json"):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            texts += [panel.get("title", ""), panel.get("description", "")]
    return texts


def _pages() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in tracked("docs/*.md", "README.md")]


def _help() -> list[str]:
    return [build_parser(name).format_help() for name in COMMANDS]


@pytest.mark.parametrize("texts", [_titles, _pages, _help], ids=["panels", "pages", "help"])
def test_people_read_plain_words(texts) -> None:
    """Panels, pages and help have none of the private phrases."""
    assert list(private_phrases(texts())) == []


def test_a_private_word_is_found() -> None:
    """A type, a local and a phrase of the lists are reported."""
    assert private_types("class Desk:\n    pass\nclass DashboardService: ...") == ["Desk"]
    assert private_locals("def f(told):\n    for each in told: asked = each") == [
        "asked", "each", "told"
    ]  # fmt: skip
    assert list(private_phrases(["Look at Trouble now."])) == ["Trouble now"]
