"""Who exports what containers use: cAdvisor where it is installed, else an exporter of our own."""

from __future__ import annotations

from dataclasses import replace

from whiteroom_monitoring.deploy.component import (
    Component,
    Container,
    HttpProbe,
    Port,
    Program,
    ScrapeJob,
    Variant,
    ours,
)

COMPONENTS = (
    Component(
        "cadvisor",
        stage=1,
        variants=(
            Variant(
                Program(("cadvisor",), ""),
                ("--listen_ip", "{listen}", "--port", "{port[cadvisor]}"),
                HttpProbe("/healthz"),
                image="gcr.io/cadvisor/cadvisor",
                container=Container(
                    mounts=(
                        *("/:/rootfs:ro", "/var/run:/var/run:ro", "/sys:/sys:ro"),
                        "/var/lib/docker:/var/lib/docker:ro",
                    ),
                    host_processes=True,
                ),
            ),
            replace(
                ours("containers", "--port", "{port[cadvisor]}"),
                container=Container(
                    mounts=(
                        "/sys/fs/cgroup:/sys/fs/cgroup:ro",
                        "${WHITEROOM_ENGINE_SOCKET:-/var/run/docker.sock}:/var/run/docker.sock:ro",
                    ),
                    host_processes=True,
                ),
            ),
        ),
        ports=(Port("cadvisor", 8080),),
        # The sockets of Docker and Podman are root's; what a container uses of the network is seen
        # through its first process, whoever's that is.
        confined=True,
        capabilities=("dac_read_search", "sys_ptrace"),
        scrape=ScrapeJob("cadvisor", service="containers"),
    ),
)
