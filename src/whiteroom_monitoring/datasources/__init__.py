"""The data sources, each with one client: Prometheus, Alertmanager, Loki.

Every client stands on `http.HttpClient`, the one place for time-outs, sizes of answers and errors.
`registry.DataSources` holds the clients of a console or of `verify`.
"""
