"""Prometheus: scrapes, judges and keeps."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    Component,
    Folder,
    HttpProbe,
    Package,
    Port,
    ScrapeJob,
    Variant,
    debian,
)

# What one query may hold, 16 bytes a sample, and how many run at once: dashboards and rules need a
# tenth of it. Prometheus' own defaults are 50 million and 20, which is 16 GB.
MAX_SAMPLES = 5_000_000
MAX_QUERIES = 8
# The console gives up after 10 s, so nobody reads what takes longer.
MAX_QUERY_TIME = "10s"
# Go's collector runs more often than by default, and the process stays smaller.
SMALL = {"GOGC": "50"}

_ACCOUNT = "whiteroom-prometheus"
PROGRAM = debian("prometheus", "prometheus")

COMPONENTS = (
    Component(
        "prometheus",
        # Last: its first scrape follows within one interval, and then finds everything there.
        stage=5,
        variants=(
            Variant(
                PROGRAM,
                (
                    "--config.file={config}/prometheus/prometheus.yml",
                    "--storage.tsdb.path={data}/prometheus",
                    "--storage.tsdb.retention.time={retention_time}",
                    "--storage.tsdb.retention.size={retention_size}",
                    "--web.config.file={secrets}/prometheus_web.yml",
                    f"--query.max-samples={MAX_SAMPLES}",
                    f"--query.max-concurrency={MAX_QUERIES}",
                    f"--query.timeout={MAX_QUERY_TIME}",
                    f"--storage.remote.read-sample-limit={MAX_SAMPLES}",
                    "--web.listen-address={listen}:{port[prometheus]}",
                    # People follow the links of alerts, and the console is the door for them.
                    "--web.external-url={url[console]}/",
                    # An alert outlives Prometheus by four times this delay, less what has passed
                    # since it was sent: at least 170 s. An outage of 60 s, a start, and the
                    # three evaluations after which a restored alert fires again (of 20 s each for
                    # objectives) fit. By 30 s, a killed Prometheus would resolve what still fires.
                    "--rules.alert.resend-delay=1m",
                    # By default, a rule whose `for` is shorter than 10 min begins anew after a
                    # restart, and a longer one waits for 10 min more.
                    "--rules.alert.for-grace-period=0s",
                    # What a request took leads to its trace: Prometheus keeps these only when told.
                    "--enable-feature=exemplar-storage",
                    # By default it waits for 5 s before its first scrapes, which `up` waits for.
                    "--scrape.discovery-reload-interval=1s",
                ),
                HttpProbe("/-/ready", "{secrets}/prometheus_password"),
                SMALL,
                image="prom/prometheus",
            ),
        ),
        ports=(Port("prometheus", 9090),),
        user=_ACCOUNT,
        confined=True,
        secrets=("prometheus_web.yml", "prometheus_password", "alertmanager_password"),
        folders=(Folder("{data}/prometheus", _ACCOUNT),),
        scrape=ScrapeJob("prometheus", service="prometheus"),
        packages=(Package("prometheus", "the stack can't start"),),
        required=True,
        memory_mib=1024,
    ),
)
