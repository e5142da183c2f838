"""Checks of alerts: labels, annotations, unit tests, missing data."""
