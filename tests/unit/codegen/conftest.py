"""A small clone: a catalogue of two domains, and nothing generated yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.projects import small_clone
from whiteroom_monitoring.cli.main import main
from whiteroom_monitoring.codegen import clients
from whiteroom_monitoring.project import catalogues, load

ENGINE = """\
domain: audio
program: juce-backend
metrics:
  - name: audio_wait_seconds
    type: histogram
    unit: seconds
    help: Time from a note to its sound.
    writers: one
    exemplars: true
    buckets: [0.00005, 0.5, 1]
    labels:
      - name: cause
        values: [over_budget, device]

  - name: audio_level_ratio
    type: gauge
    unit: ratio
    help: Loudness of the loudest channel.
    writers: many
    aggregation: max
    replaces: [audio_loudness, audio_level]
    labels:
      - name: channel
        max_series: 64
"""

OWN = """\
domain: self
program: any
metrics:
  - name: own_calls_total
    type: counter
    help: Calls that have ended.
    writers: many
    labels:
      - name: program
        max_series: 32
"""


@dataclass(frozen=True)
class Clone:
    """A root with a catalogue; ``generate`` runs the command on it."""

    root: Path
    generate: Callable[..., int]

    def clients(self) -> dict[str, str]:
        """Return the files that are generated from the catalogue alone."""
        project = load(small_clone(self.root))
        return clients.generate(catalogues.own(project), project)

    def write(self, name: str, text: str) -> None:
        """Write a file of the catalogue."""
        path = self.root / "catalogue" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone of two domains, nothing generated."""
    clone = Clone(
        tmp_path, lambda *words: main(["generate", "--project", str(small_clone(tmp_path)), *words])
    )
    clone.write("audio.yaml", ENGINE)
    clone.write("self.yaml", OWN)
    return clone


@pytest.fixture
def states(clone: Clone, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, str]]:
    """Return a function that runs `generate --json` and returns each file's state."""

    def run(*words: str) -> dict[str, str]:
        capsys.readouterr()
        clone.generate("--json", *words)
        return {
            file["path"]: file["state"] for file in json.loads(capsys.readouterr().out)["files"]
        }

    return run
