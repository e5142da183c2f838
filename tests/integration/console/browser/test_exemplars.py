"""The laws of exemplars in charts, with a real Prometheus that keeps them."""

from __future__ import annotations

import http.server
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.console.known_lines import TRACE, KnownLines
from tests.integration.console.log_page import ROWS, open_drawn
from tests.support.http import get_json
from tests.support.log_store import RunningStore
from tests.support.ports import free_ports
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy.components import prometheus
from whiteroom_monitoring.deploy.host import machine

DEADLINE_S = 30
DASHBOARDS = Path(__file__).parents[1] / "log_dashboards"
EXPOSITION = """\
# TYPE request_seconds histogram
request_seconds_bucket{{le="0.5"}} 1 # {{trace_id="{trace}"}} 0.31 {at:.3f}
request_seconds_bucket{{le="+Inf"}} 1
request_seconds_count 1
request_seconds_sum 0.31
# EOF
"""
CONFIGURATION = """\
scrape_configs:
  - {{job_name: backend, scrape_interval: 1s, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}
"""
PANEL = "document.querySelector('[data-key=\"4\"]')"
TIP = f"{PANEL}.querySelector('.tooltip')"


class Metrics(http.server.BaseHTTPRequestHandler):
    """One request with its trace."""

    at = 0.0

    def do_GET(self) -> None:
        """Answer with the exposition."""
        body = EXPOSITION.format(trace=TRACE, at=self.at).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that has scraped the exemplar."""
    folder = tmp_path_factory.mktemp("exemplars")
    [port] = free_ports(1)
    Metrics.at = time.time()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metrics) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        text = CONFIGURATION.format(port=server.server_address[1])
        (folder / "prometheus.yml").write_text(text)
        command = [
            machine.installed(prometheus.PROGRAM),
            *(f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"),
            *(f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage"),
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
        url = f"http://127.0.0.1:{port}"
        query = f"{url}/api/v1/query_exemplars?query=request_seconds_bucket&start=1&end=9999999999"
        try:
            wait_until(lambda: get_json(query)["data"], DEADLINE_S, "an exemplar")
            yield url
        finally:
            process.terminate()
            process.wait(DEADLINE_S)
            server.shutdown()


def test_an_exemplar_leads_to_the_lines_of_its_trace(
    page: Any, start_console: Any, keeper: str, log_lines: tuple[RunningStore, KnownLines]
) -> None:
    """A diamond in a chart is one request: by keys, to its lines, whatever source they are of."""
    store = f"http://127.0.0.1:{log_lines[0].port}"
    running = start_console(
        *("--prometheus", keeper, "--loki", store, "--dashboards", str(DASHBOARDS))
    )
    own = replace(page, url=running.url)
    open_drawn(own, "/d/logged/logged?from=now-5m&to=now", PANEL, height=1400)
    own.value(f"{PANEL}.querySelector('.plot').focus()")
    # The crosshair walks back from now until it is at the request.
    for _ in range(300):
        own.page.press("ArrowLeft")
        if own.value(f"!{TIP}.hidden && {TIP}.innerText.includes('Exemplar: 0.31')"):
            break
    assert TRACE[:16] in own.value(f"{TIP}.innerText")
    own.page.press("Enter")
    links = own.value(f"[...{TIP}.querySelectorAll('a')].map((link) => link.innerText)")
    assert links == ["Logs of this minute", "All sources, 200 ms", f"Lines of trace {TRACE[:16]}"]
    own.value(f"[...{TIP}.querySelectorAll('a')].pop().click()")
    own.page.wait(f"location.pathname === '/logs' && {ROWS}.length === 1")
    assert "Saving failed" in own.value("document.querySelector('.log-line').textContent")
    assert own.complaints() == []
