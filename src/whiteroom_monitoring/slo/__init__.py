"""What is promised: service-level objectives, from which rules are generated."""
