"""The project that is monitored: what `whiteroom.toml` says, as types, read once by each command.

Nothing else in this package knows a job, a dashboard, a team or a path of the project by name.
"""

from whiteroom_monitoring.project.discovery import FILE, find, load
from whiteroom_monitoring.project.model import Project

__all__ = ["FILE", "Project", "find", "load"]
