"""Who shows the dashboards: the real Grafana where it is installed, else our own console."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.deploy.component import PYTHON, Component, Program, ours
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths

GRAFANA = Program(("grafana",), "", folders=("/usr/share/grafana/bin",))
# Where Debian and other packages of Grafana put what belongs to it.
_HOME = "/usr/share/grafana"
_SOURCES = ("prometheus", "loki", "alertmanager")


def component(paths: StackPaths) -> Component:
    """Return the component at White Room's port of Grafana."""
    found = GRAFANA.find()
    return _grafana(paths, found) if found else _console(paths)


def _console(paths: StackPaths) -> Component:
    sources = [(f"--{name}", paths.url(name)) for name in _SOURCES]
    return Component(
        "console",
        2,
        PYTHON,
        ours(
            "console",
            *("--port", str(paths.port("console"))),
            *(word for pair in sources for word in pair),
            *("--dashboards", str(paths.config / "grafana/dashboards")),
            *("--segments", str(paths.segments)),
        ),
        ports=("console",),
        health="/-/healthy",
    )


def _grafana(paths: StackPaths, program: str) -> Component:
    return Component(
        "console",
        2,
        GRAFANA,
        ("server", "--homepath", _home(program)),
        ports=("console",),
        health="/api/health",
        environment=_settings(paths),
        prepare=lambda: (paths.data / "grafana").mkdir(parents=True, exist_ok=True),
    )


def _home(program: str) -> str:
    """Return Grafana's own folder: that of an unpacked archive, or that of a package."""
    unpacked = Path(program).resolve().parent.parent
    return str(unpacked) if (unpacked / "conf/defaults.ini").is_file() else _HOME


def _settings(paths: StackPaths) -> dict[str, str]:
    """Return the settings: whoever reaches loopback may look; only the operator may change."""
    return {
        "GF_SERVER_HTTP_ADDR": LOOPBACK,
        "GF_SERVER_HTTP_PORT": str(paths.port("console")),
        "GF_PATHS_DATA": str(paths.data / "grafana"),
        "GF_PATHS_LOGS": str(paths.data / "grafana/log"),
        "GF_PATHS_PROVISIONING": str(paths.config / "grafana/provisioning"),
        "GF_AUTH_ANONYMOUS_ENABLED": "true",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_SECURITY_ADMIN_PASSWORD__FILE": str(paths.secrets / "grafana_admin_password"),
    }
