"""The HTTP API of Loki, over the store."""
