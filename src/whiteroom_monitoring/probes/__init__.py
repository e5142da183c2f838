"""Live proof: what should be there is there."""
