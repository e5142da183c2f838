"""The running stack: what was started, whether it is well, what it prints, and how it ends."""
