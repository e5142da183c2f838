"""Grafana's JSON as types, parsed once; what does not fit is a problem of its panel or file."""
