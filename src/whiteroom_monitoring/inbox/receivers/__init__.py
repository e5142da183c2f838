"""What each sender posts, made into a message."""
