"""Answers queries: says what is to be read, and reads it by blocks."""
