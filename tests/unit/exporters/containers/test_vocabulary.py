"""What is emitted, listed and documented is the same."""

from __future__ import annotations

import argparse
import doctest
import importlib

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.cli import containers
from whiteroom_monitoring.exporters.containers.metrics import METRICS, vocabulary
from whiteroom_monitoring.promql.vocabulary import families

PAGE = ROOT / "docs/reference/containers.md"
VOCABULARY = ROOT / "catalogue/vocabulary/containers.txt"


@pytest.mark.parametrize("module", ["exposition", "docker_api"])
def test_examples(module: str) -> None:
    """The examples in docstrings are true."""
    name = f"whiteroom_monitoring.exporters.containers.{module}"
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_vocabulary_file() -> None:
    """The vocabulary file is the one that the table of metrics makes."""
    assert VOCABULARY.read_text() == vocabulary()


@pytest.mark.parametrize("layout", ["v1", "v2"])
def test_everything_listed_is_emitted(machine, engine, layout: str) -> None:
    """A container with everything shows every metric of the table, with its type and labels."""
    key = "ab" * 32
    host = machine(layout, engine.path)
    host.container(f"/docker/{key}")
    engine.add(key, "web", 100)
    emitted = families(host.exporter.exposition().decode())
    assert [str(family) for family in emitted] == sorted(str(metric) for metric in METRICS)


def test_page_lists_metrics_and_options() -> None:
    """The page names every metric and every option, and no option that does not exist."""
    page = PAGE.read_text()
    parser = argparse.ArgumentParser(add_help=False)
    containers.configure(parser)
    wanted = {f"`{metric.name}`" for metric in METRICS}
    wanted |= {f"`{action.option_strings[0]}" for action in parser._actions}
    assert {words for words in wanted if words not in page} == set()
