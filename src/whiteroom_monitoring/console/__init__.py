"""The console: shows dashboards, alerts and targets in a browser, where there is no Grafana."""
