"""Checks by the programs of Prometheus and Alertmanager themselves."""
