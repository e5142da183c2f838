"""What components read: rendered from the project's files, kept in versions, taken over."""
