"""Which image a service has: the version of each official one, and where its program is in it.

Versions are those that were current when the compose file was last rendered. A digest would pin
more; none is invented here: `docker compose config --resolve-image-digests` reads them from their
source. docs/how-to/containers.md says which images have never been run.
"""

from __future__ import annotations

from dataclasses import dataclass

from whiteroom_monitoring import __version__


@dataclass(frozen=True)
class Image:
    """An official image: its version, the program in it, and what asks it for a page, if any.

    ``fetch`` is a command of the image to which an address is added, and which fails when the
    answer is no success.
    """

    version: str
    program: str
    fetch: tuple[str, ...] = ()


# In the images that are built on BusyBox.
_WGET = ("wget", "-q", "-O", "/dev/null")

OFFICIAL = {
    "gcr.io/cadvisor/cadvisor": Image("v0.55.1", "/usr/bin/cadvisor", _WGET),
    "grafana/alloy": Image("v1.20.1", "/bin/alloy"),
    "grafana/grafana": Image("13.3.0", "/usr/share/grafana/bin/grafana", _WGET),
    # Without a shell and without a client.
    "grafana/loki": Image("3.7.8", "/usr/bin/loki"),
    "nginx": Image("1.29-bookworm", "/usr/sbin/nginx", ("curl", "-sfo", "/dev/null")),
    "nginx/nginx-prometheus-exporter": Image("1.5.1", "/usr/bin/nginx-prometheus-exporter"),
    "oliver006/redis_exporter": Image("v1.91.1", "/redis_exporter"),
    # The version that makes the cluster, in our image for the reference app, is Debian's.
    "postgres": Image("15-bookworm", "/usr/lib/postgresql/15/bin/postgres"),
    "prom/node-exporter": Image("v1.12.1", "/bin/node_exporter", _WGET),
    "prom/prometheus": Image("v3.15.0", "/bin/prometheus", _WGET),
    "prometheuscommunity/postgres-exporter": Image("v0.20.1", "/bin/postgres_exporter", _WGET),
    "redis": Image("8-bookworm", "/usr/local/bin/redis-server"),
}
# Copied into an image of ours, because something of ours runs before it.
ALERTMANAGER = ("prom/alertmanager", "v0.34.1", "/bin/alertmanager")
# Where our images have what is ours.
HOME = "/opt/whiteroom"
PYTHON = f"{HOME}/.venv/bin/python3"


def reference(name: str) -> str:
    """Return the reference of an official image, with its registry and version.

    >>> reference("prom/node-exporter")
    'docker.io/prom/node-exporter:v1.12.1'
    """
    registry = "" if "." in name.partition("/")[0] else "docker.io/"
    repository = name if "/" in name else f"library/{name}"
    return f"{registry}{repository}:{OFFICIAL[name].version}"


def ours(target: str) -> str:
    """Return the reference of the image that our Dockerfile builds as ``target``."""
    return f"localhost/whiteroom-{target}:{__version__}"
