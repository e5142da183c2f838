"""Who exports what containers use: cAdvisor where it is installed, else an exporter of our own."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    Component,
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
            ),
            ours("containers", "--port", "{port[cadvisor]}"),
        ),
        ports=(Port("cadvisor", 8080),),
        # The sockets of Docker and Podman are root's; what a container uses of the network is seen
        # through its first process, whoever's that is.
        confined=True,
        capabilities=("dac_read_search", "sys_ptrace"),
        scrape=ScrapeJob("cadvisor", service="containers"),
    ),
)
