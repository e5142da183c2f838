"""Checks of Alertmanager's routes and inhibitions."""
