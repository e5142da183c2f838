"""Changes the rules on purpose, to see whether their unit tests notice."""
