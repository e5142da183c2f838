"""Logs in the console: lines and their levels, the lines around a line, new lines as they come."""
