"""Checks of recording rules and of the expressions of all rules."""
