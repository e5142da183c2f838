"""The four dashboards: declared here once, written as Grafana's own JSON."""
