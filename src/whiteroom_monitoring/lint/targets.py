"""Which labels Prometheus' configuration puts on every series that it scrapes."""

from __future__ import annotations

from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.promql.series import Labels, Values


def target_labels(configuration: Document | None) -> Labels:
    """Return the labels of the targets in a prometheus.yml, with the values they may have.

    Without a configuration, or without jobs in it, any job may exist.
    """
    labels: dict[str, Values] = {"job": None, "instance": None}
    if configuration is None:
        return labels
    jobs = list(configuration.mappings(("scrape_configs",)))
    if jobs:
        labels["job"] = frozenset(str(job.get("job_name")) for _, job in jobs)
    for pointer, _ in jobs:
        for _, static in configuration.mappings((*pointer, "static_configs")):
            for name, value in (static.get("labels") or {}).items():
                labels[name] = (labels.get(name) or frozenset()) | {str(value)}
    for pointer, _ in jobs:
        for relabelling in ("relabel_configs", "metric_relabel_configs"):
            for _, step in configuration.mappings((*pointer, relabelling)):
                if "target_label" in step:
                    labels[str(step["target_label"])] = None
    return labels
