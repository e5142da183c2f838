"""Recording metrics in Python."""
