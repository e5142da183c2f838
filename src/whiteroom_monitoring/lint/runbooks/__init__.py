"""Checks of runbooks: each alert has one, and it is complete."""
