"""Which alerts cover others while they fire, and the PromQL that follows from it."""
