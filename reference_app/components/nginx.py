"""nginx for the reference app, which the musicians talk to, and its exporter."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    LOG_BYTES,
    CloneRequired,
    Component,
    Container,
    File,
    Folder,
    HttpProbe,
    Package,
    Port,
    Variant,
    debian,
)
from whiteroom_monitoring.deploy.components.node_exporter import EXPORTER_ACCOUNT
from whiteroom_monitoring.deploy.components.prometheus import SMALL

from .backend import SOCKET, WEB_ACCOUNT
from .redis import WATCHED_WITHIN

# nginx tells this machine alone how it does.
STATUS_PATH = "/stub_status"

_CONFIGURATION = "{run}/nginx.conf"
_DATA = "{data}/nginx"
_ACCESS_LOG = "{log}/nginx-access.log"

_SERVER = Component(
    "nginx",
    stage=3,
    variants=(
        Variant(
            debian("nginx-light", "nginx", version_option="-v"),
            ("-c", _CONFIGURATION, "-e", "stderr"),
            HttpProbe("/-/healthy"),
            image="nginx",
        ),
    ),
    ports=(Port("web", 8090),),
    packages=(Package("nginx-light", "the musicians can not reach the reference backend"),),
    of_app=True,
    needs=("backend",),
    conditions=(CloneRequired(),),
    user=WEB_ACCOUNT,
    folders=(Folder(_DATA, WEB_ACCOUNT),),
    files=(
        File(
            _CONFIGURATION,
            template="{root}/reference_app/backend/nginx.conf",
            values={
                "data": _DATA,
                "access_log": _ACCESS_LOG,
                "listen": "{listen}:{port[web]}",
                "status": STATUS_PATH,
                "backend": SOCKET,
            },
        ),
        File(
            _ACCESS_LOG,
            mode=0o600,
            once=True,
            owner=WEB_ACCOUNT,
            max_bytes=LOG_BYTES,
            reopen="USR1",
        ),
    ),
)
_EXPORTER = Component(
    "nginx-exporter",
    stage=4,
    variants=(
        Variant(
            debian("prometheus-nginx-exporter", "nginx_exporter", "prometheus-nginx-exporter"),
            (
                *("-web.listen-address", "{listen}:{port[nginx-exporter]}"),
                *("-nginx.scrape-uri", "{url[web]}" + STATUS_PATH),
                *("-nginx.timeout", WATCHED_WITHIN),
            ),
            HttpProbe("/metrics"),
            SMALL,
            image="nginx/nginx-prometheus-exporter",
            container=Container(
                replaced=(
                    *("-web.listen-address", "{listen}:{port[nginx-exporter]}"),
                    *("-nginx.scrape-uri", "${{WHITEROOM_NGINX:-{url[web]}" + STATUS_PATH + "}}"),
                    *("-nginx.timeout", WATCHED_WITHIN),
                ),
            ),
        ),
    ),
    ports=(Port("nginx-exporter", 9113),),
    provides="nginx",
    packages=(Package("prometheus-nginx-exporter", "nobody watches the web server"),),
    needs=("nginx",),
    user=EXPORTER_ACCOUNT,
)

COMPONENTS = (_SERVER, _EXPORTER)
