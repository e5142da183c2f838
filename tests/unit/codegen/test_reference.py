"""The reference page tells a reader all that the catalogue knows."""

from __future__ import annotations

from pathlib import Path

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.codegen import clients
from whiteroom_monitoring.project import catalogues

GOLDEN = Path(__file__).with_name("golden_metrics.md")


def test_page_is_the_golden_page(clone) -> None:
    """A small catalogue gives the page that lies beside this test."""
    text = clone.clients()["docs/reference/metrics.md"]
    assert text == GOLDEN.read_text()


def test_every_metric_and_old_name_is_on_the_page() -> None:
    """Each metric has a heading, each old name a link to what replaced it."""
    catalogue = catalogues.own(WHITE_ROOM)
    text = clients.generate(catalogue, WHITE_ROOM)[WHITE_ROOM.outputs.reference]
    for metric in catalogue:
        assert f"\n### {metric.name}\n\n{metric.help}\n" in text
        for old in metric.replaces:
            assert f"| `{old}` | [{metric.name}](#{metric.name}) |\n" in text
