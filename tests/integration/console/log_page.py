"""The page of logs in a real Chromium, over a store with known lines."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from tests.integration.console.known_lines import KnownLines
from tests.support.log_store import RunningStore
from tests.support.wait import wait_until

ENGINE = quote('{job="engine"}')
ROWS = "[...document.querySelectorAll('.log-lines:not(.log-context *) > .log-line')]"
FIRST = f"{ROWS}[0]"
DETAILS = "document.querySelector('.log-details')"


def open_drawn(page: Any, path: str, panel: str, height: int = 1000) -> None:
    """Open a dashboard when Prometheus, which has just begun, has something for a chart of it."""

    def is_drawn() -> bool:
        page.open(path, height=height)
        return bool(page.value(f"Boolean({panel}.querySelector('canvas'))"))

    wait_until(is_drawn, 60)


@dataclass(frozen=True)
class Logs:
    """A store with known lines, and the page of a console over it."""

    page: Any
    store: RunningStore
    known: KnownLines

    def open(self, path: str, width: int = 1400) -> None:
        """Open a page and wait until it is drawn."""
        self.page.open(path, width)

    def ask(self, query: str, more: str = "") -> None:
        """Open the page with a query of LogQL."""
        self.open(f"/logs?expr={quote(query)}{more}")

    def parameters(self) -> dict[str, list[str]]:
        """Return the parameters of the page's address."""
        return parse_qs(urlsplit(self.page.value("location.href")).query)

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        self.page.page.wait(expression)

    def requests(self, path: str) -> list[str]:
        """Return the addresses below a path that the page has asked for."""
        self.page.value("1")
        sent = [e for e in self.page.page.events if e.get("method") == "Network.requestWillBeSent"]
        addresses = [event["params"]["request"]["url"] for event in sent]
        return [address for address in addresses if urlsplit(address).path.startswith(path)]

    def push(self, text: str, level: str = "info") -> None:
        """Store a line of now."""
        labels = {"job": "live", "service": "live", "level": level}
        assert self.store.push(labels, [[str(time.time_ns()), text]]) == 204
