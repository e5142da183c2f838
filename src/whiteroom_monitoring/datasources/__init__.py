"""The data sources, each with one client: Prometheus, Alertmanager, Loki."""
