"""Our dashboards are what each Grafana from 10.1 on describes, but for what only newer ones know.

The foundation SDK has types of its own for each Grafana. Those of the newest are among our
dependencies, and `whiteroom check` holds the dashboards to them; older ones are installed here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from whiteroom_monitoring.resources import share

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

# By the Grafana whose types they are.
SDKS = {
    "10.1": "1769699998!10.1.0",
    "10.4": "1769699796!10.4.0",
    "11.0": "1769699734!11.0.0",
    "11.6": "1769699379!11.6.0",
}
# What an older Grafana does not know, it does not read: all of these are a newer one's defaults, or
# a matter of looks. The annotations of Prometheus have always had their options, without a type.
_WITHOUT_TYPE = {"step", "textFormat", "titleFormat"}
_BEFORE_11_6 = _WITHOUT_TYPE | {
    *("allowCustomValue", "legend", "percentChangeColorMode", "selectionMode"),
}
_BEFORE_10_4 = _BEFORE_11_6 | {
    *("builtIn", "maxVizHeight", "minVizHeight", "minVizWidth", "mode", "namePlacement"),
    *("showLogContextToggle", "showPercentChange", "sizing", "wideLayout"),
}
UNKNOWN = {"10.1": _BEFORE_10_4, "10.4": _BEFORE_11_6, "11.0": _BEFORE_11_6, "11.6": _WITHOUT_TYPE}
DIAGNOSTICS = """
import json, sys
from pathlib import Path
from whiteroom_monitoring.lint.dashboards import files, dashboard_types
dashboards, _ = files.read(Path(sys.argv[1]))
assert dashboards
print(json.dumps([diagnostic.problem for diagnostic in dashboard_types.diagnostics(dashboards)]))
"""


@pytest.fixture(scope="module", params=SDKS)
def grafana(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the types of a Grafana into a folder of their own; its name is the version's."""
    folder = tmp_path_factory.mktemp("sdk") / request.param
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*pip, f"grafana-foundation-sdk=={SDKS[request.param]}"], check=True)
    return folder


def diagnostics(grafana: Path, dashboards: Path) -> list[str]:
    """Return what the types of a Grafana don't have, as `whiteroom check` would say it."""
    command = [sys.executable, "-c", DIAGNOSTICS, str(dashboards)]
    environment = {**os.environ, "PYTHONPATH": str(grafana)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    problems: list[str] = json.loads(done.stdout)
    return problems


def test_older_grafanas_know_what_our_dashboards_say(grafana: Path) -> None:
    """No value is of another type, and no key is unknown but those of newer versions."""
    problems = diagnostics(grafana, share("infrastructure/monitoring/grafana/dashboards"))
    unknown = [re.search(r"(\w+) is unknown to the SDK's types$", problem) for problem in problems]
    assert [
        problem for problem, known in zip(problems, unknown, strict=True) if known is None
    ] == []
    assert {match[1] for match in unknown if match} == UNKNOWN[grafana.name]


def test_what_does_not_fit_would_be_seen(grafana: Path, tmp_path: Path) -> None:
    """A number where Grafana takes a text, and a key that none has, are found."""
    source = share("infrastructure/monitoring/grafana/dashboards/alerts.json")
    dashboard = json.loads(source.read_text())
    dashboard["panels"][1] |= {"title": 7, "colour": "red"}
    (tmp_path / "alerts.json").write_text(json.dumps(dashboard))
    before = diagnostics(grafana, source.parent)
    problems = set(diagnostics(grafana, tmp_path)) - set(before)
    assert any("colour is unknown" in problem for problem in problems)
    assert any("title is 7, expected" in problem for problem in problems)
