"""Exporters of ours: segments of programs without an endpoint, and containers."""
