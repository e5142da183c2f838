"""A real Chromium that is watched: what its pages complain about, and whom they ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.console import chromium

_DRAWN = """
document.readyState === 'complete' && document.body.dataset.pending === '0' &&
document.querySelector('main').childElementCount > 0
"""
# Panels that have come, and show neither a word nor a drawing.
_EMPTY_PANELS = """
[...document.querySelectorAll('.panel:not(.loading)')]
  .filter((panel) => !panel.querySelector('canvas'))
  .filter((panel) => !panel.querySelector('.panel-body').innerText.trim())
  .map((panel) => panel.ariaLabel)
"""


@dataclass
class Watched:
    """A page of a server of ours at ``url``."""

    page: chromium.Page
    url: str

    def open(self, path: str, width: int = 1400, height: int = 1000) -> None:
        """Open a page and wait until it is drawn."""
        self.page.resize(width, height, phone=width < 500)
        self.page.open(self.url + path)
        self.wait_until_drawn()

    def wait_until_drawn(self) -> None:
        """Wait until what was asked for is there."""
        self.page.wait(_DRAWN)

    def value(self, expression: str) -> Any:
        """Return what an expression gives."""
        return self.page.value(expression)

    def empty_panels(self) -> list[str]:
        """Return the titles of panels that show neither a word nor a drawing."""
        titles: list[str] = self.page.value(_EMPTY_PANELS)
        return titles

    def complaints(self) -> list[str]:
        """Return errors of scripts, of the console and of the content security policy, once."""
        self.page.value("1")
        complaints = [text for event in self.page.events if (text := _complaint(event))]
        self.page.events.clear()
        return complaints

    def asked_elsewhere(self) -> list[str]:
        """Return the addresses that the page asked and that are not the server's."""
        self.page.value("1")
        requested = [
            event["params"]["request"]["url"]
            for event in self.page.events
            if event.get("method") == "Network.requestWillBeSent"
        ]
        return [url for url in requested if not url.startswith((self.url, "data:", "blob:"))]


def _complaint(event: dict[str, Any]) -> str:
    parameters = event.get("params", {})
    match event.get("method"):
        case "Runtime.exceptionThrown":
            return str(parameters["exceptionDetails"])
        case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning", "assert"):
            return str(parameters["args"])
        case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
            return f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}"
    return ""
