"""Turns a panel of a Grafana dashboard into plain data, for the browser, `verify` and pictures.

It renders the very JSON that Grafana gets. What it can't render it names, see `support`.
"""
