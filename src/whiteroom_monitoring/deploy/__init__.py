"""The stack: what runs, where it lives, and how it is started, watched and stopped."""
