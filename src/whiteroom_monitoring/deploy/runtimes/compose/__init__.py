"""Docker Compose as a runtime: the same descriptions, rendered as services of containers."""
