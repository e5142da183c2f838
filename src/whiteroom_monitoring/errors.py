"""The errors of White Room Monitoring: one base class, and leaves that carry fields."""

from __future__ import annotations


class MonitoringError(Exception):
    """Base of every error that this package raises on purpose; its text is meant for users."""


class UsageError(MonitoringError):
    """The command line asks for something that does not exist; the exit status is 2."""
